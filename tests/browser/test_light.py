"""What is left out of style sheets and fonts is missed by no page."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.browser.conftest import settle
from tools.gates.sources import lessons

WHOLE = {
    "pydata-sphinx-theme.css": "pydata_sphinx_theme/theme/pydata_sphinx_theme/static/styles",
    "sphinx-design.min.css": "sphinx_design/static",
}
LOOK = """() => {
  const told = (style) => [
    "display", "position", "visibility", "opacity", "color", "background", "border", "outline",
    "margin", "padding", "width", "height", "inset", "font", "lineHeight", "textAlign",
    "textDecoration", "boxShadow", "content", "flex", "gap", "alignItems", "justifyContent",
    "overflow", "transform", "zIndex", "listStyle", "cursor", "filter", "transition",
  ].map((name) => style[name]).join("|");
  document.getAnimations().forEach((one) => one.finish());
  const parts = document.querySelectorAll("body, body *:not(mjx-container *):not(svg *)");
  return [...parts].map((part) => [
    `${part.localName}.${part.className}`,
    ...[null, "::before", "::after"].map((pseudo) => told(getComputedStyle(part, pseudo))),
  ]);
}"""


def sheet(name: str) -> Path:
    """A style sheet as it is installed."""
    folder = WHOLE[name].split("/")[0]
    package = Path(find_spec(folder).submodule_search_locations[0]).parent
    return package / WHOLE[name] / name


def whole_sheet(route) -> None:
    """Answer as a book does that leaves nothing out."""
    route.fulfill(path=sheet(route.request.url.split("?")[0].split("/")[-1]))


def last_look(page) -> list:
    """How every part looks once nothing moves: on a busy machine letters and folds come late."""
    settle(page)
    look, before = page.evaluate(LOOK), None
    for _ in range(240):
        if look == before:
            return look
        page.wait_for_timeout(250)
        look, before = page.evaluate(LOOK), look
    raise AssertionError("the page did not come to rest within a minute")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
@pytest.mark.parametrize("name", ["book/index", lessons()[3], "search", "book/reference/progress"])
def test_every_part_of_a_page_looks_as_with_the_whole_style_sheets(visit, name, width, scheme):
    page = visit(name, width=width, scheme=scheme).page
    light = last_look(page)
    for known in WHOLE:
        page.route(f"**/{known}*", whole_sheet)
    page.reload()
    whole = last_look(page)
    assert len(light) == len(whole) > 100
    different = [
        (before, after) for before, after in zip(light, whole, strict=True) if before != after
    ]
    assert not different, (len(different), *different[0])


def test_the_style_sheets_are_light(html):
    for known in WHOLE:
        (light,) = (html / "_static").rglob(known)
        assert 3 * light.stat().st_size < sheet(known).stat().st_size


def test_icons_are_drawn_with_the_font_that_was_cut(visit):
    page = visit(lessons()[3]).page
    drawn = page.evaluate(
        """() => document.fonts.ready.then(() => [...document.fonts]
             .filter((font) => font.family.includes("Awesome")).map((font) => font.status))"""
    )
    assert "loaded" in drawn and "error" not in drawn
    icons = page.locator(".fa-solid:visible, .fas:visible")
    assert icons.count() and all(icon.bounding_box()["width"] > 4 for icon in icons.all())


def test_only_the_page_that_searches_fetches_the_index(visit):
    fetched = "performance.getEntriesByType('resource').map((entry) => entry.name)"
    of_search = visit("search").page.evaluate(fetched)
    of_lesson = visit(lessons()[3]).page.evaluate(fetched)
    assert any("searchindex.js" in name for name in of_search)
    assert not any("search" in name for name in of_lesson)
