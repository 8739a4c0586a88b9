"""Drawings as a browser shows them: letters that can be read, in the theme that the page has."""

import pytest

from tools.diagrams.gallery import FOLDER, names
from tools.gates.pages import soup
from tools.gates.sources import lessons

# Labels as rectangles, without what their type leaves empty above and below.
LABELS = """() => {
  const sheet = document.querySelector('svg').getBoundingClientRect();
  return [...document.querySelectorAll('text, g.maths')].map(tag => {
    const box = tag.getBoundingClientRect(), trim = tag.tagName === 'text' ? box.height / 5 : 0;
    return {name: tag.textContent || 'formula', left: box.left - sheet.left,
            right: box.right - sheet.left, top: box.top - sheet.top + trim,
            bottom: box.bottom - sheet.top - trim};
  });
}"""
FILTER = "getComputedStyle(document.querySelector('figure.diagram img')).filter"


def overlap(a, b):
    return (
        min(a["right"], b["right"]) > max(a["left"], b["left"]) + 0.5
        and min(a["bottom"], b["bottom"]) > max(a["top"], b["top"]) + 0.5
    )


@pytest.mark.parametrize("name", names())
def test_labels_lie_on_the_sheet_and_not_on_each_other(browser, name):
    svg = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    page = browser.new_page()
    page.set_content(f"<body style='margin:0'>{svg}</body>")
    labels = page.evaluate(LABELS)
    width, height = page.evaluate(
        "[...['width', 'height'].map(side => +document.querySelector('svg').getAttribute(side))]"
    )
    page.close()
    assert len(labels) > 5
    for label in labels:
        assert label["right"] > label["left"] and label["bottom"] > label["top"], label
        assert label["left"] >= 0 and label["top"] >= 0, label
        assert label["right"] <= width and label["bottom"] <= height, label
    pairs = [(a, b) for i, a in enumerate(labels) for b in labels[:i] if overlap(a, b)]
    assert not pairs, pairs


@pytest.fixture(scope="module")
def drawn(html):
    """A chapter with a drawing."""
    return next(
        name for name in lessons() if soup(html / f"{name}.html").select("figure.diagram img")
    )


def test_a_drawing_follows_the_switch_and_not_only_the_system(visit, drawn):
    page = visit(drawn, scheme="light").page
    assert page.evaluate(FILTER) == "none"
    button = page.locator("button.theme-switch-button:visible").first
    for _ in range(3):
        button.click()
        if page.evaluate("document.documentElement.dataset.theme") == "dark":
            break
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert "invert" in page.evaluate(FILTER)
    page.emulate_media(media="print")
    assert page.evaluate(FILTER) == "none"
    ground = "getComputedStyle(document.querySelector('figure.diagram img')).backgroundColor"
    assert page.evaluate(ground) == "rgb(255, 255, 255)"


def test_on_a_phone_a_drawing_keeps_its_size_and_scrolls_by_keyboard(visit, drawn):
    page = visit(drawn, width=390).page
    figure = page.locator("figure.diagram").first
    image = figure.locator("img")
    figure.scroll_into_view_if_needed()
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 390
    assert image.evaluate("image => image.width === image.naturalWidth")
    figure.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('figure.diagram').scrollLeft > 0")
