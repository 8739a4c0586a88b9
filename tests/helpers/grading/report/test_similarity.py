"""Alike is what shares much that few others have, whatever its names are."""

import re

import hypothesis.strategies as st
from hypothesis import given, settings

from helpers.grading.report.similarity import pairs, side_by_side

KNOWN = """def windows(series, width):
    rows = [series[start : start + width] for start in range(len(series) - width)]
    return np.array(rows), np.array(series[width:])
"""
ADA = """def smooth(values, weight):
    kept, smoothed = values[0], []
    for value in values:
        kept = weight * kept + (1 - weight) * value
        smoothed.append(kept)
    return np.asarray(smoothed, dtype=float)


def differences(values, lag=1):
    if lag < 1 or lag >= len(values):
        raise ValueError(f"lag {lag} does not fit {len(values)} values")
    return np.asarray(values[lag:]) - np.asarray(values[:-lag])
"""
BOB = """def smooth(values, weight):
    powers = weight ** np.arange(len(values))
    return np.convolve(values, (1 - weight) * powers)[: len(values)] + powers * weight * values[0]


def differences(values, lag=1):
    assert 0 < lag < len(values), "no such lag"
    shifted = np.roll(values, lag)
    return (values - shifted)[lag:]
"""
EVE = "# all mine\n" + re.sub(r"\b(kept|smoothed|value|lag)\b", r"my_\1", ADA)
TWIN = KNOWN.replace("- width)", "- width + 1)")  # the solution, but for one mistake

sources = st.dictionaries(
    st.text("abc", min_size=1, max_size=3), st.sampled_from([ADA, BOB, EVE, KNOWN, TWIN, ""])
)


def test_new_names_and_comments_hide_nothing():
    [pair] = pairs({"ada": ADA, "bob": BOB, "eve": EVE}, [KNOWN], 0.5)
    assert pair.students == ("ada", "eve") and pair.alike > 0.99
    assert pair.literally < 0.6 < 0.99 < pairs({"a": ADA, "b": ADA}, [], 0.5)[0].literally


def test_what_is_given_and_one_mistake_make_nobody_alike():
    assert pairs({"a": KNOWN, "b": KNOWN}, [KNOWN], 0.1) == []
    assert pairs({"a": TWIN, "b": TWIN}, [KNOWN], 0.1) == []
    assert pairs({"a": KNOWN + ADA, "b": KNOWN + BOB}, [KNOWN], 0.5) == []
    assert pairs({"a": "", "b": "", "c": "1 +"}, [], 0.0) == []
    assert pairs({}, [], 0.0) == []


def test_what_most_of_the_class_has_is_nobodys_own():
    many = {f"s{number}": ADA for number in range(20)}
    assert pairs(many, [], 0.5) == []
    few = {f"s{number}": BOB + f"x = {number}\n" for number in range(20)}
    found = pairs(few | {"a": ADA + BOB, "b": EVE + BOB}, [], 0.5)
    assert [pair.students for pair in found] == [("a", "b")]


@given(sources)
@settings(max_examples=25, deadline=None)
def test_pairs_are_sorted_distinct_and_within_bounds(sources):
    found = pairs(sources, [KNOWN], 0.2)
    assert all(one < other for one, other in (pair.students for pair in found))
    assert len({pair.students for pair in found}) == len(found)
    values = [pair.alike for pair in found]
    assert values == sorted(values, reverse=True)
    assert all(0.2 <= value <= 1 + 1e-9 for value in values)
    assert all(0 <= pair.literally <= 1 for pair in found)


@given(
    st.lists(st.sampled_from([*ADA.splitlines(True), *BOB.splitlines(True), "\n", "é\r\n", "("]))
)
@settings(max_examples=40, deadline=None)
def test_both_sides_are_whole_and_marked_by_lines(lines):
    source = "".join(lines)
    for segments, whole in zip(side_by_side(source, ADA), (source, ADA), strict=True):
        assert "".join(segment["text"] for segment in segments) == whole
        marks = [segment["shared"] for segment in segments]
        assert all(one != other for one, other in zip(marks, marks[1:], strict=False))


def test_given_lines_are_not_marked():
    left, right = side_by_side(KNOWN + "\n\n" + ADA, KNOWN + "\n\n" + EVE, [KNOWN])
    for segments in (left, right):
        assert [segment["shared"] for segment in segments] == [False, True]
        assert segments[0]["text"].startswith(KNOWN.splitlines()[0])
