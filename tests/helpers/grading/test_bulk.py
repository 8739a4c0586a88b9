"""Recorded many at a time, a class stands in the gradebook as stock nbgrader would have it."""

import shutil
import sqlite3
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.preprocessors import Execute
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from traitlets.config import Config

from helpers.grading.bulk import Recorder, Work
from helpers.grading.converter import convert
from tests.grading import databases, mixed

OUTPUT = nbformat.v4.new_output
SHOWN = {
    "passed": [],
    "failed": [OUTPUT("error", ename="AssertionError", evalue="no", traceback=["no"])],
    "partly": [OUTPUT("execute_result", data={"text/plain": "1.25"})],
    "warned": [OUTPUT("stream", name="stderr", text="a warning\n")],
    "talked": [OUTPUT("stream", name="stdout", text="a line\n" * 2000)],
}
ANSWERS = {"solve": "answer = 42", "sketch": "plot()", "essay": "Because.", "more": "more = 1"}


def executed(notebook):
    """What running a notebook might have shown: a word in the answers says how tests end."""
    facts = [cell.metadata.nbgrader for cell in notebook.cells]
    answers = [c.source for c, about in zip(notebook.cells, facts, strict=True) if about.solution]
    word = next((word for word in SHOWN if word in " ".join(answers)), "passed")
    for cell, about in zip(notebook.cells, facts, strict=True):
        if cell.cell_type == "code":
            is_test = about.grade and not about.solution
            shown = SHOWN[word] if is_test and (about.points or word != "partly") else []
            cell.outputs = [nbformat.from_dict(output) for output in shown]
    return notebook


def work(student, word, timestamp=None, notebooks=("first", "second"), answers=ANSWERS):
    """Answers whose tests end like ``word``."""
    given = {name: f"{source}  # {word}" for name, source in answers.items()}
    made = {name: mixed.notebook(name, **given) for name in notebooks if name in mixed.CELLS}
    extra = {name: mixed.notebook("first") for name in notebooks if name not in mixed.CELLS}
    return Work(student, timestamp, made | extra, executed)


BEFORE, SOON, LATE, AGES = (
    f"2027-03-{time} UTC" for time in ("01 11:00:00", "01 12:00:30", "01 14:00:00", "05 00:00:00")
)
FIRST = [
    work("full", "passed", BEFORE),
    work("failed", "failed"),
    work("partly", "partly", SOON),
    work("warned", "warned"),
    work("talked", "talked"),
    work("late", "passed", LATE),
    work("later", "partly", AGES),
    work("excused", "passed", AGES),
    work("one", "passed", LATE, ["first"]),
    work("other", "passed", BEFORE, ["second", "notes"]),
    work("blank", "failed", answers={}),
]
AGAIN = [
    work("full", "failed", LATE),
    work("failed", "passed", BEFORE),
    work("partly", "partly"),
    work("late", "partly", LATE),
    work("later", "passed", AGES, ["second"]),
    work("excused", "partly", AGES),
    work("one", "passed", LATE),
    work("blank", "passed"),
    work("new", "passed", AGES),
]
BATCHES = {"first": FIRST, "again": AGAIN}


def record_stock(config, folder, works):
    """With a converter for each submission, and nothing of ours but the outputs."""
    for one in works:
        place = folder / "handed-in" / one.student / mixed.NAME
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        for name, notebook in one.notebooks.items():
            nbformat.write(notebook, place / f"{name}.ipynb")
        if one.timestamp:
            (place / "timestamp.txt").write_text(one.timestamp)

        def replace_execute(autograde):
            autograde.autograde_preprocessors = [
                (lambda nb, resources: (executed(nb), resources)) if step is Execute else step
                for step in autograde.autograde_preprocessors
            ]

        handed_in = str(folder / "handed-in")
        convert(
            Autograde,
            config,
            mixed.NAME,
            one.student,
            prepare=replace_execute,
            submitted_directory=handed_in,
        )


def record(config, *batches):
    """With a recorder; who is not recorded, and why."""
    with closing(Recorder(config, mixed.NAME)) as recorder:
        assert recorder.usual
        faults = [recorder.record(batch) for batch in batches]
    return {student: fault for found in faults for student, fault in found.items()}


