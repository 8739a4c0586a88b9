"""What a browser does with a submission full of scripts: nothing; and formgrader still works."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from tests.exercises.course import nbgrader
from tests.exercises.lab import serving
from tests.grading import toy

pytestmark = pytest.mark.skipif(bool(toy.NO_SANDBOX), reason=toy.NO_SANDBOX)
COURSE = [str(Path(sys.executable).with_name("course")), "--course"]
SEEN = "a table that stays"


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A class of two, graded by the engine, with feedback written."""
    course = toy.make_course(tmp_path_factory.mktemp("course"))
    _, attack, _ = toy.attack(toy.ATTACKS / "html-output.md")
    table = f"display(HTML('<table><tr><td>{SEEN}</td></tr></table>'))"
    toy.hand_in(course, "attacker", f"{attack}\n{table}\nanswer = 41")
    toy.hand_in(course, "honest", toy.SOLUTION)
    command = [*COURSE, str(course), "grade", "toy"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=course)
    assert done.returncode == 0, done.stderr
    assert nbgrader(course, "generate_feedback", "toy").returncode == 0
    return course


@pytest.fixture
def visit(browser):
    """A page, and what its console complains of."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(900_000)
    faults: list[str] = []
    page.on("console", lambda message: message.type == "error" and faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page, faults
    context.close()


def shot(page, name):
    """Keep a picture where COURSE_SHOTS says, for people to look at."""
    if folder := os.environ.get("COURSE_SHOTS"):
        page.screenshot(path=Path(folder, f"{name}.png"))


def test_feedback_runs_no_script_and_asks_no_other_host(graded, visit):
    page, faults = visit
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((graded / "feedback" / "attacker" / "toy" / "toy.html").as_uri())
    page.get_by_text(SEEN).last.wait_for()
    shot(page, "feedback")
    assert page.evaluate("window.owned") is None
    # The picture that the attack asks for is refused; nothing else is amiss.
    assert not [fault for fault in faults if "/toy/x'" not in fault]
    assert not [url for url in asked if not url.startswith(("file:", "data:"))]
    assert "not the answer" in page.content() and toy.SECRET not in page.content()


def test_the_policy_stops_what_a_sanitiser_would_miss(graded, visit, tmp_path):
    page, faults = visit
    text = (graded / "feedback" / "attacker" / "toy" / "toy.html").read_text()
    evil = "<img src=x onerror='window.owned = 1'><script>window.owned = 1</script></body>"
    path = tmp_path / "evil.html"
    path.write_text(text.replace("</body>", evil))
    page.goto(path.as_uri())
    assert page.evaluate("window.owned") is None
    assert any("Content Security Policy" in fault for fault in faults)


def test_formgrader_runs_no_script_and_takes_a_grade_that_lasts(graded, visit, tmp_path_factory):
    page, _ = visit
    with serving(graded, tmp_path_factory.mktemp("home")) as lab:
        page.goto(f"{lab}/formgrader/gradebook/toy/toy")
        page.locator("tbody tr", has_text="10 / 10").wait_for()
        page.get_by_text("Submission #").first.wait_for()
        shot(page, "formgrader-class")
        for number in range(2):
            page.goto(f"{lab}/formgrader/gradebook/toy/toy")
            page.get_by_role("link", name="Submission #").nth(number).click()
            page.locator("input.score").first.wait_for()
            if SEEN in page.content():
                break
        assert SEEN in page.content()
        page.wait_for_timeout(500)
        shot(page, "formgrader-submission")
        assert page.evaluate("window.owned") is None
        answer = page.locator("input.score#test-answer")
        assert answer.get_attribute("placeholder") == "0"
        with page.expect_response(lambda reply: reply.request.method == "PUT"):
            answer.fill("1.5")
            answer.press("Tab")
    done = subprocess.run([*COURSE, str(graded), "grade", "toy", "--force"], cwd=graded)
    assert done.returncode == 0
    with Gradebook(f"sqlite:///{graded / 'gradebook.db'}") as gradebook:
        grade = gradebook.find_grade("test-answer", "toy", "toy", "attacker")
        assert (grade.auto_score, grade.manual_score, grade.score) == (0, 1.5, 1.5)
