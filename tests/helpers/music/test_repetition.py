import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.music import copied, repeated, stretches, transpose

SHORT = st.lists(st.integers(60, 62), max_size=14)


@given(SHORT, st.integers(1, 4))
def test_repetition_is_what_a_comparison_of_all_pairs_finds(pitches, length):
    piece = np.array(pitches, int).reshape(-1, 1)
    last = len(pitches) - length
    hits = [
        any(pitches[a : a + length] == pitches[b : b + length] for a in range(b - length + 1))
        for b in range(length, last + 1)
    ]
    assert repeated(piece, length) == (np.mean(hits) if hits else 0)


def test_a_piece_twice_is_repeated_and_one_long_chord_is_only_after_itself():
    once = np.arange(40, 64).reshape(-1, 1)
    assert repeated(once, 8) == 0
    assert repeated(np.concatenate([once, once]), 8) == pytest.approx(17 / 33)
    assert repeated(np.full((9, 4), 60), 8) == 0 and repeated(np.full((16, 4), 60), 8) == 1


def test_a_copy_is_found_in_any_key():
    rng = np.random.default_rng(0)
    piece, other = rng.integers(50, 70, (2, 30, 4))
    assert copied(piece, [other, transpose(piece, 3)]) == 1
    assert copied(piece, [other]) == 0
    assert copied(piece[:7], [piece], 8) == 0 == repeated(piece[:7], 8)
    silent = np.where(np.arange(4) == 3, -1, piece)
    assert copied(silent, [piece]) == 0 and copied(silent, [transpose(silent, -1)]) == 1


def test_a_stretch_without_steps_is_refused():
    with pytest.raises(ValueError, match="length is 0"):
        repeated(np.zeros((3, 1), int), 0)


def test_stretches_may_be_asked_for_once():
    corpus = [np.arange(60, 72).reshape(6, 2), np.arange(50, 70).reshape(10, 2)[::-1]]
    piece = np.concatenate([corpus[0][1:4] + 3, corpus[1][:4]])
    for length in (2, 3):
        assert copied(piece, stretches(corpus, length), length) == copied(piece, corpus, length) > 0
