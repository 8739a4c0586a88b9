"""Figures that answer back, in a real browser: their numbers, the keyboard, both themes, a phone.

Each stands in a small page that is opened from a folder, as a reader may do it, with the theme's
own style sheets. No book has to be built.
"""

import json
from pathlib import Path

import numpy as np
import pytest
import sphinx_book_theme
from axe_playwright_python.sync_playwright import Axe

from helpers.cells import GRU, LSTM, SimpleRNN
from helpers.explorables import SCRIPTS, explorable

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "book" / "_static"
THEME = Path(sphinx_book_theme.__file__).parent.parent
STYLES = [
    THEME / "pydata_sphinx_theme/theme/pydata_sphinx_theme/static/styles/pydata-sphinx-theme.css",
    THEME / "sphinx_book_theme/theme/sphinx_book_theme/static/styles/sphinx-book-theme.css",
    STATIC / "course.css",
    STATIC / "explorables/explorables.css",
]
PAGE = """<!doctype html><html lang="en" data-theme="light"><head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>A figure</title>
{styles}{scripts}</head><body><main class="bd-content"><article class="bd-article"><h1>A page</h1>
<div class="cell_output"><div class="output text_html">{box}</div></div></article></main></body>
</html>"""
CLIPPING = {
    "gradient": [3.0, 0.5],
    "limit": 1.0,
    "example": {"label": "A spike", "gradient": [4.0, 0.1], "limit": 0.5},
}
RNG = np.random.default_rng(0)
LAG = {
    "orthogonal": np.linalg.qr(RNG.normal(size=(8, 8)))[0],
    "W_xh": RNG.normal(size=(1, 8)),
    "x": RNG.normal(size=(3, 60)),
    "readout": RNG.normal(size=8),
}
DATA = {"clipping": CLIPPING, "lag": LAG}


