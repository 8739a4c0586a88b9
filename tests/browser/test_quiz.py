"""Questions answered in a page, and what a browser remembers of them: a small site of our own."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from tests.browser.conftest import watch
from tests.browser.test_every_page import violations
from tests.tools.extensions import sphinx
from tools.browser import served

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
PAGES = {
    "index": "# Home\n\n```{toctree}\nbook/one\nbook/two\nbook/progress\n```\n",
    "book/one": """# One

## Check yourself

```{quiz}
Which *gate* has the value $z = 1$?

- [ ] The forget gate, `f`.
  An LSTM has that one.
- [x] The update gate.
  It keeps the **old** state where it is one.
- [ ] None.
  One of them has.
```

```{quiz}
How many weights has a `Dense` layer of 300 units
on 10 features?

- [3300]
  3,000 in the matrix, and 300 biases.
- [3000]
  And the bias?
- [*]
  The matrix has a row for each feature.
```

## Sources

Ours.
""",
    "book/two": "# Two\n\n```{quiz}\nYes?\n- [x] Yes\n  So it is.\n- [ ] No\n  Yes.\n```\n",
    "book/progress": (
        "# My progress\n\n```{progress}\n```\n\n"
        '```{raw} html\n<div class="course-progress-tools"></div>\n```\n'
    ),
}


def build(folder: Path, pages: dict[str, str]) -> list[str]:
    """Build pages with the extension and the style of the book; what Sphinx warns of."""
    return sphinx(
        folder,
        pages,
        extensions=["myst_parser", "course_html", "course_quiz", "sphinx-mathjax-offline"],
        myst_enable_extensions=["dollarmath"],
        html_static_path=[str(ROOT / "book" / "_static")],
        html_css_files=["course.css"],
        html_favicon=str(ROOT / "book" / "_static" / "favicon.svg"),
        html_context={"default_mode": "auto"},
        mathjax3_config=SETTINGS["sphinx"]["config"]["mathjax3_config"],
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The address of a small site with questions."""
    folder = tmp_path_factory.mktemp("quiz")
    assert build(folder, PAGES) == []
    with served(folder / "html") as address:
        yield address
    shutil.rmtree(folder)


@pytest.fixture
def reader(browser, site):
    """Opens pages in one browser profile, which keeps its storage; no page may have a fault."""
    context = browser.new_context(viewport={"width": 390, "height": 700})
    page, opened = context.new_page(), []

    def open_page(name):
        page.goto(f"{site}{name}.html", wait_until="load")
        return page

    opened = watch(page, site)
    yield open_page
    assert opened == []
    context.close()


def again(page):
    """Load it again, when all of it has come: an icon that is cut off would count as a fault."""
    page.wait_for_load_state("networkidle")
    page.reload()


def quiz(page, number):
    return page.locator("form.quiz").nth(number)


def test_a_question_is_answered_wrong_then_right_by_keyboard_alone(reader):
    page = reader("book/one")
    form = quiz(page, 0)
    first = form.locator("input[type=radio]").first
    first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    status = form.get_by_role("status")
    assert "Not quite" in status.inner_text() and "An LSTM has that one" in status.inner_text()
    page.keyboard.press("ArrowDown")  # takes the next answer, and with it what was said
    assert status.inner_text() == ""
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # on the button
    assert status.inner_text().startswith("Right.") and "old" in status.inner_text()
    assert form.evaluate("form => form.matches('.right')")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("3300", "300 biases"),
        ("3,300", "300 biases"),
        (" 3 300 ", "300 biases"),
        ("3300.0", "300 biases"),
        ("3000", "And the bias?"),
        ("12", "a row for each feature"),
        ("1,5", "a row for each feature"),
        ("many", "Type a number first"),
        ("", "Type a number first"),
    ],
)
def test_a_number_is_typed(reader, text, says):
    form = quiz(reader("book/one"), 1)
    form.locator("input").fill(text)
    form.locator("input").press("Enter")
    assert says in form.get_by_role("status").inner_text()
    assert form.evaluate("form => form.matches('.right')") == ("biases" in says)


def test_formulas_are_set_in_questions(reader):
    legend = quiz(reader("book/one"), 0).locator("legend")
    legend.locator("mjx-container").wait_for()
    assert "\\(" not in legend.inner_text()


def test_nothing_chosen_is_told(reader):
    form = quiz(reader("book/one"), 0)
    form.get_by_role("button").click()
    assert form.get_by_role("status").inner_text() == "Choose an answer first."


