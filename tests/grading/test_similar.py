"""The page on submissions that are alike, as an instructor reads it in a browser."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.grading import toy
from tests.grading.toy import run

EVIL = "<script>alert(1)</script>"
COPIED = f'''def double(x):
    """Twice a number: {EVIL}"""
    doubled = 0
    for _ in range(2):
        doubled = doubled + x
    if isinstance(x, complex) or doubled != doubled:
        raise ValueError("not a number that has a double")
    return doubled


answer = len("the answer to everything") + len(range(18))
values = [float(line.strip()) for line in open("data.txt") if line.strip()]
'''
CLASS = {
    "ada": COPIED,
    "<i>bob": COPIED.replace("doubled", "twice").replace("Twice", "Double"),
    "eve": toy.SOLUTION,
    "liz": toy.SOLUTION,  # as the author wrote it
    "mia": b"{",
    "noa": toy.STUB,
}


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    course = toy.make_course(tmp_path_factory.mktemp("course"))
    for student, content in CLASS.items():
        toy.hand_in(course, student, content)
    done = run(course, "similar", "toy")
    assert done.returncode == 0, done.stderr
    page = course / "_build" / "reports" / "toy-similar.html"
    assert done.stdout == f"{page}: 1 pair among 5 submissions\n"
    return course, page


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pair_stands_side_by_side(browser, compared, width, scheme):
    view = {"width": width, "height": 900}
    with browser.new_context(viewport=view, color_scheme=scheme) as context:
        page = context.new_page()
        faults, asked = [], []
        page.on("console", lambda message: faults.append(message.text))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(compared[1].as_uri())
        assert not faults and asked == [compared[1].as_uri()]
        assert page.locator("main i, main script").count() == 0
        titles = page.locator("h4").all_inner_texts()
        assert titles == ["<i>bob", "ada"]
        marked = page.locator("mark").all_inner_texts()
        assert len(marked) == 2 and "twice = twice + x" in marked[0]
        assert "5 submissions compared; 1 could not be read" in page.inner_text("main")
        if folder := os.environ.get("COURSE_SHOTS"):
            page.screenshot(path=Path(folder, f"similar-{width}-{scheme}.png"), full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        boxes = [each.bounding_box() for each in page.locator("h4").all()]
        assert (boxes[0]["y"] == boxes[1]["y"]) == (width > 1000)
        broken = Axe().run(page).response["violations"]
        assert not [f"{rule['id']}: {n['html'][:160]}" for rule in broken for n in rule["nodes"]]


def test_what_is_there_stays_and_what_is_missing_is_told(compared):
    course, page = compared
    mine = course / "mine.html"
    mine.write_text("my own notes")
    refused = run(course, "similar", "toy", "--output", str(mine))
    assert refused.returncode == 1 and "something else than a report" in refused.stderr
    assert mine.read_text() == "my own notes"
    assert run(course, "similar", "toy", "--least", "1", "--output", str(page)).returncode == 0
    missing = run(course, "similar", "nothing")
    assert missing.returncode == 1 and "nothing.ipynb is missing" in missing.stderr
