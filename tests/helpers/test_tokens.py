"""Tokens and ids."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.tokens import END, PADDING, SPECIAL, START, UNKNOWN, Vocabulary

words = st.lists(st.lists(st.sampled_from("abcdef"), max_size=6), min_size=1, max_size=6)


@given(words)
def test_there_and_back(sequences):
    vocabulary = Vocabulary.of(sequences)
    for ends in (False, True):
        ids = vocabulary.encode(sequences, ends=ends)
        assert [vocabulary.decode(row) for row in ids] == sequences
        assert ids.shape == (len(sequences), max(map(len, sequences)) + 2 * ends)


def test_ids_of_the_commonest_come_first():
    assert Vocabulary.of(["ab", "b", "c"], at_least=1).tokens == (*SPECIAL, "b", "a", "c")
    assert Vocabulary.of(["ab", "b", "c"], at_least=2).tokens == (*SPECIAL, "b")


def test_strange_tokens_and_padding():
    vocabulary = Vocabulary.of(["ab"])
    ids = vocabulary.encode(["az", "a"], ends=True, length=5)
    a = vocabulary.ids["a"]
    np.testing.assert_array_equal(
        ids, [[vocabulary.start, a, 1, vocabulary.end, 0], [vocabulary.start, a, 3, 0, 0]]
    )
    assert vocabulary.decode(ids[0]) == ["a", UNKNOWN] and ids.dtype == "int32"


@pytest.mark.parametrize("missing", [START, END, UNKNOWN, PADDING])
def test_a_vocabulary_needs_its_special_tokens(missing):
    with pytest.raises(ValueError, match=f"the vocabulary lacks {missing}"):
        Vocabulary(tuple(t for t in SPECIAL if t != missing) + ("a",))


def test_padding_is_zero_and_tokens_are_different():
    with pytest.raises(ValueError, match="id 0 is 'a'"):
        Vocabulary(("a", *SPECIAL))
    with pytest.raises(ValueError, match=r"occur twice: \['a'\]"):
        Vocabulary((*SPECIAL, "a", "a"))


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="sequence 1 has 3 tokens, more than length=2"):
        Vocabulary.of(["abc"]).encode(["a", "abc"], length=2)
