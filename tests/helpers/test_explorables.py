import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import layers

from helpers import explorables
from helpers.explorables import LARGEST, SCRIPTS, as_json, explorable, packed, recurrent

CLIPPING = {"gradient": [3.0, 0.5], "limit": 1.0}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_data_arrive_as_they_were_and_cannot_leave_their_element(data):
    text = as_json(data)
    assert json.loads(text) == data
    assert "<" not in text and "&" not in text


def test_arrays_and_numbers_of_numpy_become_lists_and_numbers_of_seven_digits():
    data = {"W": np.float32([[1 / 3, -2]]), "n": np.int64(3), "yes": np.bool_(True), "t": (1, 2)}
    found = json.loads(as_json(data))
    assert found == {"W": [[0.3333333, -2.0]], "n": 3, "yes": True, "t": [1, 2]}


@pytest.mark.parametrize(
    ("data", "error", "says"),
    [
        ({"W": np.array([1, np.nan])}, ValueError, r"data\['W'\]\[1\] is nan"),
        ({"a": [float("inf")]}, ValueError, r"data\['a'\]\[0\] is inf"),
        ({"a": {1, 2}}, TypeError, r"data\['a'\] is a set"),
        ({"a": 1j}, TypeError, "a complex"),
    ],
)
def test_what_no_page_can_show_is_refused_with_its_place(data, error, says):
    with pytest.raises(error, match=says):
        as_json(data)


@pytest.mark.parametrize("weights", [[], [1.0, np.nan], [1e39]])
def test_weights_that_are_none_are_not_packed(weights):
    with np.errstate(over="ignore"), pytest.raises(ValueError, match="expected some, all of them"):
        packed(np.array(weights))


def test_a_layer_is_packed_under_the_names_of_the_cells_and_no_other_layer_is():
    gru = layers.GRU(2)
    gru.build((None, None, 3))
    found = recurrent(gru)
    assert {name: part["shape"] for name, part in found.items()} == {
        "W_xh": [3, 6],
        "W_hh": [2, 6],
        "b": [2, 6],
    }
    dense = layers.Dense(2, name="plain")
    dense.build((None, 3))
    with pytest.raises(ValueError, match="layer 'plain' has 2 weights"):
        recurrent(dense)


def test_a_box_names_its_scripts_and_escapes_what_it_says():
    box = explorable("clipping", CLIPPING, title="A < B", task="Move & see.").data
    assert ">A &lt; B</p>" in box and ">Move &amp; see.</p>" in box
    assert re.search(r'data-scripts="([^"]*)"', box)[1].split() == [*SCRIPTS["clipping"]]
    carried = re.search(r'<script type="application/json">(.*?)</script>', box)[1]
    assert json.loads(carried) == CLIPPING


def test_a_box_without_scripts_says_where_to_look():
    box = explorable("clipping", CLIPPING, title="A", task="B").data
    assert re.search(r'<p class="still">[^<]*still figures of its chapter', box)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": "none"}, "no figure is called 'none', expected one of"),
        ({"title": " "}, "needs a title"),
        ({"task": ""}, "needs a task"),
        ({"data": {"x": "a" * LARGEST}}, "over 150000"),
    ],
)
def test_bad_boxes_are_refused(change, says):
    good = {"name": "clipping", "data": CLIPPING, "title": "A", "task": "B"} | change
    with pytest.raises(ValueError, match=says):
        explorable(good.pop("name"), good.pop("data"), **good)


def test_every_script_is_there_and_none_is_left_over(root):
    folder = root / "book/_static/explorables"
    there = {path.stem for path in folder.glob("*.js")}
    assert there == {name for names in SCRIPTS.values() for name in names}
    for names in SCRIPTS.values():
        assert names[0] == "core"
        assert sum((folder / f"{name}.js").stat().st_size for name in names) <= 150_000


def test_every_figure_stands_in_one_chapter_and_no_chapter_has_two(root):
    call = re.compile(r"\bexplorable\(\s*\"(\w+)\"")
    found = [call.findall(path.read_text("utf-8")) for path in (root / "book").rglob("*.md")]
    assert all(len(names) <= 1 for names in found)
    assert sorted(name for names in found for name in names) == sorted(explorables.SCRIPTS)