def mark_by_hand(url):
    """What instructors do between two gradings."""
    with closing(Gradebook(url, "networks-that-remember")) as gradebook:

        def grade(student, notebook, cell, **values):
            row = gradebook.find_grade(cell, notebook, mixed.NAME, student)
            for name, value in values.items():
                setattr(row, name, value)

        grade("full", "first", "essay", manual_score=1.5, needs_manual_grade=False)
        grade("full", "first", "task", manual_score=4.0, needs_manual_grade=False)
        grade("full", "second", "test", manual_score=2.0, needs_manual_grade=False)
        grade("late", "first", "test", extra_credit=1.0)
        grade("one", "second", "test", manual_score=1.0, extra_credit=0.5)
        grade("blank", "first", "task", extra_credit=2.0, needs_manual_grade=False)
        comment = gradebook.find_comment("solve", "first", mixed.NAME, "blank")
        comment.manual_comment = "Try again."
        gradebook.find_comment("task", "first", mixed.NAME, "full").manual_comment = "Nice."
        gradebook.find_submission_notebook("first", mixed.NAME, "late").flagged = True
        gradebook.update_or_create_student("partly", first_name="P", lms_user_id="17")
        gradebook.db.commit()
        gradebook.grant_extension(mixed.NAME, "excused", days=3, hours=11, minutes=30)


@contextmanager
def two_gradebooks(kind):
    """The addresses of two gradebooks; none, for SQLite's, which are files of their courses."""
    if kind == "SQLite":
        yield "", ""
        return
    with databases.postgresql() as url:
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("CREATE DATABASE other"))
        engine.dispose()
        yield url, url.replace("/postgres", "/other")


@pytest.mark.parametrize("kind", ["SQLite", "PostgreSQL"])
def test_every_row_and_file_is_as_stock_nbgrader_writes_it(tmp_path, kind):
    with two_gradebooks(kind) as urls:
        config, stock = mixed.make_course(tmp_path / "stock", urls[0])
        ours_config, ours = mixed.make_course(tmp_path / "ours", urls[1])
        assert mixed.tables(ours) == mixed.tables(stock)
        record_stock(config, tmp_path / "stock", FIRST)
        assert not record(ours_config, FIRST[:4], FIRST[4:])
        told = mixed.tables(ours)
        assert told == mixed.tables(stock)
        assert "'auto_comment': 'No response.'" in "".join(told["comment"])
        for url in (stock, ours):
            mark_by_hand(url)
        record_stock(config, tmp_path / "stock", AGAIN)
        assert not record(ours_config, AGAIN[:5], AGAIN[5:], AGAIN[:2])
        told = mixed.tables(ours)
        assert told == mixed.tables(stock)
    places = [tmp_path / which / "autograded" for which in ("stock", "ours")]
    assert mixed.files(places[0]) == mixed.files(places[1])
    # The comparison has seen something of each kind.
    grades, pages = "".join(told["grade"]), "".join(told["submitted_notebook"])
    assert "'manual_score': 2.0" in grades and "'extra_credit': 2.0" in grades
    assert "'late_submission_penalty': 1.5" in pages and "'late_submission_penalty': None" in pages
    assert "Try again." in "".join(told["comment"])


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """A course in which nobody has handed in."""
    folder = tmp_path_factory.mktemp("released") / "course"
    mixed.make_course(folder)
    return folder


@pytest.fixture(scope="module")
def recorded(released, tmp_path_factory):
    """What stands in the gradebook and autograded/ after these batches, with no accident."""

    @cache
    def standing(*names):
        folder = tmp_path_factory.mktemp("standing") / "course"
        config, url = mixed.make_course(folder, like=released)
        assert not record(config, *(BATCHES[name] for name in names))
        return state(folder, url)

    return standing


def state(folder, url):
    return mixed.tables(url), mixed.files(folder / "autograded")


