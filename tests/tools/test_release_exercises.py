import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner

from helpers.grading import sources
from tools import release_exercises as tool

ROOT = Path(__file__).resolve().parents[2]
HEAD = """\
---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {display_name: Python 3, language: python, name: python3}
---

# Small

"""
SOLUTION = """\
### BEGIN SOLUTION
answer = 42
### END SOLUTION"""
TEST = """\
assert answer > 0, "positive"
### BEGIN HIDDEN TESTS
assert answer == 42, "really"
### END HIDDEN TESTS"""


def cell(grade_id, source, *, points=None, solution=False, locked=None):
    locked = not solution if locked is None else locked
    flags = [f"grade: {str(points is not None).lower()}", f"grade_id: {grade_id}"]
    flags += [f"locked: {str(locked).lower()}", f"solution: {str(solution).lower()}"]
    flags += ["schema_version: 3", "task: false"]
    flags += [f"points: {points}"] if points is not None else []
    metadata = "\n".join(["nbgrader:", *(f"  {flag}" for flag in flags)])
    return f"```{{code-cell}} ipython3\n---\n{metadata}\n---\n{source}\n```\n\n"


def sound():
    return HEAD + cell("answer", SOLUTION, solution=True) + cell("test-answer", TEST, points=10)


def make_course(folder):
    """A course with one small assignment that has a data file."""
    (folder / "solutions" / "small").mkdir(parents=True)
    (folder / "solutions" / "small.md").write_text(sound(), encoding="utf-8")
    (folder / "solutions" / "small" / "numbers.txt").write_text("1 2 3\n", encoding="utf-8")
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    return folder


@pytest.fixture
def course(tmp_path):
    """Never released."""
    return make_course(tmp_path)


@pytest.fixture(scope="module")
def released_once(tmp_path_factory):
    folder = make_course(tmp_path_factory.mktemp("released"))
    result = run(folder)
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def released(released_once, tmp_path):
    """Released; a copy, to be changed at will."""
    course = Path(shutil.copytree(released_once, tmp_path / "course"))
    assert not tool.is_current(course), "its gradebook is another one"
    run(course)
    return course


