import numpy as np
import pytest

from helpers.data import chorale_grammar as grammar


@pytest.fixture(scope="module")
def hymns():
    rng = np.random.default_rng(0)
    return [grammar.hymn(rng) for _ in range(60)]


def test_four_voices_never_cross_and_never_pause(hymns):
    for piece in hymns:
        assert piece.shape[1] == 4 and len(piece) % 32 == 0 and np.issubdtype(piece.dtype, int)
        on_beats = piece[::4]
        assert (np.diff(on_beats, axis=1) < 0).all()


def test_each_keeps_to_its_range_in_whatever_key(hymns):
    for voice, (low, high) in enumerate(grammar.RANGES):
        sung = np.concatenate([piece[:, voice] for piece in hymns])
        assert low - 5 <= sung.min() and sung.max() <= high + 6


def test_a_piece_is_in_one_key_and_ends_on_its_first_degree(hymns):
    for piece in hymns:
        tones = {*np.unique(piece % 12)}
        keys = [
            {(tone + shift) % 12 for tone in scale}
            for scale in grammar.SCALES.values()
            for shift in range(12)
        ]
        assert any(tones <= key for key in keys)


def test_phrases_come_back_note_for_note(hymns):
    again = 0
    for piece in hymns:
        phrases = [phrase.tobytes() for phrase in piece.reshape(-1, 32, 4)]
        again += len(set(phrases)) < len(phrases)
    assert again > len(hymns) / 3


def test_voices_move_little_and_fill_some_thirds(hymns):
    quarters = np.concatenate([np.abs(np.diff(piece[::4, :3], axis=0)).ravel() for piece in hymns])
    assert quarters.mean() < 3
    between = [(piece[2::4] != piece[::4]).any(axis=1).mean() for piece in hymns]
    assert 0.1 < np.mean(between) < 0.7
