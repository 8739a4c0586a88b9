"""The page for authors is followed: its examples are put into their places and used."""

import ast
import re
import sys
import tomllib
import types

import pytest
import yaml

from tests.book.test_chapters import RULES
from tests.exercises import corpus, course
from tests.grading import toy
from tools.gates import chapters, sources
from tools.release_exercises import release

PAGE = (sources.ROOT / "book/teaching/authors.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^(`{3,})\{code-block\} \w+\n:caption: (\S+)\n(.*?)^\1$", re.M | re.S)
FILES = {path: text for _, path, text in BLOCK.findall(PAGE)}
CHAPTER = "book/sequences/echo.md"
PYTHON = sorted(path for path in FILES if path.endswith(".py"))


def module(path):
    """An example, imported from the page."""
    made = types.ModuleType(path.removesuffix(".py").replace("/", "."))
    sys.modules[made.__name__] = made
    try:
        exec(compile(FILES[path], path, "exec"), made.__dict__)
    finally:
        del sys.modules[made.__name__]
    return made


def test_every_example_belongs_to_a_folder_that_is_there():
    assert len(FILES) == 9
    for path in FILES:
        folder = (sources.ROOT / path).parent
        assert folder.is_dir() or folder.name == "echo", path
        assert not (sources.ROOT / path).exists() or path in (
            "_toc.yml",
            "tests/book/coverage.toml",
        )


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_chapter_keeps_every_rule(rule):
    assert not rule(FILES[CHAPTER])


def test_the_chapter_stands_in_the_contents_and_its_topics_under_their_headings():
    [part] = yaml.safe_load(FILES["_toc.yml"])
    assert part["chapters"] == [{"file": CHAPTER.removesuffix(".md")}]
    plan = tomllib.loads(FILES["tests/book/coverage.toml"])
    assert not chapters.coverage(plan, {"echo": FILES[CHAPTER]})


def test_the_chapter_runs_and_glues_what_its_prose_quotes(monkeypatch):
    glued = {}
    space = {"glue": lambda name, value, display: glued.update({name: value})}
    for cell in sources.code_cells(FILES[CHAPTER]):
        exec(cell.source.replace("from myst_nb import glue", ""), space)
    assert set(glued) == set(re.findall(r"\{glue:text\}`(\w+)", FILES[CHAPTER]))


def test_the_drawing_is_drawn_and_stands_in_the_chapter():
    [path] = [path for path in PYTHON if "pictures" in path]
    assert module(path).draw().svg().startswith("<svg")
    assert "diagrams/echo.svg" in FILES[CHAPTER]


def test_the_data_set_is_the_same_each_time_and_reads_a_file(tmp_path, monkeypatch):
    echoes = module("helpers/data/echoes.py")
    monkeypatch.delenv("RNN_DATA", raising=False)
    assert (echoes.load(n=5) == echoes.load("embedded", n=5)).all()
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))
    (tmp_path / echoes.NAME).write_text("1.5\n2\n")
    assert echoes.load("real").tolist() == [1.5, 2.0]
    (tmp_path / echoes.NAME).write_text("1.5\ntwo\n")
    with pytest.raises(ValueError, match="line 2: 'two'"):
        echoes.load("real")
    with pytest.raises(ValueError, match="embedded"):
        echoes.load("imagined")


def test_the_experiment_records_one_entry_for_each_seed():
    experiment = module("helpers/experiments/echo.py")
    outcome = experiment.RECORDS["echo"]()
    assert all(len(entries) == 10 for entries in outcome.values())
    assert min(outcome["itself"]) > max(outcome["mean"])


@pytest.mark.parametrize("path", PYTHON)
def test_public_functions_are_documented(path):
    tree = ast.parse(FILES[path])
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert functions and all(ast.get_docstring(node) for node in [tree, *functions])


def test_the_assignment_is_released_and_its_answers_get_what_they_declare(tmp_path):
    if toy.NO_SANDBOX:
        pytest.skip(toy.NO_SANDBOX)
    (tmp_path / "solutions").mkdir()
    (tmp_path / "answers").mkdir()
    (tmp_path / "solutions/echo.md").write_text(FILES["solutions/echo.md"], encoding="utf-8")
    for path, text in FILES.items():
        if path.startswith("tests/exercises/echo/"):
            (tmp_path / "answers" / path.rpartition("/")[2]).write_text(text, encoding="utf-8")
    (tmp_path / "nbgrader_config.py").symlink_to(sources.ROOT / "nbgrader_config.py")
    release(tmp_path)
    answers = course.read_answers(tmp_path / "answers")
    verdicts = corpus.grade(tmp_path, {"echo": answers})["echo"]
    assert {name: verdict["points"] for name, verdict in verdicts.items()} == {
        answer.name: answer.points for answer in answers
    }


def test_commands_are_targets_of_the_makefile():
    targets = re.findall(
        r"^([a-z]+):", (sources.ROOT / "Makefile").read_text(encoding="utf-8"), re.M
    )
    named = re.findall(r"(?:`|\$ )make ([a-z]+)", PAGE)
    assert named and set(named) <= set(targets)