@pytest.fixture
def opened(browser, tmp_path):
    """Open a figure: ``opened("clipping")``; none may have a fault."""
    contexts, faults = [], []

    def open_figure(name, *, scripts=True):
        box = explorable(name, DATA[name], title="A figure", task="Move it.").data
        used = [STATIC / f"explorables/{script}.js" for script in SCRIPTS[name]]
        text = PAGE.format(
            box=box,
            styles="".join(f'<link rel="stylesheet" href="{path.as_uri()}">' for path in STYLES),
            scripts="".join(f'<script defer src="{path.as_uri()}"></script>' for path in used),
        )
        page_file = tmp_path / "page.html"
        page_file.write_text(text, encoding="utf-8")
        context = browser.new_context(
            viewport={"width": 1000, "height": 900}, java_script_enabled=scripts
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(120_000)
        kinds = ("error", "warning")
        page.on("console", lambda m: faults.append(m.text) if m.type in kinds else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "request",
            lambda r: None if r.url.startswith(("file:", "data:")) else faults.append(r.url),
        )
        page.goto(page_file.as_uri())
        return page

    yield open_figure
    for context in contexts:
        context.close()
    assert not faults


def says(page):
    """The sentence that is read out, with plain spaces."""
    return page.locator(".explorable [aria-live=polite]").inner_text().replace("\u00a0", " ")


def computed(page, expression, argument):
    """What a script computes, for arguments of NumPy."""
    given = json.loads(json.dumps(argument, default=lambda array: array.tolist()))
    return page.evaluate(f"(given) => {expression}", given)


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
    controls = page.locator(".explorable :is(input, select, button:not(:disabled))")
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


def test_the_cells_are_those_of_the_course(opened):
    page = opened("lag")
    for seed in range(5):
        rng = np.random.default_rng(seed)
        features, units, timesteps = rng.integers(1, 6, 3) + (0, 0, 8)
        x = rng.normal(size=(1, timesteps, features))

        def weights(gates, bias, sizes=(features, units), rng=rng):
            shapes = [(size, gates * sizes[1]) for size in sizes]
            return [rng.normal(size=shape) for shape in (*shapes, bias)]

        for activation in ("tanh", "linear", "relu", "sigmoid"):
            same_simple_cell(page, SimpleRNN(*weights(1, units), activation), x, rng)
        same_gated_cell(page, "gru", GRU(*weights(3, (2, 3 * units))), x)
        same_gated_cell(page, "lstm", LSTM(*weights(4, 4 * units)), x)


def same_simple_cell(page, cell, x, rng):
    """States and gradients of the page's cell are those of ours."""
    expected = cell.forward(x)
    last = np.zeros_like(expected)
    last[:, -1] = rng.normal(size=expected.shape[-1])
    states, gradients = computed(
        page,
        "(states => [states.map(s => s.h), Explorables.cells.messages(given, states, given.last)])"
        "(Explorables.cells.run(Explorables.cells.simple, given, given.x))",
        {**vars(cell), "x": x[0], "last": last[0, -1]},
    )
    np.testing.assert_allclose(np.array(states, float), expected[0], rtol=1e-5, atol=1e-7)
    messages = cell.backward(x, expected, last).h[0]
    np.testing.assert_allclose(np.array(gradients[::-1], float), messages, rtol=1e-5, atol=1e-7)


def same_gated_cell(page, kind, cell, x):
    """Every state and gate of the page's cell is that of ours."""
    found = computed(
        page,
        f"Explorables.cells.run(Explorables.cells.{kind}, given, given.x)",
        {**vars(cell), "x": x[0]},
    )
    names = {"h_tilde": "candidate", "c_tilde": "candidate"}
    for part, expected in cell.forward(x)._asdict().items():
        steps = [step[names.get(part, part)] for step in found]
        np.testing.assert_allclose(steps, expected[0], rtol=1e-5, atol=1e-7)


def test_clipping_is_that_of_numpy(opened):
    page = opened("clipping")
    rng = np.random.default_rng(0)
    for g in [*rng.normal(scale=3, size=(20, 2)), np.zeros(2), np.array([2.0, 0])]:
        c = float(rng.uniform(0.1, 3))
        value, norm, turn = computed(
            page,
            "(({byValue, byNorm, turn}) => [byValue(given.g, given.c), byNorm(given.g, given.c),"
            " turn(given.g, byValue(given.g, given.c))])(Explorables.clipping)",
            {"g": g, "c": c},
        )
        length = np.linalg.norm(g)
        np.testing.assert_allclose(value, np.clip(g, -c, c))
        np.testing.assert_allclose(norm, g * min(1, c / length) if length else g)
        cosine = g @ value / (length * np.linalg.norm(value)) if length else 1
        assert turn == pytest.approx(np.degrees(np.arccos(min(cosine, 1))), abs=1e-5)


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


@pytest.mark.parametrize("activation", ["tanh", "linear", "relu", "sigmoid"])
def test_the_gradient_by_lag_is_that_of_the_cells_and_within_its_bound(opened, activation):
    page = opened("lag")
    for gain, length in ((0.3, 60), (1.0, 5), (1.0, 60), (2.5, 60)):
        found, bound = computed(
            page,
            "(({measured, bound}) => [measured(given.data, ...given.how), bound(...given.how)])"
            "(Explorables.lag)",
            {"data": LAG, "how": [gain, activation, length]},
        )
        found, bound = np.array(found, float), np.array(bound, float)
        cell = SimpleRNN(LAG["W_xh"], gain * LAG["orthogonal"], np.zeros(8), activation)
        x = LAG["x"][:, :length, None]
        states = cell.forward(x)
        last = np.zeros_like(states)
        last[:, -1] = LAG["readout"]
        norms = np.linalg.norm(cell.backward(x, states, last).h, axis=2).mean(axis=0)[::-1]
        np.testing.assert_allclose(found, norms / norms[0], rtol=1e-5)
        slope = 0.25 if activation == "sigmoid" else 1
        np.testing.assert_allclose(bound, (gain * slope) ** np.arange(length))
        assert np.all(found <= bound * (1 + 1e-9))


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
