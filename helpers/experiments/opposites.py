"""Do a word's neighbours agree with it about the film? In vectors of real text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from helpers.data import glove_archive, review_grammar


def agreement(
    good: Sequence[str], bad: Sequence[str], vectors: Mapping[str, np.ndarray], *, k: int = 5
) -> dict[str, float]:
    """Share of each word's ``k`` nearest words *among those given* that are of its kind.

    Parameters
    ----------
    good, bad : sequence of str
        Words without a vector are left out.
    vectors : mapping of str to array, shape (dim,)
    k : int

    Returns
    -------
    dict
        ``agreeing``: the share, in the mean over words. ``chance``: what it is in the mean when
        neighbours are drawn from the other words. ``good`` and ``bad``: how many had a vector.

    Raises
    ------
    ValueError
        If fewer than ``k + 1`` words have a vector.
    """
    kept = [[word for word in words if word in vectors] for words in (good, bad)]
    kind = np.repeat([1, 0], [len(words) for words in kept])
    if len(kind) <= k:
        raise ValueError(f"{len(kind)} words have a vector, expected more than k, which is {k}")
    rows = np.stack([vectors[word] for words in kept for word in words])
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    cosine = unit @ unit.T
    np.fill_diagonal(cosine, -np.inf)
    nearest = np.argsort(-cosine, axis=1)[:, :k]
    same = kind[:, None] == kind
    others = len(kind) - 1
    return {
        "agreeing": float(np.take_along_axis(same, nearest, axis=1).mean()),
        "chance": float(((same.sum(axis=1) - 1) / others).mean()),
        "good": len(kept[0]),
        "bad": len(kept[1]),
    }


def _real() -> dict[str, dict[str, float]]:
    words = {*review_grammar.GOOD, *review_grammar.BAD}
    vectors = glove_archive.load(100, words)
    kinds = review_grammar.GOOD, review_grammar.BAD
    return {str(k): agreement(*kinds, vectors, k=k) for k in (1, 5, 10)}


RECORDS = {"opposites": _real}
