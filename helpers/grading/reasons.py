"""What went wrong first: the message of a failed test begins with the cell that raised."""

from __future__ import annotations

import builtins
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from helpers.grading.hidden import TEXT_KEPT
from helpers.grading.hints import hint, ignored
from helpers.grading.outputs import Output

LONGEST = 700  # characters of an error of another cell
SHOWN = 120  # characters of the line in which it came up
READ, WIDEST = 20_000, 300  # characters of a cell, and of one of its lines, that are looked at
MISSING = re.compile(r"^NameError: name '(\w+)' is not defined", re.MULTILINE)
GONE = re.compile(r"^NotImplementedError: task \d+ is not done yet: there is no `(\w+)`")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
PLACE = re.compile(r"Cell In\[\d+\], line (\d{1,6})")  # as a traceback names it
#: The beginning of a line that makes names.
MAKES = re.compile(
    r"[ \t]*(?:"
    r"(?:async +)?(?:def|class) +(\w+)"
    r"|([A-Za-z_][\w, \t*]*)(?::[^=]*)?=(?!=)"
    r"|for[ \t]+([\w, \t]+) in\b"
    r"|with\b.*\bas +(\w+)"
    r"|(?:from +[\w.]+ +)?import +([\w., \t]+)"
    r")"
)
NOT_DONE = "NotImplementedError"


@dataclass(frozen=True)
class Fault:
    """An error that a cell of the notebook ended with."""

    cell: str  #: its grade_id
    task: str  #: of which task it is a part, such as "Task 1"; perhaps empty
    error: str
    source: str
    own: bool = False  #: whether the cell is one that the learner added
    line: str = ""  #: the one that it stopped in
    silent: bool = False  #: whether its text is not to be shown

    def __str__(self) -> str:
        if self.error.startswith(NOT_DONE):
            return f"{self.task or f'The cell `{self.cell}`'} is not done yet"
        where = f"\n    in its line: {self.line}" if self.line else ""
        told = hint(self.error)
        hinted = f"\n{told}" if told else ""
        return f"The cell `{self.cell}` stopped with {self._shown}{where}{hinted}"

    @property
    def _shown(self) -> str:
        kind = self.error.partition(":")[0]
        if not self.silent:
            return self.error
        # Another name than Python's own is one that the notebook may have made up.
        return f"{kind if hasattr(builtins, kind) else 'an error'} {TEXT_KEPT}"

    @cached_property
    def makes(self) -> frozenset[str]:
        """The names that the cell would have made, as its lines begin: it may not even parse."""
        found = (MAKES.match(line[:WIDEST]) for line in self.source[:READ].split("\n"))
        parts = " ".join(part for match in found if match for part in match.groups() if part)
        return frozenset(re.findall(r"\w+", parts))


def raised(outputs: Sequence[Output]) -> str:
    """The error that a cell ended with, by its name and text; empty if it ran to its end."""
    for output in outputs:
        if output.get("output_type") == "error":
            error = f"{output.get('ename', '')}: {output.get('evalue', '')}"
            return error.removesuffix(": ")[:LONGEST]
    return ""


def stopped_at(outputs: Sequence[Output], source: str) -> str:
    """The line of a cell's source that its traceback names first; empty if it names none."""
    for output in outputs:
        if output.get("output_type") == "error":
            shown = COLOURS.sub("", "\n".join(output.get("traceback", []))[:READ])
            place, lines = PLACE.search(shown), source[:READ].split("\n")
            if place and 0 < int(place[1]) <= len(lines):
                return lines[int(place[1]) - 1].strip()[:SHOWN]
    return ""


def explained(
    message: str, task: str, faults: Sequence[Fault], fresh: int, written: str = ""
) -> str:
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
    written : str
        The cells since then.
    """
    told = _told(message, task, faults, fresh)
    vain = ignored(written)
    return f"{told}\n{vain}" if vain and vain not in told else told


def _told(message: str, task: str, faults: Sequence[Fault], fresh: int) -> str:
    missing = MISSING.search(message) or GONE.search(message)
    last = [fault for fault in faults[len(faults) - fresh :] if not fault.own]
    cause = last[0] if last else None
    if missing:
        cause = _lost(missing[1], faults) or cause
    if message.startswith(NOT_DONE) and not missing:
        # The reason is not what a given cell lacks that an earlier task makes.
        undone = [fault for fault in last if fault.error.startswith(NOT_DONE)]
        cause = next(iter([*undone, *(f for f in last if not MISSING.match(f.error))]), None)
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
    """Why a name is not there: the error in the cell that should make it, else a task not begun.

    An error that is itself about a missing name has a cause further up.
    """
    end, missing = len(faults), name
    while (first := _maker(missing, faults[:end])) is not None:
        end = first
        match = MISSING.match(faults[first].error)
        if not match:
            return faults[first]
        missing = match[1]
    real = [f for f in faults[:end] if not (f.own or MISSING.match(f.error))]
    undone = [fault for fault in real if fault.error.startswith(NOT_DONE)]  # it names nothing
    guess = next(iter([*undone[::-1], *real[::-1]]), None)
    return guess or (faults[end] if end < len(faults) else None)


def _maker(name: str, faults: Sequence[Fault]) -> int | None:
    """The first of the cells that should have made a name."""
    return next((at for at, fault in enumerate(faults) if name in fault.makes), None)