def run(course, *options):
    result = CliRunner().invoke(tool.main, ["--root", str(course), *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_releases_notebook_and_data(released):
    files = contents(released / "exercises")
    assert set(files) == {"releases.json", "small/small.ipynb", "small/numbers.txt"}
    assert files["small/numbers.txt"] == b"1 2 3\n"
    notebook = nbformat.read(released / "exercises/small/small.ipynb", as_version=4)
    nbformat.validate(notebook)
    sources = [cell.source for cell in notebook.cells]
    assert "raise NotImplementedError(" in sources[1] and "42" not in "".join(sources)
    assert sources[2] == 'assert answer > 0, "positive"'
    assert [cell.id for cell in notebook.cells] == ["markdown-0", "answer", "test-answer"]


def test_two_releases_are_equal_to_the_byte(released):
    first = contents(released / "exercises")
    run(released)
    assert contents(released / "exercises") == first


def test_nbgrader_knows_the_assignment(released):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{released / 'gradebook.db'}") as gradebook:
        assert gradebook.find_assignment("small").max_score == 10


def test_nothing_is_left_behind(released):
    left = sorted(path.name for path in (released / "_build").iterdir())
    assert left == ["release", "release.json", "release.lock", "source"]


def test_the_pristine_release_is_for_machines(released):
    """No command and no button of nbgrader writes where people work."""
    config = tool._config(released).CourseDirectory
    assert config.release_directory == str(Path("_build", "release"))
    published = contents(released / "exercises")
    del published["releases.json"]
    assert contents(released / "_build" / "release") == published


def test_check_is_content_after_a_release(released):
    before = contents(released)
    result = run(released, "--check")
    assert result.exit_code == 0, result.output
    assert contents(released) == before


@pytest.mark.parametrize("change", ["missing", "source", "older", "unlisted"])
def test_check_names_what_is_out_of_step(released, change):
    small = released / "exercises" / "small"
    if change == "missing":
        (small / "small.ipynb").unlink()
    elif change == "unlisted":
        (released / "exercises" / "releases.json").unlink()
    else:
        (released / "solutions" / "small.md").write_text(sound() + "More.\n", encoding="utf-8")
    if change == "older":
        before = (small / "small.ipynb").read_bytes()
        run(released)
        (small / "small.ipynb").write_bytes(before)
    result = run(released, "--check")
    assert result.exit_code == 1
    assert "small/small.ipynb" in result.output and "make exercises" in result.output
    run(released)
    assert run(released, "--check").exit_code == 0


def test_somebody_s_work_is_not_out_of_step_unless_it_was_committed(released):
    notebook = released / "exercises" / "small" / "small.ipynb"
    (notebook.parent / "note.txt").write_text("mine")

    def git(*words):
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *words]
        subprocess.run(command, cwd=released, check=True, capture_output=True)

    git("init")
    git("add", "exercises")
    git("commit", "-m", "release")
    notebook.write_text("work")
    result = run(released, "--check")
    assert result.exit_code == 0 and "small.ipynb was changed here" in result.output
    assert "note.txt" not in result.output
    git("commit", "-a", "-m", "work")
    result = run(released, "--check")
    assert result.exit_code == 1 and "small.ipynb" in result.output


def test_a_release_that_is_current_is_not_made_again(released, monkeypatch):
    monkeypatch.setattr(tool, "_assign", lambda *_, **__: pytest.fail("released again"))
    (released / "exercises" / "small" / "small.ipynb").write_text("work")
    before = contents(released)
    assert run(released, "--if-needed").output == ""
    assert contents(released) == before


@pytest.mark.parametrize(
    "change",
    ["solutions/small.md", "solutions/small/more.txt", "nbgrader_config.py", "gradebook.db"]
    + ["_build/release/small/small.ipynb", "_build/source/small/small.ipynb"],
)
def test_what_a_release_depends_on_makes_it_needed(released, change):
    path = released / change
    if change == "gradebook.db":
        path.unlink()
    else:
        with path.open("a") as file:
            file.write("\n")
    assert not tool.is_current(released)
    run(released, "--if-needed")
    assert tool.is_current(released)


def test_a_release_that_is_current_is_found_to_be_so_without_the_libraries(released):
    """Importing them takes seconds, before every `make grade` and `make kit`."""
    code = (
        "import sys, pathlib; from tools import release_exercises as tool\n"
        "assert tool.is_current(pathlib.Path(sys.argv[1]))\n"
        "print({'nbgrader', 'nbformat', 'jupytext', 'tensorflow'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(released)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout == "set()\n", done.stderr


def test_what_is_cleared_without_nbgrader_s_command_is_what_that_releases(released):
    notebook = nbformat.read(released / "exercises/small/small.ipynb", as_version=4)
    cleared = sources.cleared(sources.convert(released / "solutions" / "small.md"))
    assert [cell.source for cell in cleared.cells] == [cell.source for cell in notebook.cells]
    assert [cell.id for cell in cleared.cells] == [cell.id for cell in notebook.cells]


WRONG = {
    "used 2 times": sound() + cell("answer", "x = 1"),
    "give 0 points, expected a whole number": sound().replace("points: 10", "points: 0"),
    "give 2.5 points, expected a whole number": sound().replace("points: 10", "points: 2.5"),
    "cell 'test-answer', line 2: it changes `math.sqrt`": sound().replace(
        "assert answer > 0", "import math\nmath.sqrt = None\nassert answer > 0"
    ),
    "cell 'test-answer', line 3: it patches 'math.sqrt'": sound().replace(
        "assert answer > 0",
        "from unittest import mock\n\nmock.patch('math.sqrt')\nassert answer > 0",
    ),
    "line 1: it puts a function of its own in the place of `input`": sound().replace(
        "assert answer > 0", "input = lambda: '3'\nassert answer > 0"
    ),
    "line 3: it puts a function of its own in the place of `half`": sound()
    .replace("answer = 42", "def half(x):\n    return x / 2\n\n\nanswer = half(84)")
    .replace("assert answer > 0", "def spy(x):\n    return 1\nhalf = spy\nassert answer > 0"),
    "### AUTOTEST": sound().replace("assert answer > 0", "### AUTOTEST answer\nassert answer > 0"),
    "ends in an expression": sound().replace(
        "### END HIDDEN TESTS", "### END HIDDEN TESTS\nanswer == 42"
    ),
    "BEGIN SOLUTION without its END": sound().replace("### END SOLUTION", ""),
    "BEGIN HIDDEN TESTS without its END": sound().replace("### END HIDDEN TESTS", ""),
    "END SOLUTION without its BEGIN": sound().replace("### BEGIN SOLUTION", ""),
    "BEGIN HIDDEN TESTS inside SOLUTION": sound().replace(
        "answer = 42", "### BEGIN HIDDEN TESTS\nanswer = 42"
    ),
    "a test cell without ### BEGIN HIDDEN TESTS": sound()
    .replace("### BEGIN HIDDEN TESTS\n", "")
    .replace("### END HIDDEN TESTS", ""),
    "a solution cell without ### BEGIN SOLUTION": HEAD
    + cell("answer", "answer = 42", solution=True)
    + cell("test-answer", TEST, points=10),
    "without `solution: true`": sound() + cell("given", SOLUTION),
    "without `grade: true`": sound() + cell("given", TEST),
    "not locked": HEAD
    + cell("answer", SOLUTION, solution=True)
    + cell("test-answer", TEST, points=10, locked=False),
    "`os` is the learner's to change": HEAD
    + cell("answer", "import os\n" + SOLUTION, solution=True)
    + cell("test-answer", "assert os.sep\n" + TEST, points=10),
    "`truth` is the learner's to change": HEAD
    + cell("answer", SOLUTION, solution=True)
    + cell("test-first", "def truth():\n    return 42\n\n\n" + TEST, points=5)
    + cell("test-answer", "assert answer == truth()\n" + TEST, points=5),
    "is no Python": sound().replace("assert answer > 0", "assert answer >"),
    "cannot be read as a MyST notebook": sound().replace("nbgrader:", "nbgrader: [:"),
}


@pytest.mark.parametrize("problem", WRONG)
def test_a_faulty_source_is_named_and_nothing_changes(course, problem):
    kept = course / "exercises" / "small" / "small.ipynb"
    kept.parent.mkdir(parents=True)
    kept.write_text("the released one", encoding="utf-8")
    (course / "solutions" / "small.md").write_text(WRONG[problem], encoding="utf-8")
    result = run(course)
    assert result.exit_code == 1
    assert problem in result.output and "small.md" in result.output
    assert contents(course / "exercises") == {"small/small.ipynb": b"the released one"}


def test_all_problems_are_told_at_once(course):
    for name in ("first", "second"):
        text = sound().replace("points: 10", "points: 0")
        (course / "solutions" / f"{name}.md").write_text(text, encoding="utf-8")
    output = run(course).output
    assert "first.md" in output and "second.md" in output


def test_one_unfinished_source_is_named_and_the_others_are_released(released):
    """The last release of the faulty one stays, for learners and for grading."""
    small = contents(released / "exercises" / "small")
    unfinished = sound().replace("### END SOLUTION", "")
    (released / "solutions" / "small.md").write_text(unfinished, encoding="utf-8")
    other = sound().replace("# Small", "# Other").replace("points: 10", "points: 3")
    (released / "solutions" / "other.md").write_text(other, encoding="utf-8")
    result = run(released)
    assert result.exit_code == 1
    assert "exercises/other/other.ipynb" in result.output
    assert "not released: small\n" in result.output and "other.md" not in result.output
    assert contents(released / "exercises" / "small") == small
    assert (released / "exercises" / "other" / "other.ipynb").is_file()
    for kind in ("source", "release"):
        for name in ("small", "other"):
            assert (released / "_build" / kind / name / f"{name}.ipynb").is_file()
    checked = run(released, "--check")
    assert checked.exit_code == 1 and "small.md" in checked.output
    assert "out of step" not in checked.output
    needed = run(released, "--if-needed")  # before `make grade A=other`
    assert needed.exit_code == 0 and "not released: small" in needed.output
    assert "exercises/" not in needed.output
    (released / "solutions" / "small.md").write_text(sound(), encoding="utf-8")
    assert run(released).exit_code == 0 and run(released, "--check").exit_code == 0


def test_a_failure_of_nbgrader_changes_nothing(released, monkeypatch):
    before = contents(released / "exercises")
    text = sound().replace("42", "43")
    (released / "solutions" / "small.md").write_text(text, encoding="utf-8")

    def fail(*_, **__):
        raise tool.ReleaseError("nbgrader could not release small")

    monkeypatch.setattr(tool, "_assign", fail)
    assert run(released).exit_code == 1
    assert contents(released / "exercises") == before


def test_no_assignment(tmp_path):
    (tmp_path / "solutions").mkdir()
    result = run(tmp_path)
    assert result.exit_code == 1 and "no assignment" in result.output
