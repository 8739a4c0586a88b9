from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import subwords

words = st.text(st.characters(exclude_characters=subwords.END), min_size=1, max_size=12)
ab_counts = st.dictionaries(st.text("ab", min_size=1, max_size=6), st.integers(1, 9), max_size=8)


def test_an_ending_is_learned_and_found_in_a_word_never_seen():
    counts = {"low": 5, "lower": 2, "newest": 6, "widest": 3}
    merges = subwords.learn_merges(counts, 10)
    assert merges[:3] == [("e", "s"), ("es", "t·"), ("l", "o")]
    assert subwords.split("lowest", merges) == ("lo", "w", "est·")
    assert subwords.split("newest", merges) == ("newest·",)


@given(st.lists(words, max_size=6), ab_counts, st.integers(0, 12))
def test_any_words_come_back_whole(texts, counts, size):
    merges = subwords.learn_merges(counts, size)
    assert subwords.join(p for word in texts for p in subwords.split(word, merges)) == texts


@given(ab_counts, st.integers(0, 12))
def test_each_merge_joins_a_commonest_pair(counts, size):
    merges = subwords.learn_merges(counts, size)
    for done, pair in enumerate(merges):
        pairs = Counter()
        for word, count in counts.items():
            pieces = subwords.split(word, merges[:done])
            for neighbours in zip(pieces, pieces[1:], strict=False):
                pairs[neighbours] += count
        assert pairs[pair] == max(pairs.values())


@given(ab_counts.filter(bool))
def test_with_enough_merges_every_known_word_is_one_piece(counts):
    merges = subwords.learn_merges(counts, 100)
    assert all(subwords.split(word, merges) == (word + subwords.END,) for word in counts)


@given(ab_counts, st.integers(0, 12), st.text("ab", min_size=1, max_size=9))
def test_no_word_of_known_characters_has_an_unknown_piece(counts, size, word):
    merges, counts = subwords.learn_merges(counts, size), counts | {"ab": 1, "ba": 1}
    pieces = subwords.inventory(counts, merges)
    assert {*subwords.split(word, merges)} <= {*pieces}


def test_more_merges_never_make_more_pieces():
    counts = {"banana": 3, "bandana": 2, "ananas": 1}
    merges = subwords.learn_merges(counts, 8)
    lengths = [len(subwords.split("banana", merges[:n])) for n in range(len(merges) + 1)]
    assert lengths == sorted(lengths, reverse=True) and lengths[0] == 6


@pytest.mark.parametrize("word", ["", "a·b"])
def test_what_is_no_word_is_refused(word):
    with pytest.raises(ValueError, match="is no word"):
        subwords.split(word, [])


def test_half_a_word_is_refused():
    with pytest.raises(ValueError, match="'lo' has no end"):
        subwords.join(["new·", "lo"])
