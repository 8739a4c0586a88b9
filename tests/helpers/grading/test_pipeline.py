"""A class on its way through the coordinator: recorded in batches, each row as it deserves."""

import shutil
import time
from contextlib import closing

import pytest
from distributed import Client, LocalCluster
from nbgrader.api import Gradebook

from helpers.grading import cluster, pipeline
from helpers.grading.ledger import NOT_RECORDED, Ledger
from helpers.grading.limits import Limits
from helpers.grading.record import Register
from helpers.kernels import sandbox
from tests.grading import toy

STUDENTS = [f"s{number}" for number in range(8)]


class Stop(BaseException):
    """What ends a run in the middle."""


def verdict(job):
    """Full points at once; the time tells one verdict from another."""
    tests = {
        cell.grade_id: {"points": cell.points, "max": cell.points, "message": ""}
        for cell in job.cells
        if cell.points is not None
    }
    found = {"status": "graded", "message": "", "tests": tests, "outputs": {}}
    return found | {"seconds": time.perf_counter()}


@pytest.fixture(scope="module")
def client():
    own = {"n_workers": 1, "threads_per_worker": 1, "dashboard_address": ":0"}
    with LocalCluster(processes=False, **own) as cluster, Client(cluster) as client:
        yield client


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    return toy.make_class(tmp_path_factory.mktemp("course"), STUDENTS)


@pytest.fixture
def course(tmp_path, monkeypatch, handed_in):
    monkeypatch.setattr(pipeline, "on_worker", verdict)
    monkeypatch.setattr(pipeline, "TOGETHER", 3)
    return shutil.copytree(handed_in, tmp_path / "course")


def grade(course, client, names=STUDENTS, **options):
    options = {"limits": Limits(), "sandbox": False} | options
    return pipeline.grade_class(course, "toy", names, client, **options)


def verdicts(course):
    ledger = Ledger.of(course, "toy")
    entries = {name: ledger.read(name) for name in STUDENTS}
    return {name: entry.verdict for name, entry in entries.items() if entry}


def recorded(course):
    with closing(Gradebook(f"sqlite:///{course / 'gradebook.db'}")) as gradebook:
        return {row.student_id: row.score for row in gradebook.assignment_submissions("toy")}


def watch(monkeypatch, before):
    """Call this with the number of each batch before it is recorded; the batches."""
    record, batches = Register.record, []

    def watched(register, graded):
        batches.append([one.student for one in graded])
        before(len(batches))
        return record(register, graded)

    monkeypatch.setattr(Register, "record", watched)
    return batches


def test_a_class_is_recorded_in_batches_and_once(course, client, monkeypatch):
    batches, told = watch(monkeypatch, lambda number: None), []
    rows = grade(course, client, [*STUDENTS, "s0"], tell=told.append)
    assert [row.student for row in rows] == STUDENTS
    assert {(row.status, row.score) for row in rows} == {("graded", 10.0)}
    assert sorted(row.student for row in told) == STUDENTS
    assert max(map(len, batches)) <= 3
    assert sorted(name for batch in batches for name in batch) == STUDENTS
    assert recorded(course) == dict.fromkeys(STUDENTS, 10.0)
    assert grade(course, client) == rows  # from the ledger
    assert sum(map(len, batches)) == len(STUDENTS)


def test_what_was_not_committed_is_recorded_again_and_not_graded_again(course, client, monkeypatch):
    def stop(number):
        if number == 2:
            raise Stop

    with monkeypatch.context() as patch:
        batches = watch(patch, stop)
        with pytest.raises(Stop):
            grade(course, client)
    kept = verdicts(course)
    assert {*batches[0], *batches[1]} <= kept.keys()
    assert recorded(course).keys() == set(batches[0])
    rows = {row.student: row.status for row in pipeline.table(course, "toy")}
    assert {name for name, status in rows.items() if status == "graded"} == set(batches[0])
    assert {rows[name] for name in batches[1]} == {NOT_RECORDED}
    again = watch(monkeypatch, lambda number: None)
    assert {row.status for row in grade(course, client)} == {"graded"}
    assert sorted(name for batch in again for name in batch) == sorted({*STUDENTS} - {*batches[0]})
    assert recorded(course) == dict.fromkeys(STUDENTS, 10.0)
    assert {name: verdicts(course)[name] for name in kept} == kept


def test_a_ledger_says_recorded_only_after_the_gradebook(course, client, monkeypatch):
    seen = []

    def look(number):
        rows = {row.student: row.status for row in pipeline.table(course, "toy")}
        seen.append({name for name, status in rows.items() if status == "graded"})
        assert seen[-1] == recorded(course).keys()

    watch(monkeypatch, look)
    grade(course, client)
    assert len(seen) > 2


def test_one_students_trouble_is_in_one_row(course, client):
    (course / "autograded").mkdir()
    (course / "autograded" / "s3").write_text("a note")
    rows = {row.student: row for row in grade(course, client)}
    assert rows["s3"].status == NOT_RECORDED and "s3" in rows["s3"].message
    assert {row.status for name, row in rows.items() if name != "s3"} == {"graded"}
    (course / "autograded" / "s3").unlink()
    before = verdicts(course)
    assert {row.status for row in grade(course, client)} == {"graded"}
    assert verdicts(course) == before


def test_what_lateness_costs_counts_as_soon_as_it_is_known_and_grades_nobody_again(course, client):
    stamp = course / "submitted" / "s2" / "toy" / "timestamp.txt"
    stamp.write_text("2027-03-02 12:00:00 UTC")
    grade(course, client)
    before = verdicts(course)
    with closing(Gradebook(f"sqlite:///{course / 'gradebook.db'}")) as gradebook:
        gradebook.update_or_create_assignment("toy", duedate="2027-03-01 12:00:00 UTC")
    with (course / "nbgrader_config.py").open("a") as configuration:
        configuration.write('\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    grade(course, client)
    with closing(Gradebook(f"sqlite:///{course / 'gradebook.db'}")) as gradebook:
        late = gradebook.find_submission("toy", "s2")
        assert (late.total_seconds_late, late.late_submission_penalty) == (24 * 3600, 10.0)
        assert not gradebook.find_submission("toy", "s3").late_submission_penalty
    assert verdicts(course) == before


def test_another_gradebook_is_filled_and_grades_nobody_again(course, client, monkeypatch):
    shutil.copy(course / "gradebook.db", course / "other.db")  # it knows the assignment, no student
    grade(course, client)
    before = verdicts(course)
    url = f"sqlite:///{course / 'other.db'}"
    monkeypatch.setenv("COURSE_GRADEBOOK", url)
    grade(course, client)
    with closing(Gradebook(url)) as gradebook:
        found = {row.student_id: row.score for row in gradebook.assignment_submissions("toy")}
    assert found == dict.fromkeys(STUDENTS, 10.0)
    assert verdicts(course) == before


def test_workers_without_walls_are_named(client, monkeypatch):
    def none():
        raise sandbox.NoSandbox("no bubblewrap here")

    assert cluster.without_walls(client) == {}
    monkeypatch.setattr(sandbox, "probe", none)
    [(address, why)] = cluster.without_walls(client).items()
    assert address in client.scheduler_info()["workers"] and why == "no bubblewrap here"
