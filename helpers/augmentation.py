"""New texts from old ones: words left out, exchanged with a neighbour, or replaced by another.

All work on rows of ids as `helpers.text.encode` makes them, padded after the text, and leave
their argument as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from helpers.text import PAD


def delete_words(ids: np.ndarray, *, rate: float, rng: np.random.Generator) -> np.ndarray:
    """Leave each word out with the probability ``rate``; the others close the gap.

    Parameters
    ----------
    ids : array of int, shape (texts, length)
    rate : float
    rng : numpy.random.Generator

    Raises
    ------
    ValueError
        If ``rate`` is not between 0 and 1.

    Examples
    --------
    >>> delete_words(np.array([[5, 3, 4, 6, 0]]), rate=0.5, rng=np.random.default_rng(0))
    array([[5, 6, 0, 0, 0]])
    """
    gone = (_draws(ids, rate, rng) < rate) | (ids == PAD)
    to_the_left = np.argsort(gone, axis=1, kind="stable")  # what is kept, in its order; the rest
    return np.take_along_axis(np.where(gone, PAD, ids), to_the_left, axis=1)


def swap_words(ids: np.ndarray, *, rate: float, rng: np.random.Generator) -> np.ndarray:
    """Exchange words with their right neighbours, so that a share ``rate`` of the pairs is turned.

    A word takes part in one exchange at most: every text is cut into pairs, which begin at its
    first word or at its second.

    Parameters
    ----------
    ids : array of int, shape (texts, length)
    rate : float
    rng : numpy.random.Generator

    Raises
    ------
    ValueError
        If ``rate`` is not between 0 and 1.
    """
    turned, drawn = ids.copy(), _draws(ids, rate, rng) < rate
    begins = rng.integers(0, 2, len(ids))
    left = np.arange(ids.shape[1] - 1)
    pairs = (left % 2 == begins[:, None]) & (ids[:, 1:] != PAD) & drawn[:, :-1]
    row, at = np.nonzero(pairs)
    turned[row, at], turned[row, at + 1] = ids[row, at + 1], ids[row, at]
    return turned


def replace_words(
    ids: np.ndarray, groups: Iterable[Iterable[int]], *, rate: float, rng: np.random.Generator
) -> np.ndarray:
    """Replace words of a group by one of the same group, each with the probability ``rate``.

    Parameters
    ----------
    ids : array of int, shape (texts, length)
    groups : iterable of iterables of int
        Ids that can stand for each other; a word in none of them stays. The new word may be the
        old one.
    rate : float
    rng : numpy.random.Generator

    Raises
    ------
    ValueError
        If ``rate`` is not between 0 and 1, or a word is in two groups or is padding.
    """
    drawn, replaced = _draws(ids, rate, rng) < rate, ids.copy()
    seen: set[int] = {PAD}
    for group in groups:
        members = np.array(sorted(group))
        if again := seen & set(members.tolist()):
            raise ValueError(f"id {min(again)} is padding, or in two groups: expected one at most")
        seen |= set(members.tolist())
        here = drawn & np.isin(ids, members)
        replaced[here] = rng.choice(members, int(here.sum())) if here.any() else []
    return replaced


def thesaurus(
    classes: Iterable[Iterable[str]], vocabulary: Mapping[str, int]
) -> list[tuple[int, ...]]:
    """The ids of each class of words, for `replace_words`: known ones, in lower case."""
    ids = [
        tuple(vocabulary[w.lower()] for w in words if w.lower() in vocabulary) for words in classes
    ]
    return [group for group in ids if group]


def _draws(ids: np.ndarray, rate: float, rng: np.random.Generator) -> np.ndarray:
    if not 0 <= rate <= 1:
        raise ValueError(f"rate is {rate}, expected a share between 0 and 1")
    return rng.random(ids.shape)
