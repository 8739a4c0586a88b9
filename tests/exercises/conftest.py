"""A released course, and one that has been through the whole loop, for tests that look at it."""

import shutil
from functools import partial

import pytest

from tests.exercises import course as courses
from tests.exercises.once import once

# What stock nbgrader grades, at ten seconds each. What crosses from a kernel to our checker is in
# the first models and histories, in the second figures and weights, in the third functions.
BY_STOCK = {
    "exploding": ("solution", "blank", "wrong-syntax-error"),
    "vanishing": ("solution", "wrong-legend-swapped"),
    "bptt": ("wrong-broadcast",),
}
LOOP = (
    *(("autograde", assignment) for assignment in BY_STOCK),
    ("generate_feedback", "exploding"),
    ("generate_feedback", "vanishing"),
    ("export",),
    ("release_assignment", "exploding"),
)


@pytest.fixture(scope="session")
def released(tmp_path_factory, worker_id):
    """All assignments, released; not to be written to."""
    return once(tmp_path_factory, worker_id, "released", courses.make_course)


@pytest.fixture(scope="session")
def finished(released, tmp_path_factory, worker_id):
    """Some assignments, each by several students; every command exits 0."""
    return once(tmp_path_factory, worker_id, "loop", partial(_run_the_loop, released))


def _run_the_loop(released, course):
    shutil.copytree(released, course, dirs_exist_ok=True)
    for assignment, names in BY_STOCK.items():
        for name in names:
            answer = courses.read_answer(courses.ANSWERS / assignment / f"{name}.md")
            courses.submit(course, assignment, answer)
    for command in LOOP:
        run = courses.nbgrader(course, *command)
        assert run.returncode == 0, f"nbgrader {' '.join(command)}\n{run.stderr[-3000:]}"
