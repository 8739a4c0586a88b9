"""One course that has been through the whole loop, for the tests that look at what it leaves."""

import pytest

from tests.exercises import course as courses
from tests.exercises.once import once

LOOP = (
    ("autograde", "exploding"),
    ("autograde", "vanishing"),
    ("generate_feedback", "exploding"),
    ("generate_feedback", "vanishing"),
    ("export",),
    ("release_assignment", "exploding"),
)


@pytest.fixture(scope="session")
def finished(tmp_path_factory, worker_id):
    """Both assignments by one student, `exploding` blank by another; every command exits 0."""
    return once(tmp_path_factory, worker_id, "loop", _run_the_loop)


def _run_the_loop(folder):
    course = courses.make_course(folder)
    for assignment in ("exploding", "vanishing"):
        answer = courses.read_answer(courses.ANSWERS / assignment / "solution.md")
        courses.submit(course, assignment, answer)
    blank = courses.read_answer(courses.ANSWERS / "exploding" / "blank.md")
    courses.submit(course, "exploding", blank)
    for command in LOOP:
        run = courses.nbgrader(course, *command)
        assert run.returncode == 0, f"nbgrader {' '.join(command)}\n{run.stderr[-3000:]}"
