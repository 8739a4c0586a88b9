"""Formulas as outlines."""

import re

import pytest

from tools.diagrams.maths import Formulas, outline, short, width


def test_a_letter_is_kept_once_however_often_it_is_set():
    formulas = Formulas()
    placed = formulas.place("h_t + h_t", 0, 0, 20, "start")
    assert placed.count("<use") == 5
    assert len(formulas.outlines) == 3  # h, t, plus
    assert formulas.definitions().count("<path id=") == 3


def test_every_letter_that_is_used_is_defined():
    formulas = Formulas()
    placed = formulas.place(r"\tilde h_t \odot \overrightarrow{h}^{(2)}_t", 5, 5, 18, "middle")
    used = set(re.findall(r'href="#([^"]+)"', placed))
    assert used and used == set(formulas.outlines)


@pytest.mark.parametrize(("anchor", "share"), [("start", 0), ("middle", 0.5), ("end", 1)])
def test_the_anchor_says_which_point_of_a_formula_stands_at_x(anchor, share):
    placed = Formulas().place("W", 0, 0, 100, anchor)
    left = float(re.search(r"<use[^>]*translate\((-?[\d.]+)", placed)[1])
    assert left == pytest.approx(-share * width("W"), abs=0.1)


def test_the_bar_of_a_fraction_is_drawn():
    assert "<path" in Formulas().place(r"\frac{a}{b}", 0, 0, 20, "start")


def test_an_outline_is_written_in_whole_units():
    vertices = [(0, 0), (1.26, 0), (1, 1), (0.5, 2), (0, 0)]
    assert outline(vertices, [1, 2, 3, 3, 79], scale=10) == "M0 0L13 0Q10 10 5 20Z"


def test_numbers_are_short():
    assert [short(2.0), short(-0.04), short(1.26), short(0.123, 2)] == ["2", "0", "1.3", "0.12"]


def test_what_cannot_be_set_is_refused():
    with pytest.raises(ValueError, match="Unknown symbol"):
        Formulas().place(r"\nosuchsign", 0, 0, 20, "start")
