"""The page says what there is to say, and nothing on it runs or is asked for elsewhere."""

import re
from html.parser import HTMLParser

import nbformat
import pytest

from helpers.grading import intake
from helpers.grading.report import page
from helpers.grading.report.results import Outcome, Result, result

SOURCE = nbformat.v4.new_notebook()
for name, points in (("test-one", 4), ("test-two", 6)):
    about = {"grade_id": name, "grade": True, "solution": False, "points": points}
    cell = nbformat.v4.new_code_cell("pass", metadata={"nbgrader": about})
    SOURCE.cells += [nbformat.v4.new_markdown_cell("## Task 1\n\nDo it."), cell]
AUTHOR = intake.Assignment("toy", SOURCE, SOURCE, {})
EVIL = (
    "</pre><script src='https://evil.example/x.js'></script>"
    "<img src=x onerror=alert(1)>\x1b[31m\u202e"
)


def graded(student, one, two, message="row 0 is wrong"):
    tests = {
        "test-one": Outcome(one, 4.0, "" if one == 4 else message),
        "test-two": Outcome(two, 6.0, "" if two == 6 else message),
    }
    return Result(student, "graded", one + two, seconds=2.5, tests=tests)


CLASS = [
    graded("ada", 4.0, 6.0),
    graded("bob", 4.0, 0.0),
    graded("eve", 0.0, 0.0, EVIL),
    Result("mia\u202e<b>", "rejected", 0.0, "mia.ipynb is <i>empty</i>"),
    Result("noa", "not graded", 0.0),
    Result("tim", "timed_out", 4.0, tests=graded("tim", 4.0, 0.0, "not reached: late").tests),
]


class Tags(HTMLParser):
    """The tags of a page, with their attributes, and its text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text += f"{data} "


@pytest.fixture
def rendered(tmp_path):
    return Tags(page.render(tmp_path, AUTHOR, CLASS, ["una", "<u>leo"]))


def test_nothing_that_a_student_wrote_becomes_a_tag(rendered):
    tags = {tag for tag, _ in rendered.tags}
    assert not tags & {"script", "img", "b", "i", "u", "iframe", "link"}
    attributes = [pair for _, found in rendered.tags for pair in found.items()]
    assert not [name for name, _ in attributes if name.startswith("on") or name in ("src", "href")]
    assert "<script src='https://evil.example/x.js'>" in rendered.text
    assert "\x1b" not in rendered.text and "\u202e" not in rendered.text
    assert "mia\\u202e<b>" in rendered.text


def test_a_policy_forbids_what_is_not_there(rendered):
    [policy] = [
        found["content"] for _, found in rendered.tags if "Security" in str(found.get("http-equiv"))
    ]
    assert policy.startswith("default-src 'none'")


def test_everybody_is_told_of(rendered):
    text = " ".join(rendered.text.split())
    assert "6 handed in; 4 of them ran and have points. 2 on the roster handed in nothing." in text
    assert "rejected mia.ipynb is <i>empty</i>" in text and "noa not graded" in text
    assert "timed_out 1 learner tim" in text
    assert "handed in nothing 2 learners una, <u>leo" in text
    assert "test-one Task 1 4 75 % 75 %" in text
    assert "late" not in text  # that a test was not reached is no complaint


def test_the_pictures_can_be_read_out(rendered):
    drawings = [found for tag, found in rendered.tags if tag == "svg"]
    assert len(drawings) == 2 and all(found["role"] == "img" for found in drawings)
    named = {found["id"] for _, found in rendered.tags if "id" in found}
    assert all(set(found["aria-labelledby"].split()) <= named for found in drawings)
    assert re.search(r"Submissions by points\s*0: 1; 4: 2; 10: 1", rendered.text)


def test_a_class_that_was_not_graded_has_a_page_too(tmp_path):
    told = Tags(page.render(tmp_path, AUTHOR, [Result("ada", "not graded", 0.0)])).text
    assert "Nothing has points yet: course grade toy gives them." in " ".join(told.split())
    assert "on the roster" not in told


def test_a_verdict_of_another_form_says_nothing():
    from helpers.grading.ledger import Entry, Row

    row = Row("ada", "graded", 3.0, 10.0)
    for verdict in ({"tests": []}, {"tests": {"x": {"points": "y"}}}, {"seconds": "z"}, None):
        assert result("ada", Entry(row, verdict=verdict)).tests == {}
