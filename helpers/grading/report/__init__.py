"""What the verdicts on a class say, as a page for those who teach it."""
