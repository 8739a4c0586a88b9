"""What holds for every assignment's answers; each assignment has a module that runs it."""

from __future__ import annotations

from pathlib import Path

from tests.exercises import course as courses


def grade_all(folder: Path, assignment: str) -> None:
    """Hand in all answers of an assignment as so many students, and autograde them in one run."""
    course = courses.make_course(folder)
    for answer in courses.read_answers(assignment):
        courses.submit(course, assignment, answer)
    run = courses.nbgrader(course, "autograde", assignment)
    assert run.returncode == 0, run.stderr[-3000:]


def check_answer(
    answer: courses.Answer, scores: dict[str, dict[str, float | None]], full: dict[str, float]
) -> None:
    """The answer declares every test cell, and gets exactly what it declares."""
    assert set(answer.points) == set(full), "declare the points of every test cell"
    assert scores[answer.name] == answer.points, answer.does


def check_mix(answers: list[courses.Answer], full: dict[str, float]) -> None:
    """Enough right answers, enough wrong ones, a blank, and every cell can be lost."""
    right = [answer for answer in answers if answer.points == full]
    wrong = [answer for answer in answers if answer.base == "solution" and answer.points != full]
    blank = [answer for answer in answers if answer.base == "blank" and not answer.cells]
    assert sum(full.values()) == 10
    assert len(right) >= 4, "the solution, and at least three right answers written differently"
    assert len(wrong) >= 8
    assert [set(answer.points.values()) for answer in blank] == [{0}]
    alone = {name for answer in wrong for name in full if answer.points[name] < full[name]}
    assert alone == set(full), "a test cell that no wrong answer fails proves nothing"
