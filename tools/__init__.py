"""Commands behind the Makefile; nothing in the book or the exercises imports them."""
