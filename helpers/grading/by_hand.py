"""Points that a person gives: what is still to be done, and what has been, by the gradebook.

An answer in words, a task, and a test that could not be run wait for a person in formgrader. The
gradebook knows which are done; the engine's own ledger does not.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from helpers.grading import intake
from helpers.grading.cells import is_by_hand
from helpers.grading.ledger import NOT_RECORDED, Row
from helpers.grading.places import configuration
from helpers.grading.verdict import NOT_TESTED

UNKNOWN = ("rejected", "not graded", NOT_RECORDED)  # what the gradebook has is of an earlier time


def with_marks(root: Path, assignment: str, rows: list[Row]) -> list[Row]:
    """The rows with what people gave: the points of all cells that are graded, and the others.

    Where nothing is graded by hand the rows are returned as they are. A gradebook that cannot be
    read is one in which nobody has graded anything.
    """
    author = intake.read_assignment(root, assignment)
    waiting = sum(map(is_by_hand, author.source.cells))
    if not waiting and not any(row.status == NOT_TESTED for row in rows):
        return rows
    try:
        marks = _marks(configuration(root), assignment)
    except Exception:  # whatever a database raises that is locked, old or not there
        marks = {}
    return [_with(row, marks.get(row.student), waiting) for row in rows]


def _with(row: Row, marks: list[tuple[float, float, bool]] | None, waiting: int) -> Row:
    if row.status in UNKNOWN:
        return row
    if marks is None:
        return replace(row, waiting=waiting)
    done = [(given, most) for given, most, waits in marks if not waits]
    return replace(
        row,
        score=sum(given for given, _ in done),
        of=sum(most for _, most in done),
        waiting=len(marks) - len(done),
    )


def _marks(config: Any, assignment: str) -> dict[str, list[tuple[float, float, bool]]]:
    """Of every student and cell: the points, of how many, and whether it waits for a person."""
    from nbgrader.api import Gradebook
    from nbgrader.coursedir import CourseDirectory

    found: dict[str, list[tuple[float, float, bool]]] = {}
    with Gradebook(CourseDirectory(config=config).db_url) as gradebook:
        for submission in gradebook.assignment_submissions(assignment):
            found[submission.student.id] = [
                (grade.score, grade.max_score, grade.needs_manual_grade)
                for notebook in submission.notebooks
                for grade in notebook.grades
            ]
    return found
