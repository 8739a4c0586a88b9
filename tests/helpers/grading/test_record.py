"""Verdicts reach the gradebook, together or one by one, however the course is configured."""

import shutil
import sqlite3
from contextlib import closing

import pytest
from nbgrader.api import Gradebook
from nbgrader.plugins import BasePlugin
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.preprocessors.saveautogrades import SaveAutoGrades

from helpers.grading import intake, record
from helpers.grading.converter import Failed
from helpers.grading.feedback import INSTEAD
from helpers.grading.hidden import OUTPUTS_KEPT
from helpers.grading.limits import Limits
from helpers.grading.places import configuration
from tests.grading import toy

STUDENTS = ["ada", "bob", "eve"]


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    return toy.make_class(tmp_path_factory.mktemp("course"), STUDENTS)


@pytest.fixture
def course(tmp_path, handed_in):
    return shutil.copytree(handed_in, tmp_path / "course")


def graded(course):
    """Everybody's submission, with full points but in one test."""
    author, known = intake.read_assignment(course, "toy"), intake.releases(course, "toy")
    found = []
    for name in STUDENTS:
        taken = intake.take(course, name, author, known)
        cells = intake.job(taken.notebook, author, Limits(), sandbox=False).cells
        tests = {
            cell.grade_id: {"points": cell.points, "max": cell.points, "message": ""}
            for cell in cells
            if cell.points is not None
        }
        tests["test-values"] = {"points": 1.0, "max": 3.0, "message": "two are missing"}
        found.append(record.Graded(name, taken, {"tests": tests, "outputs": {}}))
    return found


def settings(course):
    config = configuration(course)
    config.CourseDirectory.db_url = f"sqlite:///{course / 'gradebook.db'}?timeout=0.2"
    return config


def scores(course):
    with closing(Gradebook(f"sqlite:///{course / 'gradebook.db'}")) as gradebook:
        return {row.student_id: row.score for row in gradebook.assignment_submissions("toy")}


def test_verdicts_are_recorded_together_and_alone_alike(course):
    with closing(record.Register(settings(course), "toy")) as register:
        assert register.record(graded(course)[:2]) == {}
    record.alone(settings(course), "toy", graded(course)[2])
    assert scores(course) == dict.fromkeys(STUDENTS, 8.0)
    pages = [course / "autograded" / name / "toy" for name in STUDENTS]
    told = [{path.name: path.read_bytes() for path in page.iterdir()} for page in pages]
    assert told[0] == told[1] == told[2]
    assert b"two are missing" in told[0]["toy.ipynb"]


def test_what_a_student_is_not_shown_is_there_for_the_instructor_and_marked():
    told = {"points": 0.0, "max": 5.0, "message": "ValueError: 0.345", "told": "ValueError"}
    tests = {name: {"points": 0.0, "max": most, "message": "no"} for name, most in toy.FULL.items()}
    shown = {"output_type": "stream", "name": "stdout", "text": "0.345"}
    notebook, _ = toy.rebuilt(toy.submission(later="print(seen)"))
    outputs = {"solve": [shown], "own-3": [shown]}
    verdict = {"tests": tests | {"test-double": told}, "outputs": outputs, "held": ["own-3"]}
    cells = record.replay(notebook, verdict).cells
    marked = {number: cell.metadata.get(INSTEAD) for number, cell in enumerate(cells)}
    assert marked == {0: None, 1: None, 2: "ValueError", 3: OUTPUTS_KEPT, 4: None, 5: None}
    assert cells[3].outputs[0].text == "0.345" and cells[2].outputs[0].evalue == "0.345"


class Seen(NbGraderPreprocessor):
    """A step of a course's own."""

    def preprocess(self, nb, resources):
        nb.metadata["seen"] = resources["nbgrader"]["student"]
        return nb, resources


def test_a_course_with_steps_of_its_own_gets_them(course):
    config = settings(course)
    config.Autograde.autograde_preprocessors = [Seen, SaveAutoGrades]
    with closing(record.Register(config, "toy")) as register:
        assert register.record(graded(course)) == {}
    for name in STUDENTS:
        page = course / "autograded" / name / "toy" / "toy.ipynb"
        assert f'"seen": "{name}"' in page.read_text()
    assert scores(course) == dict.fromkeys(STUDENTS, 10.0)  # nothing put the outputs in


class Notes(BasePlugin):
    """A penalty that writes into the gradebook while others are being recorded."""

    def late_submission_penalty(self, student, score, seconds):
        with closing(Gradebook(self.parent.db_url)) as gradebook:
            gradebook.update_or_create_student(student, last_name=f"late {seconds:.0f}")
        return score


def test_a_penalty_that_writes_into_the_gradebook_may(course):
    config = settings(course)
    config.AssignLatePenalties.plugin_class = Notes
    with closing(Gradebook(config.CourseDirectory.db_url)) as gradebook:
        gradebook.update_or_create_assignment("toy", duedate="2027-03-01 12:00:00 UTC")
    stamp = course / "submitted" / "bob" / "toy" / "timestamp.txt"
    stamp.write_text("2027-03-01 12:00:07 UTC")
    with closing(record.Register(config, "toy")) as register:
        assert register.record(graded(course)) == {}
    assert scores(course) == dict.fromkeys(STUDENTS, 8.0)
    with closing(Gradebook(config.CourseDirectory.db_url)) as gradebook:
        assert gradebook.find_student("bob").last_name == "late 7"
        assert gradebook.find_submission("toy", "bob").late_submission_penalty == 8.0


def test_a_locked_gradebook_is_everybodys_reason_and_is_waited_for_no_more_than_twice(
    course, monkeypatch
):
    tries = []
    alone = record.alone
    monkeypatch.setattr(record, "alone", lambda *about: (tries.append(about), alone(*about)))
    with closing(record.Register(settings(course), "toy")) as register:
        with closing(sqlite3.connect(course / "gradebook.db", isolation_level=None)) as lock:
            lock.execute("BEGIN EXCLUSIVE")
            faults = register.record(graded(course))
            lock.execute("ROLLBACK")
        assert faults.keys() == set(STUDENTS) and len(tries) == 1
        assert all(isinstance(fault, Failed) for fault in faults.values())
        assert {str(fault) for fault in faults.values()} == {"nbgrader says: database is locked"}
        assert register.record(graded(course)) == {}
    assert scores(course) == dict.fromkeys(STUDENTS, 8.0)


def test_who_is_unfit_has_nbgraders_words_for_it(course):
    batch = graded(course)
    batch[1].taken.notebook.cells[-1].metadata.nbgrader.schema_version = 99
    with closing(record.Register(settings(course), "toy")) as register:
        faults = register.record(batch)
    assert faults.keys() == {"bob"}
    assert str(faults["bob"]).startswith("nbgrader says: ") and "99" in str(faults["bob"])
    assert {name: scores(course)[name] for name in ("ada", "eve")} == {"ada": 8.0, "eve": 8.0}
