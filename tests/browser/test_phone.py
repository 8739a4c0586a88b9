"""Every page on a phone: letters of figures, what is wider than the screen, and the thumb."""

import re

import pytest

from tools.gates.sources import lessons, toc_pages

PHONE = 390  # pixels across
SMALLEST = 9  # pixels that a letter of a figure is high, at least
POINT = 96 / 72  # pixels of a point
# Matplotlib writes a text as paths that are a hundred points high, and scales them to its size.
SCALED = re.compile(r'transform="translate\([^)]*\)[^"]*? scale\(([\d.]+) -[\d.]+\)"')
SIZED = re.compile(r'font-size(?:="|:\s*)([\d.]+)')

FIGURES = """tags => tags.map(tag => ({
  name: tag.src.split('/').pop(), shown: tag.getBoundingClientRect().width,
  drawn: Number(tag.getAttribute('width')) || tag.naturalWidth}))"""
LETTERS = """tags => tags.filter(tag => tag.textContent.trim() && tag.checkVisibility())
  .map(tag => [parseFloat(getComputedStyle(tag).fontSize)
    * (tag.ownerSVGElement ? tag.getScreenCTM().a : 1), tag.textContent])"""
WIDE = """() => {
  const scrolls = tag => tag.scrollWidth > tag.clientWidth + 2
    && /auto|scroll/.test(getComputedStyle(tag).overflowX) && tag.checkVisibility();
  return [...document.querySelectorAll(
      'article table, article figure img, article .cell_output pre')].map(tag => {
    for (let box = tag; box && box.tagName !== 'ARTICLE'; box = box.parentElement)
      if (scrolls(box)) return box;
  }).filter((box, at, all) => box && all.indexOf(box) === at).map(box => {
    const own = [...box.querySelectorAll('.scroll-cue')].at(-1);
    const last = box.previousElementSibling;
    const cue = own || (last && last.matches('.scroll-cue') ? last : null);
    const at = cue && cue.getBoundingClientRect();
    return {box: box.outerHTML.slice(0, 160), focusable: box.tabIndex === 0,
            cue: !!at && at.height > 10 && at.left >= 0 && at.left < innerWidth / 2};
  });
}"""


def letters(svg: str) -> list[float]:
    """How high the letters of a drawing are, in its own pixels; exponents are left out."""
    if "Matplotlib" in svg:
        return [float(scale) * 100 * POINT for scale in SCALED.findall(svg)]
    return [*map(float, SIZED.findall(svg))]


@pytest.mark.parametrize("name", toc_pages())
def test_figures_are_legible_and_what_is_wide_says_so(visit, html, name):
    page = visit(name, width=PHONE).page
    figures = page.locator("article figure img, article .cell_output img")
    for figure in figures.evaluate_all(FIGURES):
        sizes = letters((html / "_images" / figure["name"]).read_text("utf-8"))
        if not sizes:  # a drawing of mechanisms whose letters are all formulas: at its own size
            assert figure["shown"] == figure["drawn"], figure["name"]
            continue
        smallest = min(sizes) * figure["shown"] / figure["drawn"]
        assert smallest >= SMALLEST, f"{figure['name']}: letters of {smallest:.1f} px"
    live = page.locator(".explorable svg text, .explorable :is(label, output, td, th, p, button)")
    for size, text in live.evaluate_all(LETTERS):
        assert size >= SMALLEST, f"letters of {size:.1f} px: {text!r}"
    for box in page.evaluate(WIDE):
        assert box["focusable"] and box["cue"], box["box"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_contents_open_by_thumb(visit, scheme):
    opened = visit(lessons()[0], width=PHONE, scheme=scheme)
    page = opened.page
    page.evaluate("scrollTo(0, 3000)")
    button = page.locator(".primary-toggle:visible")
    box = button.bounding_box()
    assert box["width"] >= 44 and box["height"] >= 44
    assert box["y"] > 900 * 2 / 3 and box["y"] + box["height"] <= 900
    button.click()
    page.locator("nav.bd-links a:visible").first.wait_for(timeout=30_000)
    assert not opened.faults


def test_the_contents_open_by_keyboard_on_a_phone(visit):
    page = visit(lessons()[0], width=PHONE).page
    page.locator(".primary-toggle:visible").focus()
    page.keyboard.press("Enter")
    page.locator("nav.bd-links a:visible").first.wait_for(timeout=30_000)


def test_the_last_line_of_a_page_is_not_under_the_button(visit):
    page = visit(lessons()[0], width=PHONE).page
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    button = page.locator(".primary-toggle:visible").bounding_box()
    ends = page.locator(".bd-footer-content p, .extra_footer a").evaluate_all(
        "tags => tags.map(tag => tag.getBoundingClientRect().bottom)"
    )
    assert ends and max(ends) <= button["y"]


def test_what_leads_to_the_next_chapter_fits(visit):
    page = visit(lessons()[0], width=PHONE).page
    sides = page.locator(".prev-next-area a *").evaluate_all(
        "tags => tags.map(tag => tag.getBoundingClientRect()).map(box => [box.left, box.right])"
    )
    assert sides and all(0 <= left <= right <= PHONE for left, right in sides)


KINDS = {
    "figure": "article figure[tabindex='0']:has(> .scroll-cue)",
    "table": "article .pst-scrollable-table-container[tabindex='0']",
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_keyboard_scrolls_what_is_wide(visit, kind):
    for name in toc_pages():
        page = visit(name, width=PHONE).page
        if page.locator(KINDS[kind]).count():
            break
        page.context.close()
    page.locator(KINDS[kind]).first.focus(timeout=30_000)
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.activeElement.scrollLeft > 0", timeout=30_000)


def test_the_keyboard_reaches_a_formula_that_scrolls_and_no_other(visit):
    reached = (
        """tags => tags.map(tag => [tag.scrollWidth > tag.clientWidth + 2, tag.tabIndex === 0])"""
    )
    for width, some in ((PHONE, True), (1280, False)):
        page = visit(lessons()[0], width=width).page
        found = page.locator("article mjx-container").evaluate_all(reached)
        assert found and all(wide == reach for wide, reach in found)
        assert any(wide for wide, _ in found) or not some
        page.context.close()
