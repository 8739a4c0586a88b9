"""What a reader does: search, copy, switch the theme, go by keyboard, read offline."""

import re

import pytest

from tools.gates.sources import lessons, toc_pages

FIRST = lessons()[0]


def test_search_finds_a_chapter(visit, html):
    page = visit("book/index").page
    page.keyboard.press("Control+k")
    box = page.locator("#pst-search-dialog input[name=q]")
    box.wait_for(state="visible")
    box.fill("hidden state")
    box.press("Enter")
    result = page.locator(f"#search-results a[href*='{FIRST}']").first
    result.wait_for()
    result.click()
    page.wait_for_load_state()
    assert f"{FIRST}.html" in page.url


def test_there_is_one_search_button(visit):
    page = visit(FIRST).page
    assert page.locator(".search-button-field:visible, .search-button:visible").count() == 1


def test_copy_button_copies_the_whole_cell(visit):
    page = visit(FIRST).page
    cell = page.locator("div.cell_input").first
    cell.hover()
    cell.locator("button.copybtn").click()
    page.wait_for_timeout(200)
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.strip() == cell.locator("pre").inner_text().strip() != ""


def test_theme_switch(visit):
    page = visit(FIRST).page
    button = page.locator("button.theme-switch-button:visible").first
    seen = set()
    for _ in range(3):
        button.click()
        seen.add(page.evaluate("document.documentElement.dataset.mode"))
    assert seen == {"light", "dark", "auto"}


def test_dark_figures_are_turned_over(visit):
    drawing = (name for name in lessons() if visit(name).page.locator("figure img").count())
    chapter = next(drawing, None)
    assert chapter, "no chapter draws a figure"
    image = "getComputedStyle(document.querySelector('div.cell_output img')).filter"
    assert visit(chapter, scheme="light").page.evaluate(image) == "none"
    assert "invert" in visit(chapter, scheme="dark").page.evaluate(image)


def test_keyboard_reaches_the_text_first(visit):
    page = visit(FIRST).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Skip to main content"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main-content")
    outlines = []
    for _ in range(12):
        page.keyboard.press("Tab")
        outlines.append(
            page.evaluate(
                "(() => { const s = getComputedStyle(document.activeElement);"
                " return s.outlineStyle !== 'none' || s.boxShadow !== 'none'; })()"
            )
        )
    assert all(outlines), "something has the focus and does not show it"


def test_solutions_open_by_keyboard(visit):
    page = visit(FIRST).page
    button = page.locator(".solution button.toggle-button").first
    button.focus()
    page.keyboard.press("Enter")
    assert page.locator(".solution").first.evaluate("e => !e.classList.contains('toggle-hidden')")


@pytest.mark.parametrize("name", [FIRST, "book/index"])
def test_book_opens_from_a_folder(visit, html, name):
    opened = visit(name, base=html.as_uri() + "/")
    assert not opened.faults, "\n".join(opened.faults)
    assert opened.page.locator("article h1").inner_text()
    if name == FIRST:
        assert opened.page.locator("mjx-container").count()


def test_navigation_lists_every_page(visit):
    page = visit("book/index").page
    links = page.locator("nav.bd-links a").evaluate_all("all => all.map(a => a.href)")
    listed = {match[0] for link in links if (match := re.search(r"book/.*(?=\.html)", link))}
    assert set(toc_pages()) - {"book/index"} <= listed
