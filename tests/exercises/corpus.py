"""What holds for every assignment's answers; each assignment has a module that runs it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.exercises import course as courses
from tests.grading import toy


def check_engine(folder: Path, assignment: str) -> None:
    """`course grade` gives every answer what it declares."""
    if toy.NO_SANDBOX:
        pytest.skip(toy.NO_SANDBOX)
    course, answers = _hand_in(folder, assignment)
    command = str(Path(sys.executable).with_name("course"))
    run = subprocess.run(
        [command, "--course", str(course), "grade", assignment], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr
    _compare(course, assignment, answers)


def check_stock(folder: Path, assignment: str, names: Iterable[str] | None = None) -> None:
    """Stock `nbgrader autograde` gives the answers of these names, or all, what they declare."""
    course, answers = _hand_in(folder, assignment, names)
    run = courses.nbgrader(course, "autograde", assignment)
    assert run.returncode == 0, run.stderr[-3000:]
    _compare(course, assignment, answers)


def check_mix(assignment: str) -> None:
    """Enough right answers, enough wrong ones, a blank, and every cell can be lost."""
    answers = courses.read_answers(assignment)
    full = next(answer.points for answer in answers if answer.name == "solution")
    right = [answer for answer in answers if answer.points == full]
    wrong = [answer for answer in answers if answer.base == "solution" and answer.points != full]
    blank = [answer for answer in answers if answer.base == "blank" and not answer.cells]
    assert sum(full.values()) == 10
    assert all(set(answer.points) == set(full) for answer in answers), "declare every test cell"
    assert len(right) >= 4, "the solution, and at least three right answers written differently"
    assert len(wrong) >= 8
    assert [set(answer.points.values()) for answer in blank] == [{0}]
    alone = {name for answer in wrong for name in full if answer.points[name] < full[name]}
    assert alone == set(full), "a test cell that no wrong answer fails proves nothing"


def _hand_in(
    folder: Path, assignment: str, names: Iterable[str] | None = None
) -> tuple[Path, list[courses.Answer]]:
    """A released course to which each answer was submitted by a student of its name."""
    course = courses.make_course(folder)
    answers = courses.read_answers(assignment)
    if names is not None:
        wanted = set(names)
        assert wanted <= {answer.name for answer in answers}
        answers = [answer for answer in answers if answer.name in wanted]
    for answer in answers:
        courses.submit(course, assignment, answer)
    return course, answers


def _compare(course: Path, assignment: str, answers: list[courses.Answer]) -> None:
    found = courses.scores(course, assignment)
    full = found["solution"]
    for answer in answers:
        assert set(answer.points) == set(full), f"{answer.name}: declare every test cell"
    differing = {
        answer.name: {"declared": answer.points, "found": found.get(answer.name)}
        for answer in answers
        if found.get(answer.name) != answer.points
    }
    assert not differing