def test_one_who_cannot_be_recorded_spoils_nobody(tmp_path, released, recorded):
    config, url = mixed.make_course(tmp_path / "course", like=released)
    broken = work("broken", "passed")
    broken.notebooks["first"].cells[2].metadata.nbgrader.schema_version = 99
    unwritable = work("un\udcffwritable", "passed")  # to a file's name, not to a database
    nothing = work("nothing", "passed", None, ["notes"])
    batch = [*FIRST[:3], broken, *FIRST[3:6], unwritable, nothing, *FIRST[6:]]
    faults = record(config, batch)
    assert faults.keys() == {"broken", "un\udcffwritable", "nothing"}
    assert "99" in str(faults["broken"]) and "handed in" in str(faults["nothing"])
    assert state(tmp_path / "course", url) == recorded("first")


class Stop(BaseException):
    """What ends a run in the middle, and is nobody's fault."""


def stop(*_):
    raise Stop


def stop_at(moment, monkeypatch):
    """Stop a run in which the last of a batch is being staged, written, committed, or placed."""
    if moment == "rows":
        monkeypatch.setattr(mixed.Half, "late_submission_penalty", stop)
    elif moment == "commit":
        monkeypatch.setattr(Session, "commit", stop)
    elif moment.startswith("rename"):
        rename, calls, last = Path.rename, [], int(moment.removeprefix("rename"))

        def rename_some(path, target):
            calls.append(path)
            return stop() if len(calls) == last else rename(path, target)

        monkeypatch.setattr(Path, "rename", rename_some)


@pytest.mark.parametrize("moment", ["notebook", "rows", "commit", "rename1", "rename6", "rename7"])
def test_whoever_is_stopped_records_again(tmp_path, monkeypatch, released, recorded, moment):
    config, url = mixed.make_course(tmp_path / "course", like=released)
    last = Work("new", None, AGAIN[-1].notebooks, stop) if moment == "notebook" else AGAIN[-1]
    with monkeypatch.context() as patch, closing(Recorder(config, mixed.NAME)) as recorder:
        assert not recorder.record(FIRST)  # which opens the gradebook
        stop_at(moment, patch)
        with pytest.raises(Stop):
            recorder.record([*AGAIN[:-1], last])
    if not moment.startswith("rename"):
        assert state(tmp_path / "course", url) == recorded("first")
    assert not record(config, AGAIN)
    assert state(tmp_path / "course", url) == recorded("first", "again")


def test_a_locked_gradebook_fails_a_batch_at_once_and_changes_nothing(tmp_path, released, recorded):
    config, url = mixed.make_course(tmp_path / "course", like=released)
    with closing(Recorder(config, mixed.NAME)) as recorder:
        assert not recorder.record(FIRST)
        lock = sqlite3.connect(tmp_path / "course" / "gradebook.db", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        faults = recorder.record(AGAIN)
        assert faults.keys() == {one.student for one in AGAIN}
        assert all(isinstance(fault, OperationalError) for fault in faults.values())
        lock.execute("ROLLBACK")
        lock.close()
        assert state(tmp_path / "course", url) == recorded("first")
        assert not recorder.record(AGAIN)


def test_a_file_in_the_way_is_one_students_trouble(tmp_path, released):
    config, url = mixed.make_course(tmp_path / "course", like=released)
    (tmp_path / "course" / "autograded").mkdir()
    (tmp_path / "course" / "autograded" / "late").write_text("a note")
    faults = record(config, FIRST)
    assert faults.keys() == {"late"} and isinstance(faults["late"], OSError)
    with closing(Gradebook(url)) as gradebook:
        known = {row.student_id for row in gradebook.assignment_submissions(mixed.NAME)}
    assert known == {one.student for one in FIRST} - {"late"}


@pytest.mark.parametrize(
    "section, values",
    [
        ("Autograde", {"autograde_preprocessors": [Execute]}),
        ("Autograde", {"sanitize_preprocessors": []}),
        ("Autograde", {"post_convert_hook": print}),
        ("Autograde", {"create_student": False}),
        ("OverwriteCells", {"add_missing_cells": True}),
        ("CourseDirectory", {"groupshared": True}),
    ],
)
def test_a_course_that_records_otherwise_is_known_by_its_configuration(tmp_path, section, values):
    config = Config()
    config.CourseDirectory.root = str(tmp_path)
    assert Recorder(config, mixed.NAME).usual
    config[section].update(values)
    assert not Recorder(config, mixed.NAME).usual
