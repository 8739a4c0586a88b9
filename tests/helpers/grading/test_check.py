"""`course check`, wherever a learner has it: which course, which assignment, which tests."""

import json
import os
import subprocess
import sys

import nbformat
import pytest

from helpers.grading import check
from helpers.grading.limits import Limits
from helpers.grading.submission import Rejected
from tests.grading import toy

WINDOWS = """
# What works everywhere is imported before the system becomes a poorer one.
import os, socket, sys
import click, dateutil.tz, ipykernel, jupyter_client, jupytext, nbgrader.preprocessors, numpy
import psutil, tqdm, zmq.asyncio
for name in ("fcntl", "resource", "pwd", "grp", "termios"):
    sys.modules[name] = None
for name in ("fork", "getuid", "geteuid", "sched_getaffinity", "uname", "killpg"):
    delattr(os, name)
del socket.send_fds
from helpers.grading.course import main
main()
"""


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def make_kit(folder):
    """What of a kit `course check` needs, for the toy."""
    released = folder / "released" / "toy"
    released.mkdir(parents=True)
    nbformat.write(toy.TOY.released, released / "toy.ipynb")
    (released / "data.txt").write_bytes(toy.TOY.files["data.txt"])
    (folder / "nbgrader_config.py").touch()
    return folder


def notebook(path, solution=toy.SOLUTION):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(toy.submission(solution)))
    return path