def test_progress_is_kept_saved_erased_and_brought_back(reader, tmp_path):
    page = reader("book/two")
    page.get_by_label("Yes").check()
    page.get_by_role("button", name="Check").click()
    page = reader("book/one")
    page.locator("text=Ours.").scroll_into_view_if_needed()
    page.wait_for_function("localStorage.getItem('networks-that-remember').includes('book/one')")

    def rows():
        cells = page.locator(".course-progress tbody tr").all()
        return [row.locator("td").all_inner_texts() for row in cells]

    page = reader("book/progress")
    before = rows()
    assert [row[0] for row in before] == ["One", "Two"]
    assert before[0][1].startswith("yes") and before[0][2] == "0 of 2"
    assert before[1][2] == "1 of 1"
    again(page)
    assert rows() == before
    with page.expect_download() as download:
        page.get_by_role("button", name="Save").click()
    kept = tmp_path / "progress.json"
    download.value.save_as(kept)
    assert set(json.loads(kept.read_text())) == {"read", "passed"}
    page.get_by_role("button", name="Erase").click()
    assert rows() == before
    page.get_by_role("button", name="Erase").click()
    assert [row[1:] for row in rows()] == [["no", "0 of 2"], ["no", "0 of 1"]]
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"read": 3}')
    page.locator("input[type=file]").set_input_files(wrong)
    page.get_by_text("nothing was changed").wait_for()
    page.locator("input[type=file]").set_input_files(kept)
    page.get_by_text("was added").wait_for()
    assert rows() == before


def test_a_storage_that_somebody_spoilt_begins_anew(reader):
    page = reader("book/progress")
    for text in ("{", "null", "[]", '{"read": [], "passed": {}}'):
        page.evaluate("text => localStorage.setItem('networks-that-remember', text)", text)
        again(page)
        assert (
            page.locator(".course-progress tbody tr").first.locator("td").nth(1).inner_text()
            == "no"
        )


def test_without_scripts_the_answer_is_under_a_fold(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}book/one.html")
    form = quiz(page, 0)
    assert form.locator("input:visible, button:visible").count() == 0
    form.locator("summary").click()
    assert "The update gate." in form.locator("details").inner_text()
    context.close()


def test_on_paper_the_answer_stands_in_the_place_of_what_waits_for_a_click(reader):
    page = reader("book/one")
    page.emulate_media(media="print")
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    for number, answer in enumerate(("The update gate.", "300 biases")):
        form = quiz(page, number)
        assert answer in form.locator(".quiz-answer").inner_text()
        assert form.locator("input:visible, button:visible").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser, site, scheme):
    context = browser.new_context(color_scheme=scheme, viewport={"width": 390, "height": 700})
    page = context.new_page()
    for name in ("book/one", "book/progress"):
        page.goto(f"{site}{name}.html", wait_until="load")
        for radio in page.get_by_role("radio").all():
            radio.check()
        for field in page.get_by_role("textbox").all():
            field.fill("1")
        for button in page.get_by_role("button", name="Check").all():
            button.click()
        assert violations(page) == []
    context.close()


def test_a_question_that_cannot_be_answered_fails_the_build(tmp_path):
    wrong = {
        "1 answers, expected at least two": "- [x] yes\n  so",
        "2 answers are right, not one": "- [x] yes\n  so\n- [x] no\n  so",
        "nothing is said to whoever answers [ ]": "- [x] yes\n  so\n- [ ] no",
        "needs a last [*]": "- [3]\n  so\n- [4]\n  no",
        "a number has two answers": "- [3]\n  so\n- [3.0]\n  no\n- [*]\n  no",
        "[three] is no number": "- [three]\n  so\n- [*]\n  no",
        "'aside' is neither an answer": "- [x] yes\n  so\naside\n- [ ] no\n  so",
        "0 answers, expected": "",
    }
    pages = "\n".join(f"```{{quiz}}\nWhat {i}?\n{of}\n```\n" for i, of in enumerate(wrong.values()))
    twice = "```{quiz}\nTwice?\n- [x] y\n  y\n- [ ] n\n  n\n```\n"
    silent = "```{quiz}\n- [x] y\n  y\n- [ ] n\n  n\n```\n"
    told = build(tmp_path, {"index": f"# Home\n\n{pages}{twice}{twice}{silent}"})
    says = [*wrong, "this page asks that twice", "what is asked?"]
    assert len(told) == len(says), told
    for fault, line in zip(says, told, strict=True):
        assert fault in line
