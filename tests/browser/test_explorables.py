"""Figures that answer back: by keyboard and mouse, in both themes, on a phone, without scripts."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from helpers.explorables import SCRIPTS
from tests.browser.explorables import says
from tools.gates.pages import soup
from tools.gates.sources import lessons


@pytest.mark.parametrize("name", SCRIPTS)
def test_both_themes_and_a_phone_without_a_fault(opened, name):
    page = opened(name)
    for theme, width in (("light", 1000), ("dark", 390)):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        assert page.locator(".explorable.live .stage").count() == 1 and says(page).strip()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page, options={"preload": False}).response["violations"]
        assert not [(rule["id"], node["html"]) for rule in found for node in rule["nodes"]]
    assert page.evaluate("document.getAnimations().length") == 0


@pytest.mark.parametrize("name", ["book/index", *lessons()])
def test_in_the_book_a_page_loads_the_scripts_of_its_figure_and_no_other(visit, html, name):
    boxes = soup(html / f"{name}.html").select(".explorable")
    seen = visit(name) if boxes else None
    loaded = re.findall(
        r"_static/explorables/(\w+)\.js", (html / f"{name}.html").read_text("utf-8")
    )
    assert loaded == [script for box in boxes for script in SCRIPTS[box["data-explorable"]]]
    assert boxes or name != "book/index"
    if seen:
        assert seen.page.locator(".explorable.live .stage").count() == len(boxes) == 1
        assert says(seen.page).strip() and not seen.faults


@pytest.mark.parametrize("name", SCRIPTS)
def test_without_scripts_a_sentence_leads_to_the_still_figure(opened, name):
    page = opened(name, scripts=False)
    assert page.locator(".explorable .still").is_visible()
    assert not page.locator(".explorable .task").is_visible()
    live = opened(name)
    assert not live.locator(".explorable .still").is_visible()
    assert live.locator(".explorable .task").is_visible()


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_control_has_a_name_and_the_keyboard_reaches_it(opened, name):
    page = opened(name)
    controls = page.locator(".explorable :is(input, select, button:not(:disabled)):visible")
    reached = set()
    for _ in range(controls.count() + page.locator(".explorable [tabindex='0']").count()):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "[...document.querySelectorAll('.explorable *')].indexOf(document.activeElement)"
            )
        )
    expected = controls.evaluate_all(
        "tags => tags.map(tag => [...document.querySelectorAll('.explorable *')].indexOf(tag))"
    )
    assert expected and set(expected) <= reached


def test_clipping_by_keyboard_and_by_mouse(opened):
    page = opened("clipping")
    assert "clipvalue turns it by 17.1 degrees" in says(page)
    assert "clipnorm keeps the direction, length 1.00" in says(page)
    limit = page.get_by_role("slider", name="limit c")
    limit.focus()
    page.keyboard.press("End")
    assert "limit 4.00: clipvalue changes nothing; clipnorm changes nothing" in says(page)
    assert limit.get_attribute("aria-valuetext") == "4.00"
    page.get_by_role("slider", name="entry 1").focus()
    page.keyboard.press("ArrowLeft")
    assert "Gradient (2.95, 0.50)" in says(page)
    page.get_by_role("button", name="A spike").press("Enter")
    assert "Gradient (4.00, 0.10), limit 0.50: clipvalue turns it by 9.9 degrees" in says(page)
    box = page.locator("svg").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 1)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 4, steps=3)
    page.mouse.up()
    page.mouse.move(box["x"], box["y"])
    assert "Gradient (0.00, 2.20)" in says(page)
    assert "clipvalue keeps the direction, length 0.50" in says(page)


def test_the_gradient_by_lag_by_keyboard(opened):
    page = opened("lag")
    assert "Gain 1.00, tanh" in says(page) and "at lag 49" in says(page)
    page.get_by_role("slider", name="gain").focus()
    page.keyboard.press("Home")
    assert "0.20 to the power of 49 (dashed, the bound) is 6 × 10⁻³⁵. It vanishes." in says(page)
    page.get_by_role("combobox").focus()
    page.keyboard.press("l")
    page.keyboard.press("Tab")
    page.keyboard.press("End")
    assert "Gain 0.20, linear" in says(page) and "at lag 59" in says(page)
    page.get_by_role("slider", name="gain").press("End")
    assert "It explodes." in says(page)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "Type at least one number"),
        ("0.1 two", '"two" is no number'),
        ("0.1 1.5!", "1.5! is beyond −1 or 1"),
        ("0!5", '"0!5" is no number'),
        ("0.1 " * 41, "Forty numbers at most: these are 41"),
    ],
)
def test_what_is_no_sequence_is_told_and_can_be_mended(opened, text, told):
    page = opened("gates")
    typed = page.get_by_role("textbox", name="sequence")
    typed.fill(text)
    assert told in says(page)
    assert typed.get_attribute("aria-invalid") == "true"
    typed.fill("−0.5! 0.1")
    assert "Step 2 of 2: 0.10 goes by; the network says −0.50" in says(page)
    assert typed.get_attribute("aria-invalid") is None


def test_the_stepper_by_keyboard(opened):
    page = opened("gates")
    assert "Step 1 of 5: 0.50 goes by with a bell; the network says 0.50" in says(page)
    page.get_by_role("slider", name="step to look at").focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    assert "0.90 goes by; the network says 0.50, to be held is 0.50" in says(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert "0.90 goes by with a bell; the network says 0.90" in says(page)
    assert page.get_by_role("textbox").input_value() == "0.5! -0.3 0.9! -0.8! 0.1"
    assert page.get_by_role("button").get_attribute("aria-pressed") == "true"
    page.keyboard.press("Space")
    row = page.locator("tbody tr").first.locator("td").all_inner_texts()
    assert row == ["0.05", "1.00", "0.50", "0.09", "0.05"]
    page.get_by_role("slider", name="added to the bias").press("Home")
    assert page.locator("tbody td").nth(1).inner_text() == "0.98"  # sigma(10 - 6)


def test_the_lattice_a_step_at_a_time_by_keyboard(opened):
    page = opened("viterbi")
    assert "Word 1 of 3, “Anna”: the best path so far ends in B-PER, with the score 2.00" in says(
        page
    )
    assert page.get_by_role("button", name="One step back").is_disabled()
    later = page.get_by_role("button", name="Next step")
    later.focus()
    page.keyboard.press("Enter")
    assert "ends in I-PER, with the score 3.90, and comes from B-PER" in says(page)
    assert "The largest emission here is that of O." in says(page)
    cells = page.locator("tbody tr", has_text="I-PER").locator("td").all_inner_texts()
    assert cells == ["B-PER", "2.00", "1.00", "0.90", "3.90"]
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert "Read back from the best end: B-PER, I-PER, O, with the score 6.90." in says(page)
    assert "Word by word, Blum would have another tag." in says(page)
    # The button that cannot be pressed any more gives the focus to its neighbour.
    assert later.is_disabled()
    assert page.evaluate("document.activeElement.textContent") == "One step back"
    page.get_by_role("slider").press("Home")
    assert "never" in page.locator("tbody tr", has_text="I-PER").inner_text()


def test_the_temperature_by_keyboard(opened):
    page = opened("temperature")
    assert "4 of 4 characters can come; the most probable is “a” with 0.53" in says(page)
    page.get_by_role("slider", name="temperature").press("Home")
    assert "1 of 4 characters can come; the most probable is “a” with 1.00" in says(page)
    assert "worth 0.00 bits" in says(page)
    page.get_by_role("button").press("Enter")
    drawn = page.locator(".drawn")
    assert drawn.inner_text().endswith(": " + " ".join("a" * 40))
    page.get_by_role("slider", name="temperature").press("End")
    assert drawn.inner_text() == ""
    page.get_by_role("slider", name="top-k").press("ArrowLeft")
    assert "3 of 4 characters" in says(page)
    page.get_by_role("slider", name="top-p").press("Home")
    assert "1 of 4 characters" in says(page)


def test_the_reach_by_keyboard(opened):
    page = opened("reach")
    assert "1 + (3 − 1) × 1 + (3 − 1) × 2 = 7: the last answer sees 7 steps" in says(page)
    page.get_by_role("group", name="layer 2").get_by_role("slider", name="dilation").press("End")
    assert "= 19: the last answer sees 19 steps back, itself included, but looks at only 9" in says(
        page
    )
    page.get_by_role("slider", name="layers").press("ArrowLeft")
    assert says(page) == "1 + (3 − 1) × 1 = 3: the last answer sees 3 steps back, itself included."
    assert not page.get_by_role("group", name="layer 2").is_visible()
    page.get_by_role("group", name="layer 1").get_by_role("slider", name="width").press("Home")
    assert says(page) == "1 + (1 − 1) × 1 = 1: the last answer sees one step."


def test_the_reader_by_keyboard(opened):
    page = opened("reader")
    told = says(page)
    assert "Who counts the words says 0.75, good" in told and "Both know every word." in told
    page.get_by_role("button", name="Reverse").press("Enter")
    review = page.get_by_role("textbox", name="review")
    assert review.input_value() == "good not"
    # The sum knows no order; what has read the words the other way round says something else.
    assert "Who counts the words says 0.75, good" in says(page) != told
    review.fill("not a masterpiece")
    assert "Unknown to both: a, masterpiece." in says(page)
    assert page.locator("tbody tr").count() == 3
    review.fill("!")
    assert says(page) == "Type a word or more."
    assert page.get_by_role("button").is_disabled()


def test_the_beam_by_keyboard(opened):
    page = opened("beam")
    told = says(page)
    assert "A beam of 1 finds “a a a”, with the probability 0.080." in told
    assert "is “b end”, with 0.360: it is not found." in told
    page.get_by_role("slider", name="width").press("ArrowRight")
    assert "A beam of 2 finds “b end”, with the probability 0.360. It is the best of all" in says(
        page
    )
    assert page.locator("tbody th").first.inner_text() == "b end"
    page.get_by_role("slider", name="width").press("Home")
    page.get_by_role("slider", name="probability of a").press("Home")
    assert "A beam of 1 finds “b end”, with the probability 0.810" in says(page)
    page.get_by_role("slider", name="longest").press("Home")
    assert "A beam of 1 finds “b”, with the probability 0.900" in says(page)


def test_the_alignment_by_keyboard(opened):
    page = opened("alignment")
    typed = page.get_by_role("textbox", name="a day")
    assert typed.input_value() == "1.2.12" and "It writes “" in says(page)
    columns, rows = 6, page.locator("tbody tr").count()
    assert page.locator("rect.weight").count() == columns * rows
    shares = page.locator("rect.weight").evaluate_all(
        "tags => tags.map(tag => Number(tag.getAttribute('fill-opacity')))"
    )
    assert sum(shares[:columns]) == pytest.approx(1, abs=0.01)
    typed.focus()
    page.keyboard.press("End")
    page.keyboard.type("É")
    assert "Letters that it has never seen: é" in says(page)
    for text, told in (("1" * 10, "9 letters at most: these are 10."), (" ", "Type a day.")):
        typed.fill(text)
        assert says(page) == told and typed.get_attribute("aria-invalid") == "true"
        assert not page.locator("rect, table").count()
    page.get_by_role("combobox", name="one of these").focus()
    page.keyboard.press("h")
    assert typed.input_value() == "hello" and ", which is no day." in says(page)
    assert typed.get_attribute("aria-invalid") is None
