"""What a reader does: search, copy, switch the theme, go by keyboard, read offline."""

import re

import pytest

from tools.gates.pages import soup
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


@pytest.mark.parametrize("kind", ["drawing", "checks"])
def test_folded_code_opens_by_keyboard_and_names_itself(visit, html, kind):
    built = {name: soup(html / f"{name}.html") for name in lessons()}
    page = visit(next(name for name in built if built[name].select(f"details.{kind}"))).page
    fold = page.locator(f"div.cell details.{kind}").first
    code = fold.locator("pre").first
    assert not code.is_visible()
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    code.wait_for(state="visible", timeout=20_000)
    assert "Hide the c" in fold.locator("summary").inner_text()
    before = "e => Boolean(e.previousElementSibling?.querySelector('figure img'))"
    assert fold.evaluate(before) == (kind == "drawing")


def test_a_formula_with_a_number_scrolls_above_it_on_a_phone(visit):
    wide = """tags => tags.filter(tag => {
      const formula = tag.querySelector('mjx-container'), number = tag.querySelector('.eqno');
      if (formula.scrollWidth <= formula.clientWidth) return false;
      const [a, b] = [formula, number].map(part => part.getBoundingClientRect());
      if (b.top < a.bottom - 1 || b.right > innerWidth || a.right > innerWidth)
        throw Error(tag.id);
      return getComputedStyle(formula).overflowX === 'auto';
    }).length"""
    pages = [visit(name, width=390).page for name in lessons()[:3]]
    found = [p.locator("div.math:has(.eqno)").evaluate_all(wide) for p in pages]
    assert sum(found), "no formula is wider than a phone"


def test_a_first_visit_loads_little(visit):
    sizes = """() => performance.getEntriesByType('resource')
      .concat(performance.getEntriesByType('navigation'))
      .reduce((sum, entry) => sum + entry.encodedBodySize, 0)"""
    assert visit("book/index").page.evaluate(sizes) < 1_300_000
    assert visit(FIRST).page.evaluate(sizes) < 2_300_000


def test_names_in_the_first_table_are_not_broken(visit):
    page = visit("book/index").page
    lines = "tags => tags.map(tag => tag.getClientRects().length)"
    names = page.locator("section#assignments td:first-child code .pre")
    assert set(names.evaluate_all(lines)) == {1}


def test_no_result_of_a_search_stands_twice(visit):
    page = visit("search").page
    for words in ("glossary", "gate", "hidden state"):
        page.goto(page.url.split("?")[0] + f"?q={words}")
        page.locator("#search-results p.search-summary").wait_for()
        page.wait_for_timeout(1000)
        links = page.locator("#search-results li > a").evaluate_all("all => all.map(a => a.href)")
        assert links and len(links) == len(set(links)), words


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
