"""Help while reading: hints at links, large figures, and folds that stay as they were left."""

import re

import pytest

from tests.browser.test_every_page import violations
from tools.gates.pages import soup
from tools.gates.sources import lessons

KINDS = {"term": "glossary.html#term-", "formula": "#equation-", "figure": "#fig-"}
BOX = ".hint-box"


@pytest.fixture(scope="module")
def pages(html):
    """Chapters and what was written of them."""
    return {name: soup(html / f"{name}.html") for name in lessons()}


@pytest.fixture(scope="module")
def chapter(pages):
    """A chapter that links to all kinds of things."""
    return next(
        name
        for name, page in pages.items()
        if all(page.select(f"template[data-href*='{part}']") for part in KINDS.values())
    )


def link(page, kind):
    found = page.locator(f"article a.reference.internal[href*='{KINDS[kind]}']").first
    found.scroll_into_view_if_needed()
    return found


def by_keyboard(page, target):
    """Go there as the Tab key does."""
    page.keyboard.press("Shift")  # from now on a focus is one that shows
    target.focus()


def test_every_term_formula_and_figure_that_is_linked_has_a_hint(pages):
    for name, page in pages.items():
        hinted = {tag["data-href"] for tag in page.select("template.hint")}
        linked = page.select("article a:has(.std-term), article a:has(.std-numref)")
        missing = {tag["href"] for tag in linked} - hinted
        assert not {href for href in missing if re.search("term-|#fig-", href)}, name
        formulas = page.select("article a.reference.internal[href*='#equation-']")
        assert {tag["href"] for tag in formulas} <= hinted, name


@pytest.mark.parametrize("base", ["served", "folder"])
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_hints_by_keyboard(visit, html, site, chapter, width, scheme, base):
    address = site if base == "served" else html.as_uri() + "/"
    opened = visit(chapter, width=width, scheme=scheme, base=address)
    page = opened.page
    faults = []
    for kind in KINDS:
        target = link(page, kind)
        by_keyboard(page, target)
        box = page.locator(BOX)
        box.wait_for()
        assert target.get_attribute("aria-describedby") == box.get_attribute("id")
        if kind == "formula":
            box.locator("mjx-container").wait_for()
            page.wait_for_timeout(100)
        if kind == "figure":
            assert box.locator("img").evaluate("image => image.decode().then(() => image.width)")
        assert box.locator("mjx-merror").count() == 0
        sides = box.evaluate(
            "box => [box.getBoundingClientRect().left, box.getBoundingClientRect().right,"
            " box.scrollWidth - box.clientWidth]"
        )
        assert sides[0] >= 0 and sides[1] <= width and sides[2] <= 0, kind
        faults += opened.faults
        if base == "served":  # axe fetches style sheets in its own way, and fails at one
            assert not (found := violations(page)), "\n".join(found)
            opened.faults.clear()
        page.keyboard.press("Escape")
        assert box.count() == 0 and target.get_attribute("aria-describedby") is None
        assert target.evaluate("target => target === document.activeElement")
    assert not faults, "\n".join(faults)


def test_hints_by_pointer_stay_while_it_rests_on_them(visit, chapter):
    page = visit(chapter).page
    target, box = link(page, "term"), page.locator(BOX)
    target.hover()
    box.wait_for()
    box.hover()
    page.wait_for_timeout(600)
    assert box.count() == 1
    page.mouse.move(2, 2)
    box.wait_for(state="detached")
    target.hover()
    box.wait_for()
    page.keyboard.press("Escape")
    assert box.count() == 0


def test_a_hint_ends_when_the_keyboard_goes_on(visit, chapter):
    page = visit(chapter).page
    by_keyboard(page, link(page, "term"))
    page.locator(BOX).wait_for()
    page.keyboard.press("Tab")
    described = page.locator("[aria-describedby='hint-box']")
    assert page.locator(BOX).count() == described.count() <= 1


