"""What a platform's archive holds lands where the engine looks, and nothing else anywhere."""

import os
import stat
import time
from datetime import datetime

import pytest
from click.testing import CliRunner
from nbgrader.utils import parse_utc

from helpers.grading import intake
from helpers.grading.course import main
from helpers.grading.platforms.people import Person, enter
from tests.grading import toy
from tests.helpers.grading.platforms import zips

LAYOUTS = zips.in_each_layout(zips.notebook())


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    return toy.make_course(tmp_path_factory.mktemp("course"))


@pytest.fixture
def course(released, tmp_path):
    """The released toy in a folder of one's own, without a submission."""
    for name in ("_build", "solutions"):
        (tmp_path / name).mkdir()
        for path in (released / name).iterdir():
            (tmp_path / name / path.name).symlink_to(path)
    (tmp_path / "nbgrader_config.py").symlink_to(released / "nbgrader_config.py")
    return tmp_path


def collect(course, platform, archive):
    words = ["--course", str(course), "collect", "--from", platform, str(archive), "toy"]
    done = CliRunner().invoke(main, words)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def files(course):
    found = (course / "submitted").rglob("*")
    return {str(path.relative_to(course / "submitted")) for path in found if path.is_file()}


@pytest.fixture(params=["UTC", "Asia/Kolkata"])
def clock(request, monkeypatch):
    """The machine's time zone, which is not the platform's."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("platform", LAYOUTS)
def test_each_layout_is_understood(course, platform, clock):
    content, students = LAYOUTS[platform]
    code, told = collect(course, platform, zips.make(course / "all.zip", content))
    assert code == 0, told
    assert set(intake.students(course, "toy")) == students
    author = intake.read_assignment(course, "toy")
    for student in students:
        taken = intake.take(course, student, author, {})
        assert any("answer = 42" in cell.source for cell in taken.notebook.cells)
        if platform in ("blackboard", "gradescope"):
            hour = 15 if student in ("b2", "eve@example.org") else 14
            assert parse_utc(taken.timestamp) == datetime(2027, 3, 1, hour, 5)
        else:
            assert taken.timestamp is None
    assert f"{len(students)} students collected" in told


def test_what_is_skipped_is_listed_with_its_reason(course):
    code, told = collect(course, "canvas", zips.make(course / "a.zip", LAYOUTS["canvas"][0]))
    assert code == 0
    assert "lieve_203_9004_notes.pdf: it is no notebook, and nothing else is read" in told
    assert "moanoa_204_text.html: it was typed into the page" in told
    assert "late by the platform's own mark, which tells no time: 202" in told
    _, told = collect(course, "blackboard", zips.make(course / "b.zip", LAYOUTS["blackboard"][0]))
    assert "2027-02-28-10-00-00_toy.ipynb: an earlier attempt" in told
    _, told = collect(course, "gradescope", zips.make(course / "g.zip", LAYOUTS["gradescope"][0]))
    assert "submission_13/toy.ipynb: submission_metadata.yml does not say whose it is" in told


def test_only_what_is_newer_replaces_what_is_there(course):
    name, own = "Ada Byron_101_assignsubmission_file/toy.ipynb", "101/toy/toy.ipynb"
    place = course / "submitted" / own
    steps = [
        (2027, b"first", "1 students collected", b"first"),
        (2027, b"first", "1 unchanged", b"first"),
        (2026, b"older", "1 kept as they were", b"first"),
        (2028, b"newer", "1 students collected", b"newer"),
    ]
    for year, content, said, there in steps:
        archive = zips.make(course / "a.zip", {name: content}, when=(year, *zips.THEN[1:]))
        _, told = collect(course, "moodle", archive)
        assert said in told and place.read_bytes() == there
    [before] = (course / "submitted" / "101" / ".replaced").glob("toy 2027-03-01*/toy.ipynb")
    assert before.read_bytes() == b"first"  # nothing is lost
    assert intake.students(course, "toy") == ["101"]
    place.write_bytes(b"by hand")
    os.utime(place, (4e9, 4e9))  # somebody worked on it
    _, told = collect(course, "moodle", archive)
    assert place.read_bytes() == b"by hand" and f"move {place.parent} away" in told


@pytest.mark.parametrize(
    "name",
    [
        "../Ada_101_assignsubmission_file_toy.ipynb",
        "/tmp/Ada_101_assignsubmission_file_toy.ipynb",
        "Ada_101_assignsubmission_file/../../../../toy.ipynb",
        "Ada_101_assignsubmission_file/..\\..\\toy.ipynb",
        "C:\\Ada_101_assignsubmission_file_toy.ipynb",
        "Ada_101_assignsubmission_file/toy\u202e.ipynb",
    ],
)
def test_a_path_that_leads_out_is_refused(course, name):
    before = set(course.parent.iterdir())
    code, told = collect(course, "moodle", zips.make(course / "a.zip", {name: b"{}"}))
    assert code == 1 and files(course) == set()
    assert set(course.parent.iterdir()) == before
    assert "leads out" in told or "not named as Moodle" in told


@pytest.mark.parametrize("mode", [stat.S_IFLNK | 0o777, stat.S_IFIFO | 0o644])
def test_a_link_or_a_pipe_is_refused(course, mode):
    name = "Ada_101_assignsubmission_file_toy.ipynb"
    archive = zips.make(course / "a.zip", {name: b"/etc/passwd"}, modes={name: mode})
    code, told = collect(course, "moodle", archive)
    assert code == 1 and not files(course) and ("a link" in told or "not a regular file" in told)


def test_a_bomb_is_refused_and_the_others_are_taken(course):
    content = {
        "Ada_101_assignsubmission_file_toy.ipynb": b" " * 30_000_000,
        "Bob_102_assignsubmission_file_toy.ipynb": zips.notebook(),
    }
    code, told = collect(course, "moodle", zips.make(course / "a.zip", content))
    assert code == 1 and files(course) == {"102/toy/toy.ipynb"}
    assert "times its size" in told and "101: no notebook that could be taken" in told


def test_a_size_that_lies_and_a_damaged_file_are_refused(course):
    archive = zips.make(course / "a.zip", {"Ada_101_assignsubmission_file_toy.ipynb": b"x" * 5000})
    content = bytearray(archive.read_bytes())
    at = content.index(b"PK\x01\x02") + 24  # its size in the list of files
    content[at : at + 4] = (10).to_bytes(4, "little")
    archive.write_bytes(content)
    code, told = collect(course, "moodle", archive)
    assert code == 1 and not files(course) and "damaged" in told


def test_what_is_no_archive_is_told(course):
    (course / "a.zip").write_bytes(b"no zip")
    for name, why in (("a.zip", "is no zip archive"), ("b.zip", "there is no file")):
        code, told = collect(course, "canvas", course / name)
        assert code == 1 and why in told
    empty = zips.make(course / "c.zip", {"readme.md": b"hello"})
    code, told = collect(course, "canvas", empty)
    assert code == 1 and "holds no submission as canvas writes them" in told
    code, told = collect(course, "gradescope", zips.make(course / "d.zip", {"submission_1/a": b""}))
    assert code == 1 and "submission_metadata.yml" in told


def test_a_student_is_no_folder_elsewhere(course):
    about = "submission_1:\n  :submitters:\n  - :name: X\n    :sid: '../../evil'\n"
    content = {"submission_metadata.yml": about.encode(), "submission_1/toy.ipynb": b"{}"}
    code, told = collect(course, "gradescope", zips.make(course / "a.zip", content))
    assert code == 1 and not files(course) and "'../../evil' has one of /" in told


def test_a_link_in_the_way_is_not_followed(course, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (course / "submitted").mkdir()
    (course / "submitted" / "101").symlink_to(elsewhere)
    archive = zips.make(course / "a.zip", {"Ada_101_assignsubmission_file_toy.ipynb": b"{}"})
    code, told = collect(course, "moodle", archive)
    assert code == 1 and "is a link" in told and not list(elsewhere.iterdir())


def test_two_people_of_a_name_stay_two_where_one_of_them_is_on_the_list(course):
    enter(course, [Person("s1", "Ada", "Byron")])
    names = [f"Ada Byron_{number}_assignsubmission_file_toy.ipynb" for number in (101, 102)]
    collect(course, "moodle", zips.make(course / "a.zip", dict.fromkeys(names, b"{}")))
    assert files(course) == {"101/toy/toy.ipynb", "102/toy/toy.ipynb"}


def test_the_roster_knows_who_a_name_is(course):
    people = [Person("s1", "Ada", "Byron"), Person("s2", "Bob", "Lee"), Person("s3", "bob", "LEE")]
    enter(course, people)
    collect(course, "moodle", zips.make(course / "a.zip", LAYOUTS["moodle"][0]))
    # There are two Bobs.
    assert set(intake.students(course, "toy")) == {"s1", "102", "103"}


def test_several_notebooks_of_an_attempt_are_all_kept_in_order(course):
    content = {
        "byronada_201_9002_toy.ipynb": b"second",
        "byronada_201_9001_toy.ipynb": b"first",
    }
    zips.make(course / "a.zip", content)
    collect(course, "canvas", course / "a.zip")
    assert files(course) == {"201/toy/toy.ipynb", "201/toy/2-toy.ipynb"}
    place = course / "submitted" / "201" / "toy"
    assert (place / "2-toy.ipynb").read_bytes() == b"second"
    assert (place / "2-toy.ipynb").stat().st_mtime > (place / "toy.ipynb").stat().st_mtime
