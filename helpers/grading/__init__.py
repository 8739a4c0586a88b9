"""Executing and grading notebooks."""
