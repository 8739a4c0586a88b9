"""Every page, light and dark, on a desk and on a phone."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tools.gates.sources import toc_pages

DESK, PHONE = 1280, 390  # pixels across
PAGES = [*toc_pages(), "search", "genindex"]
TOO_WIDE = """() => [...document.querySelectorAll('article *')].filter(tag => {
  if (tag.getBoundingClientRect().right <= innerWidth + 1) return false;
  for (let box = tag; box && box.tagName !== 'ARTICLE'; box = box.parentElement)
    if (/auto|scroll|hidden/.test(getComputedStyle(box).overflowX)) return false;
  return !tag.closest('mjx-assistive-mml, .visually-hidden');
}).slice(0, 3).map(tag => tag.outerHTML.slice(0, 120))"""

# Of a page's thousands of tokens and glyphs most look the same, and axe-core would work out the
# contrast of each: one of a kind stays to be seen.
HIDE_TWINS = """() => {
  const kindOf = tag => {
    const look = getComputedStyle(tag);
    let box = tag;
    while (box.parentElement && getComputedStyle(box).backgroundColor === 'rgba(0, 0, 0, 0)')
      box = box.parentElement;
    return [look.color, getComputedStyle(box).backgroundColor, look.opacity,
            look.fontSize, look.fontWeight].join();
  };
  const seen = new Set();
  const judged = [...document.querySelectorAll('pre span, mjx-c')]
    .filter(tag => tag.checkVisibility({visibilityProperty: true}))
    .map(tag => [tag, kindOf(tag)]);
  for (const [tag, kind] of judged) {
    tag.style.visibility = seen.has(kind) ? 'hidden' : 'visible';
    seen.add(kind);
  }
}"""
SHOW_TWINS = """() => document.querySelectorAll('pre span, mjx-c')
  .forEach(tag => tag.style.removeProperty('visibility'))"""


def violations(page) -> list[str]:
    """What axe-core objects to, with the element."""
    page.evaluate(HIDE_TWINS)
    found = Axe().run(page).response["violations"]
    page.evaluate(SHOW_TWINS)
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize(
    ("width", "schemes"), [(DESK, ("light", "dark")), (PHONE, ("dark", "light"))]
)
@pytest.mark.parametrize("name", PAGES)
def test_page(visit, name, width, schemes):
    """It opens in one scheme, and follows the reader's system to the other."""
    opened = visit(name, width=width, scheme=schemes[0])
    page, faults = opened.page, list(opened.faults)
    assert not faults, "\n".join(faults)
    assert page.evaluate("document.documentElement.dataset.theme") == schemes[0]
    formulas = page.locator("article .math").count()
    assert page.locator("article mjx-container").count() >= formulas
    assert page.locator("mjx-merror").count() == 0, "a formula that MathJax cannot read"
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(f"document.documentElement.dataset.theme === '{scheme}'")
        page.wait_for_timeout(200)  # colours fade
        if folder := os.environ.get("SHOTS"):
            picture = Path(folder) / f"{name.replace('/', '-')}-{scheme}-{width}.png"
            page.screenshot(path=picture, full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert not (wide := page.evaluate(TOO_WIDE)), "\n".join(wide)
        # Last, for axe fetches style sheets in its own way, and fails at one without harm. Colours
        # are the same on a phone: what it may break there, it breaks in either scheme.
        if width == DESK or scheme == schemes[-1]:
            assert not (found := violations(page)), "\n".join([scheme, *found])


def test_axe_does_find_faults(browser):
    page = browser.new_page()
    page.set_content("<html><body><img src='data:,'><p style='color:#ccc'>pale</p></body></html>")
    found = " ".join(violations(page))
    assert "image-alt" in found and "color-contrast" in found
    page.close()


def test_one_pale_token_among_many_is_found(browser):
    page = browser.new_page()
    good, pale = "<span>dark</span> " * 50, "<span style='color:#ccc'>pale</span> " * 2
    page.set_content(f"<pre style='background:#fff'>{good}<b>{pale}{good}</b></pre>")
    [found] = [fault for fault in violations(page) if "contrast" in fault]
    assert "pale" in found
    page.close()


def test_watching_does_find_faults(visit, site):
    opened = visit("book/index")
    opened.page.evaluate("console.error('oh')")
    opened.page.evaluate("fetch('none.png').catch(() => 0)")
    opened.page.evaluate("fetch('http://127.0.0.2:9/x').catch(() => 0)")
    opened.page.wait_for_timeout(300)
    said = "\n".join(opened.faults)
    assert "oh" in said and "404" in said and "foreign host: http://127.0.0.2" in said


def test_a_wide_element_is_found(visit):
    page = visit("book/index", width=390).page
    page.evaluate("document.querySelector('article h1').style.width = '2000px'")
    assert page.evaluate(TOO_WIDE)
