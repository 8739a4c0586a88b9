"""Data sets: an embedded, seeded generator for each, and the loader of its real counterpart."""
