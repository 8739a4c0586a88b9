"""Tags and spans: round trips, what is illegal, and seqeval's answers."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import iob

TAGS = iob.tags_for(["person", "place"])
anything = st.lists(st.sampled_from(TAGS), max_size=9)
legal = anything.map(iob.to_iob2)
ANSWERS = json.loads((Path(__file__).parent / "seqeval_answers.json").read_text())["cases"]


def test_a_tag_has_two_parts():
    assert iob.split("O") == ("O", "")
    assert iob.split("B-creative-work") == ("B", "creative-work")


@pytest.mark.parametrize("tag", ["", "B", "B-", "I", "X-person", "o", "person", "-person", "b-a"])
def test_what_is_no_tag_is_refused(tag):
    with pytest.raises(ValueError, match="is no tag: expected O, or B- or I-"):
        iob.split(tag)


@given(legal)
def test_spans_and_tags_are_the_same_thing(tags):
    assert iob.illegal(tags) == []
    assert iob.tags_of(iob.spans(tags), len(tags)) == tags


@given(legal)
def test_both_schemes_say_the_same(tags):
    old = iob.to_iob1(tags)
    assert iob.illegal(old, "IOB1") == []
    assert iob.to_iob2(old) == tags
    assert iob.spans(old, strict=False) == iob.spans(tags)


@given(anything)
def test_strict_finds_no_more_than_lenient(tags):
    strict, lenient = iob.spans(tags), iob.spans(tags, strict=False)
    assert {*strict} <= {*lenient}
    assert len(lenient) - len(strict) == len(iob.illegal(tags))


def test_the_schemes_by_an_example():
    """Two people next to each other, and one alone."""
    new = "B-person I-person B-person O B-person".split()
    old = "I-person I-person B-person O I-person".split()
    assert iob.to_iob1(new) == old and iob.to_iob2(old) == new
    assert iob.illegal(old) == [0, 4]
    assert iob.illegal(new, "IOB1") == [0, 4]


def test_an_illegal_tag_is_part_of_nothing():
    tags = "B-person I-place I-place O I-person".split()
    assert iob.spans(tags) == [("person", 0, 1)]
    assert iob.spans(tags, strict=False) == [("person", 0, 1), ("place", 1, 3), ("person", 4, 5)]


@given(anything)
def test_what_is_allowed_is_what_is_not_illegal(tags):
    start, transitions = iob.allowed(TAGS)
    at = [TAGS.index(tag) for tag in tags]
    ok = all(transitions[a, b] for a, b in zip(at, at[1:], strict=False))
    ok = ok and (not at or start[at[0]])
    assert ok == (iob.illegal(tags) == [])


@pytest.mark.parametrize("case", ANSWERS[::3], ids=range(len(ANSWERS[::3])))
def test_the_score_is_seqevals(case):
    true, found = ([row.split() for row in case[key]] for key in ("true", "found"))
    for name, strict in (("strict", True), ("default", False)):
        np.testing.assert_allclose(iob.score(true, found, strict=strict)[:3], case[name], atol=1e-9)


def test_outside_everywhere():
    true = [["O"] * 9 + ["B-person"]]
    assert iob.token_accuracy(true, [["O"] * 10]) == 0.9
    assert iob.score(true, [["O"] * 10]) == (0, 0, 0, 0, 0, 1)
    assert iob.score([], []).f1 == 0 == iob.token_accuracy([], [])


def test_sentences_of_other_lengths_are_refused():
    with pytest.raises(ValueError, match="1 sentences are tagged, expected 2"):
        iob.score([["O"], ["O"]], [["O"]])
    with pytest.raises(ValueError, match="sentence 1 has 2 words and 5 tags .*padding"):
        iob.score([["O"], ["O", "O"]], [["O"], ["O"] * 5])


@pytest.mark.parametrize("found", [[("a", 0, 0)], [("a", 1, 4)], [("a", 0, 2), ("b", 1, 3)]])
def test_spans_that_are_none(found):
    with pytest.raises(ValueError, match="empty, outside, or overlaps"):
        iob.tags_of([iob.Span(*span) for span in found], 3)


def test_an_unknown_scheme():
    with pytest.raises(ValueError, match="scheme is 'BIOES'"):
        iob.illegal(["O"], "BIOES")