def run(*words, command=("-m", "helpers.grading.course"), **options):
    done = subprocess.run(
        [sys.executable, *command, "check", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=200,
        **options,
    )
    assert "Traceback" not in done.stderr
    return done


def test_the_course_is_that_of_the_notebook_or_the_installed_one(tmp_path, root):
    kit = make_kit(tmp_path / "kit")
    assert check.find_course(kit / "exercises/toy/toy.ipynb", root) == kit
    assert check.find_course(tmp_path / "Downloads/toy.ipynb", root) == root
    assert check.find_course(root / "exercises/gates/gates.ipynb", root) == root


def test_what_a_person_will_grade_is_no_point_yet(tmp_path):
    kit = make_kit(tmp_path / "kit")
    released = nbformat.read(kit / "released/toy/toy.ipynb", as_version=4)
    essay = nbformat.v4.new_markdown_cell("Why?")
    essay.metadata["nbgrader"] = {"grade": True, "solution": True, "grade_id": "why", "points": 3}
    released.cells.append(essay)
    nbformat.write(released, kit / "released/toy/toy.ipynb")
    mine = kit / "exercises" / "toy.ipynb"
    mine.parent.mkdir()
    nbformat.write(released, mine)
    found = check.plan(kit, mine, Limits())
    assert found.by_hand == 1 and "why" not in {cell.grade_id for cell in found.job.cells}
    told = check.summary("toy", {"status": "graded", "tests": {}})
    assert "by hand           1 of its cells" in check._table(told, found, hidden=False)


def test_no_folder_that_was_handed_in_passes_for_a_course(tmp_path):
    course = toy.make_clone(tmp_path)
    forged = make_kit(course / "submitted" / "mallory" / "toy")
    assert check.find_course(forged / "toy.ipynb", course) == course


@pytest.mark.parametrize("name", ["toy.ipynb", "toy (1).ipynb", "toy-Copy1.ipynb", "my work.json"])
def test_a_notebook_of_any_name_is_known_in_a_clone_before_any_release(tmp_path, name):
    course = toy.make_clone(tmp_path / "course")
    before = contents(course)
    mine = notebook(tmp_path / "Downloads" / name)
    plan = check.plan(course, mine, Limits())
    assert (plan.name, plan.untested, plan.notes) == ("toy", (), ())
    sources = {cell.grade_id: cell.source for cell in plan.job.cells}
    assert toy.SECRET in sources["test-answer"] and "answer = 42" in sources["solve"]
    assert dict(plan.job.files) == toy.TOY.files
    assert contents(course) == before


def test_a_kit_has_the_visible_tests_alone_and_says_which_cells_have_none(tmp_path):
    kit = make_kit(tmp_path / "kit")
    plan = check.plan(kit, notebook(kit / "exercises" / "toy" / "toy.ipynb"), Limits())
    assert plan.untested == ("test-answer",)
    assert [cell.grade_id for cell in plan.job.cells if cell.points] == [
        "test-double",
        "test-values",
    ]
    assert dict(plan.job.files) == toy.TOY.files


def test_the_kit_s_own_copy_counts_not_what_was_made_of_the_exercise(tmp_path):
    kit = make_kit(tmp_path / "kit")
    mine = notebook(kit / "exercises" / "toy" / "toy.ipynb")
    mine.write_text(mine.read_text().replace("twice two is four", "anything goes"))
    sources = {cell.grade_id: cell.source for cell in check.plan(kit, mine, Limits()).job.cells}
    assert "twice two is four" in sources["test-double"]


def test_how_a_notebook_was_understood_is_said(tmp_path):
    twice = toy.submission(toy.SOLUTION)
    twice["cells"].insert(2, twice["cells"][1])
    path = tmp_path / "toy.ipynb"
    path.write_text(json.dumps(twice))
    [note] = check.plan(toy.make_clone(tmp_path / "course"), path, Limits()).notes
    assert "'solve' is there 2 times" in note


def test_a_source_that_its_author_just_breaks_is_no_obstacle(tmp_path):
    course = toy.make_clone(tmp_path / "course")
    (course / "solutions" / "broken.md").write_text("---\nkernelspec: [:\n---\n")
    assert check.plan(course, notebook(tmp_path / "a.ipynb"), Limits()).name == "toy"
    other = tmp_path / "other.ipynb"
    nbformat.write(nbformat.v4.new_notebook(), other)
    with pytest.raises(Rejected, match=r"none of the assignments toy(.|\n)*broken.md"):
        check.plan(course, other, Limits())


def test_what_cannot_be_checked_is_named_with_what_is_there(tmp_path):
    course = toy.make_clone(tmp_path / "course")
    mine = notebook(tmp_path / "mine" / "work.ipynb")
    with pytest.raises(check.CannotCheck, match=r"no file .*nowhere.*there is work.ipynb"):
        check.plan(course, mine.with_name("nowhere.ipynb"), Limits())
    with pytest.raises(check.CannotCheck, match=r"is a folder.*work.ipynb"):
        check.plan(course, mine.parent, Limits())
    with pytest.raises(check.CannotCheck, match="has no assignments.*--course"):
        check.plan(tmp_path / "mine", mine, Limits())
    with pytest.raises(Rejected, match="is not a notebook"):
        check.plan(course, course / "nbgrader_config.py", Limits())
    link = tmp_path / "link.ipynb"
    link.symlink_to(mine)
    assert check.plan(course, link, Limits()).name == "toy"


@pytest.mark.skipif(bool(toy.NO_SANDBOX), reason=toy.NO_SANDBOX)
def test_in_a_kit_the_visible_tests_run_and_the_rest_is_said_to_be_missing(tmp_path):
    kit = make_kit(tmp_path / "kit")
    mine = notebook(kit / "exercises" / "toy" / "toy (1).ipynb", "def double(x):\n    return 4")
    done = run(mine, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "toy (1).ipynb is a notebook of the assignment toy\n" in done.stdout
    assert "ok test-double" in done.stdout and "NameError: name 'values'" in done.stdout
    assert "test-answer" in done.stdout and "all of its tests are hidden" in done.stdout
    assert "5 of 8 points in the tests that you can see; the hidden ones" in done.stdout


def test_without_a_sandbox_one_s_own_notebook_runs_all_the_same_even_on_windows(tmp_path):
    course = toy.make_clone(tmp_path / "course")
    mine = notebook(tmp_path / "Downloads" / "toy-Copy1.ipynb")
    bare = {**os.environ, "PATH": str(tmp_path)}
    bare = {name: value for name, value in bare.items() if not name.startswith("WARM_KERNELS")}
    done = subprocess.run(
        [sys.executable, "-c", WINDOWS, "--course", str(course), "check", str(mine), "--json"],
        env=bare,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("There is no sandbox here (bubblewrap is not installed)") == 1
    told = json.loads(done.stdout)
    assert (told["assignment"], told["status"], told["score"]) == ("toy", "graded", 10)


def test_without_a_sandbox_nothing_runs_that_somebody_handed_in(tmp_path):
    course = toy.make_clone(tmp_path / "course")
    theirs = notebook(course / "submitted" / "mallory" / "toy" / "toy.ipynb", "open('x', 'w')")
    command = ("-m", "helpers.grading.course", "--course", str(course))
    done = run(theirs, command=command, env={**os.environ, "PATH": str(tmp_path)})
    assert done.returncode == 1 and "must run in a sandbox" in done.stderr


@pytest.mark.parametrize("words", [("grade", "toy"), ("status", "toy"), ("kit",)])
def test_a_kit_sends_nobody_to_commands_that_do_not_work_there(tmp_path, words):
    kit = make_kit(tmp_path / "kit")
    command = [sys.executable, "-m", "helpers.grading.course", "--course", str(kit), *words]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1 and "course check NOTEBOOK" in done.stderr
    assert "make" not in done.stderr
