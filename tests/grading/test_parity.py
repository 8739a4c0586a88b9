"""The engine gives every answer of the corpus what it declares, which is what stock nbgrader gives.

`tests/exercises/test_ASSIGNMENT.py` has stock nbgrader grade the same answers.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.exercises import course as courses
from tests.grading import toy

pytestmark = pytest.mark.skipif(bool(toy.NO_SANDBOX), reason=toy.NO_SANDBOX)


@pytest.mark.parametrize("assignment", ["exploding", "vanishing"])
def test_every_answer_scores_as_with_stock_nbgrader(assignment, tmp_path):
    course = courses.make_course(tmp_path)
    answers = courses.read_answers(assignment)
    for answer in answers:
        courses.submit(course, assignment, answer)
    command = str(Path(sys.executable).with_name("course"))
    done = subprocess.run(
        [command, "--course", str(course), "grade", assignment], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = courses.scores(course, assignment)
    differing = {a.name: found.get(a.name) for a in answers if found.get(a.name) != a.points}
    assert not differing
