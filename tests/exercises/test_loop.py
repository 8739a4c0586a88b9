"""The whole loop with stock nbgrader: release, hand in, autograde, feed back, export."""

import csv
import html
import re

import nbformat
import pytest

from tests.exercises import course as courses
from tests.exercises.conftest import BY_STOCK


@pytest.mark.parametrize("assignment", BY_STOCK)
def test_stock_autograde_gives_what_is_declared(finished, assignment):
    """So does the engine, see test_corpora.py."""
    folder = courses.ANSWERS / assignment
    declared = {name: courses.read_answer(folder / f"{name}.md") for name in BY_STOCK[assignment]}
    found = courses.scores(finished, assignment)
    assert found == {name: answer.points for name, answer in declared.items()}


def test_the_export_has_the_scores(finished):
    with open(finished / "grades.csv", encoding="utf-8", newline="") as file:
        rows = {(row["student_id"], row["assignment"]): row for row in csv.DictReader(file)}
    found = {key: (float(row["score"]), float(row["max_score"])) for key, row in rows.items()}
    assert found["solution", "exploding"] == (10, 10)
    assert found["solution", "vanishing"] == (10, 10)
    assert found["blank", "exploding"] == (0, 10)


@pytest.mark.parametrize(
    ("student", "assignment"),
    [("solution", "exploding"), ("solution", "vanishing"), ("blank", "exploding")],
)
def test_everybody_gets_feedback(finished, student, assignment):
    page = finished / "feedback" / student / assignment / f"{assignment}.html"
    text = page.read_text(encoding="utf-8")
    assert 'class="points"' in text
    notebook = finished / "_build" / "source" / assignment / f"{assignment}.ipynb"
    secrets = hidden_lines(notebook)
    visible = {line.strip() for line in _text_of(text).splitlines()}
    assert secrets and not [line for line in secrets if any(line in seen for seen in visible)]


def test_a_failed_test_says_why(finished):
    page = finished / "feedback" / "blank" / "exploding" / "exploding.html"
    assert "task 1 is not done yet" in _text_of(page.read_text("utf-8"))


def hidden_lines(path):
    """Lines of the hidden tests that stand nowhere else, long enough to mean something."""
    source = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells)
    region = re.compile(r"### BEGIN HIDDEN TESTS\n(.*?)### END HIDDEN TESTS", re.DOTALL)
    public = {line.strip() for line in region.sub("", source).splitlines()}
    hidden = {line.strip() for text in region.findall(source) for line in text.splitlines()}
    return {line for line in hidden - public if len(line) > 20}


def _text_of(page):
    return html.unescape(re.sub(r"<[^>]*>", "", page))


def test_the_data_files_are_the_courses_own(finished):
    """Weights that a student replaced would not be graded with."""
    graded = finished / "autograded" / "solution" / "vanishing"
    released = finished / "exercises" / "vanishing"
    for name in ("history.json", "model_weights.weights.h5"):
        assert (graded / name).read_bytes() == (released / name).read_bytes()
