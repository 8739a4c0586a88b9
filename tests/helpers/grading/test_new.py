"""`course new`: what it writes can be released and graded at once, and is never over anything."""

import shutil

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from helpers.grading import new, sources
from helpers.grading.cells import is_test
from helpers.grading.course import main
from tests.exercises import corpus, course, ledger
from tests.grading import toy
from tools.assignment_problems import problems_of
from tools.release_exercises import release


@pytest.fixture
def clone(root, tmp_path):
    """A course with nothing in it but its front page and its configuration."""
    (tmp_path / "solutions").mkdir()
    (tmp_path / "book").mkdir()
    shutil.copy(root / "book" / "index.md", tmp_path / "book")
    shutil.copy(root / "nbgrader_config.py", tmp_path)
    return tmp_path


def run(clone, *words):
    return CliRunner().invoke(main, ["--course", str(clone), "new", *words])


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_tiny_is_released_and_graded(clone):
    if toy.NO_SANDBOX:
        pytest.skip(toy.NO_SANDBOX)
    result = run(clone, "tiny", "--title", "A tiny one", "--points", "3")
    assert result.exit_code == 0, result.output
    assert release(clone) == ["tiny/tiny.ipynb"]
    answers = course.read_answers(clone / "tests" / "exercises" / "tiny")
    corpus.check_mix(answers, draft=ledger.is_draft("tiny", clone))
    verdicts = corpus.grade(clone, {"tiny": answers})["tiny"]
    assert {name: verdict["points"] for name, verdict in verdicts.items()} == {
        "solution": {"test-tiny": 3},
        "blank": {"test-tiny": 0},
        "right-comprehension": {"test-tiny": 3},
        "wrong-same-number": {"test-tiny": 0},
    }


def test_learners_find_it_in_the_table(clone):
    before = (clone / "book" / "index.md").read_text("utf-8")
    assert run(clone, "tiny", "--title", "One | other").exit_code == 0
    after = (clone / "book" / "index.md").read_text("utf-8")
    line = "| `tiny` | {doc}`teaching/authors` | One / other |\n"
    assert after.replace(line, "") == before
    lines = after.splitlines(keepends=True)
    assert lines[lines.index(line) - 1].startswith("| `video` |")


@given(
    name=st.from_regex(r"[a-z][a-z0-9_]{4,12}z", fullmatch=True),
    title=st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1, max_size=30),
    points=st.integers(1, 500),
)
def test_every_name_title_and_number_of_points_keeps_the_rules(
    tmp_path_factory, root, name, title, points
):
    folder = tmp_path_factory.mktemp("any")
    title = " ".join(title.split())
    if not title or not title.isprintable():
        return
    files = new.written(folder, name, title, points)
    source = folder / f"{name}.md"
    source.write_text(files[f"solutions/{name}.md"], encoding="utf-8")
    notebook = sources.convert(source)
    assert problems_of(notebook) == []
    assert notebook.cells[0].source.splitlines()[0] == f"# {title}"
    [test] = filter(is_test, notebook.cells)
    assert test.metadata["nbgrader"]["points"] == points


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["Tiny"], "no name"),
        (["../tiny"], "no name"),
        (["tiny-one"], "no name"),
        (["x" * 41], "no name"),
        (["lambda"], "a word of Python"),
        (["list"], "a word of Python"),
        (["random"], "a word of the example"),
        (["tiny", "--title", "  "], "no title"),
        (["tiny", "--points", "0"], "x>=1"),
        (["tiny", "--points", "2.5"], "not a valid integer"),
    ],
)
def test_what_is_no_name_is_refused_and_nothing_written(clone, words, told):
    before = contents(clone)
    result = run(clone, *words)
    assert result.exit_code != 0 and told in result.output
    assert contents(clone) == before


@pytest.mark.parametrize(
    "path", ["solutions/tiny.md", "solutions/tiny/data.txt", "tests/exercises/tiny/mine.md"]
)
def test_nothing_is_written_over(clone, path):
    (clone / path).parent.mkdir(parents=True, exist_ok=True)
    (clone / path).write_text("mine")
    before = contents(clone)
    result = run(clone, "tiny")
    assert result.exit_code == 1 and "is there already" in result.output
    assert contents(clone) == before


def test_a_file_that_appears_meanwhile_stays(clone):
    files = new.written(clone, "tiny", "Tiny", 10)
    (clone / "solutions" / "tiny.md").write_text("mine")
    with pytest.raises(FileExistsError):
        new.put(clone, files)
    assert (clone / "solutions" / "tiny.md").read_text() == "mine"
    assert "tiny" not in (clone / "book" / "index.md").read_text("utf-8")


def test_a_folder_that_is_no_course_is_told(tmp_path):
    result = run(tmp_path, "tiny")
    assert result.exit_code == 1 and "--course FOLDER" in result.output
    assert not list(tmp_path.iterdir())
