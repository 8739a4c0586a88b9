"""What hidden lines of tests let a student's kernel know, and what may be shown of it afterwards.

A function that a hidden line has called can keep what it was called with, and whatever its kernel
says from then on can speak of it. So none of that is shown to students: neither the outputs of
later cells nor the texts of errors. Instructors see everything.
"""

from __future__ import annotations

import math
import sys

BEGIN, END = "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"
TEST = "<test>"  # the name that a test cell is compiled under
OUTPUTS_KEPT = (
    "What this cell showed is not on this page: when it ran, hidden tests had called functions of"
    " this notebook."
)
TEXT_KEPT = "(its text is not shown: hidden tests had called functions of this notebook)"


class Secrecy:
    """Notices when hidden lines give the student's kernel something."""

    def __init__(self) -> None:
        self.shared = False  #: whether they have
        self._begins = math.inf  # the line from which on the cell counts as hidden

    def cell(self, source: str) -> None:
        """A test cell begins; behind the first hidden line everything is hidden, later cells too.

        What a hidden line has defined may be used by a line that is not.
        """
        if self._begins < math.inf:
            self._begins = 0
        for number, line in enumerate(source.split("\n"), 1):
            if BEGIN in line:
                self._begins = min(self._begins, number)

    def asked(self) -> None:
        """Something is asked that may tell the student's kernel what stands in the test."""
        self.shared = self.shared or _line() > self._begins

    def told(self, error: BaseException) -> str:
        """What is shown of an error to a student: not the text, if that came from their kernel."""
        kind = type(error).__name__
        if self.shared and getattr(error, "from_kernel", False):
            return f"{kind}: {TEXT_KEPT}"
        return f"{kind}: {error}".removesuffix(": ")


def from_kernel(error: Exception) -> Exception:
    """Mark an error whose text a student's kernel has written."""
    error.from_kernel = True  # type: ignore[attr-defined]
    return error


def _line() -> float:
    """The line of the test cell that is being run."""
    frame = sys._getframe(1)
    while frame.f_back:
        if frame.f_code.co_filename == TEST and frame.f_code.co_name == "<module>":
            return frame.f_lineno
        frame = frame.f_back
    return math.inf  # in a thread of the test's
