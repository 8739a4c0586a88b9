"""Grading notebooks: the engine under the command `course`."""
