import io
import re

import pytest
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from tests.tools.extensions import extension

light = extension("course_light")


def theme(name):
    """A file of the theme as it is installed."""
    import pydata_sphinx_theme

    static = "theme/pydata_sphinx_theme/static"
    return (light.Path(pydata_sphinx_theme.__file__).parent / static / name).read_bytes()


def prune(css, page="", script=""):
    return light.pruned(css, light.names_of([page], [script]))


@pytest.mark.parametrize(
    "selector",
    [
        "p",
        "a:hover",
        "*",
        ".there",
        "p.there > #here",
        "p:not(.gone)",
        ":is(.gone, .there) b",
        '[data-x=".gone"]',
        ".spoken",
        ".two-parts-joined",
        ".there::before",
    ],
)
def test_a_rule_stays_for_whatever_may_occur(selector):
    page = '<p class="there a"><b id="here"></b></p>'
    rule = f"{selector}{{color:red}}"
    assert prune(rule, page, "e.classList.add('spoken', 'two-parts' + x)") == rule


@pytest.mark.parametrize(
    "selector", [".gone", "p.there.gone", "#gone b", ".there .gone", ".gone:hover"]
)
def test_a_rule_for_what_nothing_has_goes(selector):
    assert prune(f"{selector}{{color:red}}", '<p class="there">gone</p>', "there()") == ""


def test_of_several_selectors_those_that_occur_stay():
    css = ".gone,.there,b .gone,i{color:red}"
    assert prune(css, '<p class="there">') == ".there,i{color:red}"


def test_rules_inside_rules_and_what_is_no_rule():
    css = (
        "/*! licence */@media print{.gone{a:b}}@media (width>9px){.gone{a:b}p{c:d}}/* remark */"
        "@font-face{font-family:X;src:url(gone.woff)}@keyframes gone{from{a:b}to{c:d}}"
    )
    assert prune(css) == (
        "/*! licence */@media (width>9px){p{c:d}}"
        "@font-face{font-family:X;src:url(gone.woff)}@keyframes gone{from{a:b}to{c:d}}"
    )


def test_what_is_pruned_has_nothing_left_to_prune():
    css = theme("styles/pydata-sphinx-theme.css").decode()
    once = prune(css, '<i class="fa-solid fa-bars">', "tooltip")
    assert prune(once, '<i class="fa-solid fa-bars">', "tooltip") == once
    assert len(once) < len(css) / 3 and ".fa-bars" in once and ".fa-anchor" not in once


def test_icons_that_stay_have_their_shape():
    def shape(font, code):
        font.getGlyphSet()[font.getBestCmap()[code]].draw(pen := RecordingPen())
        return pen.value

    whole = theme("vendor/fontawesome/webfonts/fa-solid-900.ttf")
    characters = {0xF002, 0xF0C9, 0xF185}
    written = light.subset(whole, characters)
    before, after = TTFont(io.BytesIO(whole)), TTFont(io.BytesIO(written))
    assert set(after.getBestCmap()) == characters and len(written) < 2000
    assert all(shape(before, code) == shape(after, code) != [] for code in characters)
    assert light.subset(whole, characters) == written


@given(st.lists(st.floats(-900, 900), min_size=1))
def test_a_drawing_keeps_its_points_to_a_hundredth(numbers):
    path = " \n   ".join(f"L {number:f} {-number:f}" for number in numbers)
    drawing = (
        "<svg><dc:title>Matplotlib v3.10</dc:title>\n <!-- 0.123456 -->\n"
        f' <path d="M 0 0 {path}" transform="scale(0.015625)"/>\n <text>1.23456</text>\n</svg>'
    )
    found = light.thin(drawing)
    assert len(found) < len(drawing) and light.thin(found) == found
    assert "scale(0.015625)" in found and "<text>1.23456</text>" in found and "<!--" not in found
    points = re.findall(r"-?\d+\.\d+", re.search(r' d="([^"]*)"', found)[1])
    wanted = [side for number in numbers for side in (number, -number)]
    assert [float(point) for point in points] == pytest.approx(wanted, abs=0.01)


def test_a_drawing_from_elsewhere_stays_as_it_is():
    drawing = '<svg viewBox="0 0 1 1">\n  <path d="M 0.00123 0.00456"/>\n</svg>'
    assert light.thin(drawing) == drawing


def test_pages_that_search_keep_the_search():
    tag = '<script src="../_static/searchtools.js"></script>'
    assert light.SEARCH.sub("", f"a{tag}b") == "ab"
    assert light.SEARCH.sub("", '<script src="../_static/quiz.js"></script>') != ""
