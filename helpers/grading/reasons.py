"""What went wrong first: the message of a failed test begins with the cell that raised."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from helpers.grading.hints import hint
from helpers.grading.outputs import Output

LONGEST = 700  # characters of an error of another cell
MISSING = re.compile(r"^NameError: name '(\w+)' is not defined", re.MULTILINE)
NOT_DONE = "NotImplementedError"


@dataclass(frozen=True)
class Fault:
    """An error that a cell of the notebook ended with."""

    cell: str  #: its grade_id
    task: str  #: of which task it is a part, such as "Task 1"; perhaps empty
    error: str
    source: str
    own: bool = False  #: whether the cell is one that the learner added

    def __str__(self) -> str:
        if self.error.startswith(NOT_DONE):
            return f"{self.task or f'The cell `{self.cell}`'} is not done yet"
        return with_hint(f"The cell `{self.cell}` stopped with {self.error}")


def raised(outputs: Sequence[Output]) -> str:
    """The error that a cell ended with, by its name and text; empty if it ran to its end."""
    for output in outputs:
        if output.get("output_type") == "error":
            error = f"{output.get('ename', '')}: {output.get('evalue', '')}"
            return error.removesuffix(": ")[:LONGEST]
    return ""


def explained(message: str, task: str, faults: Sequence[Fault], fresh: int) -> str:
    """What a failed test says, after the error that it follows from, if there is one.

    Parameters
    ----------
    message : str
        What the test says itself.
    task : str
        Of which task it is a part.
    faults : sequence of Fault
        The errors of all cells before it.
    fresh : int
        How many of the last of them came after the test before it.
    """
    missing = MISSING.search(message)
    last = [fault for fault in faults[len(faults) - fresh :] if not fault.own]
    cause = last[0] if last else None
    if missing:
        cause = _lost(missing[1], faults) or cause
    if message.startswith(NOT_DONE):
        return str(cause) if cause else f"{task or 'This task'} is not done yet"
    if cause is None:
        return with_hint(message)
    # That a name is missing then says nothing more.
    return str(cause) if missing else f"{cause}\n{with_hint(message)}"


def with_hint(error: str) -> str:
    """An error with today's name of what it asks for, if that is a name of Keras 2."""
    told = hint(error)
    return f"{error}\n{told}" if told else error


def _lost(name: str, faults: Sequence[Fault]) -> Fault | None:
    """Why a name is not there: the first error in a cell that speaks of it, else the last one.

    An error that is itself about a missing name has a cause further up.
    """
    word = re.compile(rf"\b{re.escape(name)}\b")
    real = [fault for fault in faults if not MISSING.search(fault.error)]
    speaking = [fault for fault in real if word.search(fault.source)]
    return next(iter(speaking or real[::-1]), None)
