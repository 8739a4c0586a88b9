"""The sheet: what it draws, and whether it can be seen in both themes."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from helpers import plots
from tools.diagrams import canvas
from tools.diagrams.canvas import Canvas

LIGHT, DARK = (255, 255, 255), (18, 18, 18)  # the pages' own grounds
SHAPES = [*canvas.CELLS.values(), canvas.BACKWARD]
# invert(0.92) hue-rotate(180deg) saturate(1.15), as in course.css and the specification of filters
LUMA = np.array([0.213, 0.715, 0.072])
HUE = 2 * LUMA - np.eye(3)
SATURATE = LUMA + 1.15 * (np.eye(3) - LUMA)


def rgb(colour):
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])


def turned_over(colour):
    inverted = 0.92 - 0.84 * np.asarray(colour) / 255
    return 255 * np.clip(SATURATE @ np.clip(HUE @ inverted, 0, 1), 0, 1)


def contrast(one, other):
    def light(colour):
        part = np.asarray(colour) / 255
        linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
        return np.array([0.2126, 0.7152, 0.0722]) @ linear

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def tinted(colour, tint, ground):
    return tint * np.asarray(colour) + (1 - tint) * np.asarray(ground)


def test_cells_have_the_colours_that_plots_give_them():
    assert {name: plots.COLOURS[name] for name in canvas.CELLS} == canvas.CELLS
    assert plots.INK == canvas.INK


@pytest.mark.parametrize("letters", [canvas.INK, canvas.MUTED])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("tint", [0, 0.05, 0.12])
def test_letters_stand_out_in_both_themes(letters, shape, tint):
    assert contrast(rgb(letters), tinted(rgb(shape), tint, LIGHT)) >= 4.5
    ground = tinted(turned_over(rgb(shape)), tint, DARK)
    assert contrast(turned_over(rgb(letters)), ground) >= 4.5


@pytest.mark.parametrize("shape", [*SHAPES, canvas.MUTED])
def test_lines_stand_out_in_both_themes(shape):
    assert contrast(rgb(shape), LIGHT) >= 3
    assert contrast(turned_over(rgb(shape)), DARK) >= 3


def test_a_sheet_is_svg_of_its_size_and_names_no_other_place():
    sheet = Canvas(30, 20)
    sheet.text(15, 10, "a < b & c")
    tree = ET.fromstring(sheet.svg())
    assert (tree.get("width"), tree.get("height"), tree.get("viewBox")) == ("30", "20", "0 0 30 20")
    assert [tag.text for tag in tree.iter() if tag.tag.endswith("text")] == ["a < b & c"]
    assert sheet.svg().count("http") == 1  # the name of SVG itself


def test_an_arrow_ends_at_its_last_point_and_its_line_before():
    sheet = Canvas(100, 10)
    sheet.line((0, 5), (50, 5))
    head, shaft = sheet.parts
    assert head.startswith('<path d="M50 5L41 ')
    assert shaft.startswith('<path d="M0 5L42.8 5"')


def test_a_line_without_a_head_ends_where_it_is_told():
    sheet = Canvas(100, 10)
    sheet.line((0, 5), (50, 5), arrow=False)
    assert len(sheet.parts) == 1 and "L50 5" in sheet.parts[0]


def test_a_bridge_steps_over_the_line_and_goes_on():
    sheet = Canvas(100, 100)
    sheet.bridge(50, 90, 10, over=60)
    assert 'd="M50 90V66a6 6 0 0 1 0 -12V17"' in sheet.parts[0]


@pytest.mark.parametrize(("sign", "strokes", "dots"), [("plus", 2, 0), ("times", 0, 1)])
def test_operations_have_their_signs(sign, strokes, dots):
    sheet = Canvas(50, 50)
    sheet.operation(25, 25, sign)
    drawn = "".join(sheet.parts)
    assert drawn.count("<path") == strokes and drawn.count("<circle") == 1 + dots
