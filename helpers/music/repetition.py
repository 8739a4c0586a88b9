"""How much of a piece has been heard before: in itself, or in others."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from helpers.music.notes import REST, as_frames


def repeated(frames: np.ndarray, length: int = 8) -> float:
    """The share of stretches of so many steps that the piece has had before, note for note.

    The earlier one ends before the later one begins: a chord that is held repeats itself only after
    as many steps.

    Parameters
    ----------
    frames : array of int, shape (steps, voices)
    length : int

    Returns
    -------
    float
        Of the stretches that have ``length`` steps before them, one for each step; zero if there
        are none.
    """
    windows = _windows(frames, length)
    seen: set[bytes] = set()
    hits = []
    for at in range(length, len(windows)):
        seen.add(windows[at - length])
        hits.append(windows[at] in seen)
    return float(np.mean(hits)) if hits else 0.0


def stretches(corpus: Iterable[np.ndarray], length: int = 8) -> frozenset[bytes]:
    """All stretches of so many steps in a corpus, whatever their key: for `copied`."""
    return frozenset(w for piece in corpus for w in _windows(piece, length, moved=True))


def copied(
    frames: np.ndarray, corpus: Iterable[np.ndarray] | frozenset[bytes], length: int = 8
) -> float:
    """The share of stretches of so many steps that some piece of a corpus has, in whatever key.

    Parameters
    ----------
    frames : array of int, shape (steps, voices)
    corpus : iterable of such arrays, or what `stretches` made of them
        Of many pieces, ask for the stretches once.
    length : int

    Returns
    -------
    float
        Of all stretches, one for each step; zero if the piece is shorter.
    """
    known = corpus if isinstance(corpus, frozenset) else stretches(corpus, length)
    own = _windows(frames, length, moved=True)
    return float(np.mean([window in known for window in own])) if own else 0.0


def _windows(frames: np.ndarray, length: int, *, moved: bool = False) -> list[bytes]:
    """Each stretch of so many steps as bytes; moved so that its first pitch is zero, if wanted."""
    if length < 1:
        raise ValueError(f"length is {length}: a stretch has at least one step")
    frames = as_frames(frames).astype("int16")
    found = []
    for at in range(len(frames) - length + 1):
        window = frames[at : at + length]
        sounds = window != REST
        if moved and sounds.any():
            window = np.where(sounds, window - window[sounds][0], np.iinfo("int16").min)
        found.append(window.tobytes())
    return found