def test_every_formula_of_a_hint_can_be_set(visit, html):
    """All of them, in the browser; those of one address are alike."""
    tried = set()
    for name in lessons():
        hints = soup(html / f"{name}.html").select("template.hint")
        formulas = [str(tag) for hint in hints for tag in hint.find_all(class_="math")]
        if not (new := set(formulas) - tried):
            continue
        tried |= new
        page = visit(name).page
        faults = page.evaluate(
            """async () => {
              const box = document.createElement('div');
              for (const each of document.querySelectorAll('template.hint'))
                box.append(each.content.cloneNode(true));
              document.querySelector('article').append(box);
              await MathJax.typesetPromise([box]);
              const sets = box.querySelectorAll('mjx-container').length;
              const maths = box.querySelectorAll('.math').length;
              return [...box.querySelectorAll('mjx-merror')].map(tag => tag.textContent)
                .concat(sets === maths ? [] : [`${sets} of ${maths} are set`]);
            }"""
        )
        page.context.close()
        assert not faults, f"{name}: {faults}"
    assert len(tried) > 20


@pytest.fixture(scope="module")
def drawn(pages):
    """A chapter with a drawing of a mechanism and one that a cell drew."""
    return next(
        name
        for name, page in pages.items()
        if page.select("figure.diagram img") and page.select("div.cell_output figure img")
    )


@pytest.mark.parametrize("which", ["figure.diagram", "div.cell_output figure"])
@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (390, "light")])
def test_a_figure_is_enlarged_and_the_focus_returns(visit, drawn, which, width, scheme):
    opened = visit(drawn, width=width, scheme=scheme)
    page, dialog = opened.page, opened.page.locator("dialog.large")
    figure = page.locator(f"{which}:has(img)").first
    button, image = figure.locator("button.enlarge"), figure.locator("img")
    before = image.evaluate("image => image.width")
    button.focus()
    page.keyboard.press("Enter")
    dialog.wait_for()
    large = dialog.locator("img")
    after = large.evaluate("image => image.decode().then(() => image.width)")
    page.wait_for_function("document.querySelector('dialog.large img').style.width !== ''")
    after = large.evaluate("image => image.width")
    drawn_at = large.evaluate("image => image.naturalWidth")
    assert after >= drawn_at - 1 and (after > before or after == drawn_at)
    assert large.get_attribute("alt") == image.get_attribute("alt")
    assert dialog.locator("a").count() == 0
    inverted = "image => getComputedStyle(image).filter.includes('invert')"
    assert large.evaluate(inverted) == (scheme == "dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not opened.faults, "\n".join(opened.faults)
    assert not (found := violations(page)), "\n".join(found)
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    assert button.evaluate("button => button === document.activeElement")
    image.click()
    dialog.wait_for()
    dialog.locator(".large-close").click()
    dialog.wait_for(state="hidden")
    assert button.evaluate("button => button === document.activeElement")


def test_every_figure_has_its_button(visit, pages):
    for name, built in pages.items():
        figures = len(built.select("article figure img, article .cell_output img"))
        page = visit(name).page
        assert page.locator("button.enlarge").count() == figures, name
        page.context.close()


@pytest.fixture(scope="module")
def folded(pages):
    """A chapter with two folds."""
    return next(name for name, page in pages.items() if len(page.select("details.hide")) > 1)


OPEN = "folds => folds.map(fold => fold.open)"


def test_folds_stay_as_the_reader_left_them(visit, folded):
    page = visit(folded).page
    folds = page.locator("div.cell details.hide")
    count = folds.count()
    folds.nth(1).locator("summary").focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(100)
    page.reload()
    assert folds.evaluate_all(OPEN) == [at == 1 for at in range(count)]
    folds.nth(1).locator("summary").click()
    page.wait_for_timeout(100)
    page.reload()
    assert folds.evaluate_all(OPEN) == [False] * count


@pytest.mark.parametrize("kept", ["not JSON", "{}", "null", "[null, 3]"])
def test_folds_begin_shut_where_somebody_changed_what_was_kept(visit, folded, kept):
    opened = visit(folded)
    opened.page.evaluate(f"localStorage.setItem('networks-that-remember-folds', {kept!r})")
    opened.page.reload()
    folds = opened.page.locator("div.cell details.hide")
    assert not any(folds.evaluate_all(OPEN)) and not opened.faults


def test_folds_open_where_a_browser_keeps_nothing(visit, folded):
    page, stacks = visit(folded).page, []
    page.on("pageerror", lambda error: stacks.append(error.stack))  # the theme's own scripts have
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw Error('blocked'); }})"
    )
    page.reload()
    page.locator("div.cell details.hide summary").first.click()
    page.wait_for_timeout(100)
    assert page.locator("div.cell details.hide").first.evaluate("fold => fold.open")
    assert not [stack for stack in stacks if "folds.js" in stack]
