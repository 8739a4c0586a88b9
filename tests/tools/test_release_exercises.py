import shutil
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner

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
    return Path(shutil.copytree(released_once, tmp_path / "course"))


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
    assert set(files) == {"small/small.ipynb", "small/numbers.txt"}
    assert files["small/numbers.txt"] == b"1 2 3\n"
    notebook = nbformat.read(released / "exercises/small/small.ipynb", as_version=4)
    nbformat.validate(notebook)
    sources = [cell.source for cell in notebook.cells]
    assert "raise NotImplementedError()" in sources[1] and "42" not in "".join(sources)
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
    assert sorted(path.name for path in (released / "_build").iterdir()) == ["exchange", "source"]


def test_check_is_content_after_a_release(released):
    before = contents(released)
    result = run(released, "--check")
    assert result.exit_code == 0, result.output
    assert contents(released) == before


@pytest.mark.parametrize("change", ["notebook", "data", "extra", "missing", "source"])
def test_check_names_what_is_out_of_step(released, change):
    small = released / "exercises" / "small"
    if change == "notebook":
        path = small / "small.ipynb"
        path.write_text(path.read_text("utf-8").replace("positive", "Positive"), "utf-8")
    elif change == "data":
        (small / "numbers.txt").write_text("1 2\n", "utf-8")
    elif change == "extra":
        (small / "left_over.txt").write_text("x", "utf-8")
    elif change == "missing":
        (small / "numbers.txt").unlink()
    else:
        (released / "solutions" / "small.md").write_text(sound() + "More.\n", encoding="utf-8")
    name = {"extra": "left_over.txt", "notebook": "small.ipynb", "source": "small.ipynb"}
    result = run(released, "--check")
    assert result.exit_code == 1
    assert f"small/{name.get(change, 'numbers.txt')}" in result.output
    assert "make exercises" in result.output


WRONG = {
    "used 2 times": sound() + cell("answer", "x = 1"),
    "give 7 points, expected 10": sound().replace("points: 10", "points: 7"),
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
        text = sound().replace("points: 10", "points: 3")
        (course / "solutions" / f"{name}.md").write_text(text, encoding="utf-8")
    output = run(course).output
    assert "first.md" in output and "second.md" in output


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
