"""The verdicts on a class, as the engine stored them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helpers.grading import intake
from helpers.grading.cells import grade_id
from helpers.grading.ledger import Entry, Ledger
from helpers.grading.limits import Limits

NOT_GRADED = "not graded"


@dataclass(frozen=True)
class Outcome:
    """What one submission got in one test cell."""

    points: float
    of: float
    message: str = ""

    @property
    def passed(self) -> bool:
        """Whether it got all of its points."""
        return self.points >= self.of


@dataclass(frozen=True)
class Result:
    """How one submission stands, and what its tests said; no tests if it never ran."""

    student: str
    status: str
    score: float
    message: str = ""
    seconds: float = 0.0  #: of the notebook's own cells
    tests: dict[str, Outcome] = field(default_factory=dict)

    @property
    def failed(self) -> frozenset[str]:
        """The test cells that it lost points in."""
        return frozenset(name for name, test in self.tests.items() if not test.passed)


@dataclass(frozen=True)
class Part:
    """A test cell of the assignment."""

    name: str
    of: float
    task: str = ""  #: what learners know the part by, such as "Task 1"


def parts(author: intake.Assignment) -> list[Part]:
    """The test cells of an assignment, in their order."""
    cells = intake.job(author.source, author, Limits(), sandbox=False).cells
    return [Part(cell.grade_id, cell.points, cell.task) for cell in cells if cell.points]


def order(author: intake.Assignment) -> list[str]:
    """The names of all its cells, in their order."""
    return [grade_id(cell) for cell in author.source.cells]


def read_class(root: Path, assignment: str) -> list[Result]:
    """What is known of everybody who handed in something for the assignment."""
    ledger = Ledger.of(root, assignment)
    known = ((name, ledger.read(name)) for name in intake.students(root, assignment))
    return [result(name, entry) for name, entry in known]


def result(student: str, entry: Entry | None) -> Result:
    """What an entry of the ledger says; a verdict that is not of its form says nothing."""
    if entry is None:
        return Result(student, NOT_GRADED, 0.0)
    row, verdict = entry.row, entry.verdict or {}
    try:
        tests = {name: _test(test) for name, test in verdict.get("tests", {}).items()}
        seconds = float(verdict.get("seconds", 0.0))
    except (AttributeError, KeyError, TypeError, ValueError):
        tests, seconds = {}, 0.0
    return Result(student, row.status, row.score, row.message, seconds, tests)


def _test(found: dict[str, Any]) -> Outcome:
    return Outcome(float(found["points"]), float(found["max"]), str(found["message"]))
