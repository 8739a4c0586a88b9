"""The report on a class that the engine graded, as an instructor reads it in a browser."""

import json
import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from helpers.grading import intake
from helpers.grading.ledger import Ledger
from tests.grading import toy
from tests.grading.toy import run

pytestmark = pytest.mark.skipif(bool(toy.NO_SANDBOX), reason=toy.NO_SANDBOX)
REST = "\nanswer = 42\nvalues = [1.0, 2.0, 3.0]\n"
KNOWN = {
    "wrong-square": ("Squares in place of doubling.", "def double(x):\n    return x * x\n" + REST),
    "wrong-answer": ("Answers with the question.", toy.SOLUTION.replace("42", "6 * 9")),
}
EVIL = "<script src=//evil.example></script><b>bold</b>"
CLASS = {
    "ada": toy.SOLUTION,
    "bob": "double = lambda number: number ** 2.0\n" + REST,  # the square, written otherwise
    "eve": f"def double(x):\n    raise ValueError({EVIL!r})\n" + REST,
    "<i>ida": toy.SOLUTION.replace("42", "54"),
    "liz": toy.SOLUTION.replace("3.0]", "4.0]"),  # nobody knows this one
    "mia": b"{",
    "noa": toy.STUB,
}


def keep_corpus(course):
    """Take what the known answers got from the students who handed them in."""
    folder = course / "tests" / "exercises" / "toy"
    folder.mkdir(parents=True)
    answers, messages = {"solution": {"points": toy.FULL}}, {}
    for name, (does, source) in KNOWN.items():
        tests = Ledger.of(course, "toy").read(name).verdict["tests"]
        answers[name] = {"points": {test: of["points"] for test, of in tests.items()}}
        messages[name] = {test: of["message"] for test, of in tests.items() if of["message"]}
        text = f"---\ndoes: {does}\npoints: {{}}\n---\n\n```python solve\n{source}```\n"
        (folder / f"{name}.md").write_text(text)
        (course / "submitted" / name / "toy" / "toy.ipynb").unlink()
        (course / "submitted" / name / "toy").rmdir()
    (folder / "verdicts.json").write_text(json.dumps({"answers": answers}))
    (folder / "messages.json").write_text(json.dumps(messages))


@pytest.fixture(scope="module")
def reported(tmp_path_factory):
    """The course and the page."""
    course = toy.make_course(tmp_path_factory.mktemp("course"))
    for student, content in CLASS.items():
        toy.hand_in(course, student, content)
    for name, (_, source) in KNOWN.items():
        toy.hand_in(course, name, source)
    before = run(course, "report", "toy")
    assert before.returncode == 0, before.stderr  # nothing is graded yet
    graded = run(course, "grade", "toy")
    assert "need a person" in graded.stderr
    keep_corpus(course)
    done = run(course, "report", "toy")
    assert done.returncode == 0, done.stderr
    page = course / "_build" / "reports" / "toy.html"
    assert done.stdout == f"{page}: {len(CLASS)} submissions\n"
    return course, page


@pytest.fixture
def visit(browser, reported):
    contexts = []

    def open_page(width=1280, scheme="light"):
        view = {"width": width, "height": 900}
        context = browser.new_context(viewport=view, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        faults = []
        page.on("console", lambda message: faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: faults.append(request.url))
        page.goto(reported[1].as_uri())
        faults.remove(reported[1].as_uri())
        return page, faults

    yield open_page
    for context in contexts:
        context.close()


def test_the_misconceptions_of_the_class_are_named(visit):
    page, _ = visit()
    found = page.locator("ol.findings > li").all_inner_texts()
    told = sorted(" ".join(text.split()) for text in found)
    assert [text.partition(" Fails")[0] for text in told] == [
        "1 learner, perhaps: Answers with the question.",  # was told no number of its own
        "1 learner: Squares in place of doubling.",
    ]
    assert "test-double" in told[1] and "wrong-square" in told[1]
    page.locator("ol.findings summary").last.click()
    assert page.get_by_text("<i>ida", exact=True).is_visible()
    text = " ".join(page.inner_text("main").split())
    assert "7 handed in; 6 of them ran and have points." in text
    assert "mia rejected" in text
    assert "Failed in a way that the corpus does not know" in text


def test_nothing_runs_and_nothing_is_asked_for(visit):
    page, faults = visit()
    assert not faults
    assert EVIL in page.inner_text("main")
    assert page.locator("main b, main script").count() == 0


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_too_wide(visit, width, scheme):
    page, _ = visit(width, scheme)
    if folder := os.environ.get("COURSE_SHOTS"):
        page.screenshot(path=Path(folder, f"report-{width}-{scheme}.png"), full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    assert not [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]
    shade = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (shade == "rgb(255, 255, 255)") == (scheme == "light")


def test_nothing_else_is_overwritten(reported):
    course, page = reported
    mine = course / "mine.html"
    mine.write_text("<p>my own notes")
    refused = run(course, "report", "toy", "--output", str(mine))
    assert refused.returncode == 1 and "something else than a report" in refused.stderr
    assert mine.read_text() == "<p>my own notes"
    again = run(course, "report", "toy", "--output", str(page))
    assert again.returncode == 0 and sorted(p.name for p in page.parent.iterdir()) == ["toy.html"]


def test_what_is_missing_is_told(reported):
    course, _ = reported
    done = run(course, "report", "nothing")
    assert done.returncode == 1 and "nothing.ipynb is missing" in done.stderr


def test_who_handed_in_something_else_is_not_of_the_class(reported):
    course, _ = reported
    (course / "submitted" / "zoe" / "other").mkdir(parents=True)
    assert intake.students(course, "toy") == sorted(CLASS)
