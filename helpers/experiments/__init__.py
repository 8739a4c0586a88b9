"""What runs twice, recorded over many seeds and live on a page: one module a chapter.

Each says in ``RECORDS`` what `make results` records for it: a name, and what computes the outcome.
"""
