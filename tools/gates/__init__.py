"""Rules that keep the book honest. Each takes text and returns a list of faults.

``tests/book`` applies them to the book, and tries each on samples that must fail.
"""
