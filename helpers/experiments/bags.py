"""Film reviews without a network: words and pairs of words, counted and weighed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from helpers.data import reviews
from helpers.data.reviews import Reviews

STRENGTHS = (0.01, 0.1, 1.0, 10.0)


def counting(
    data: Reviews,
    *,
    lengths: Iterable[int | None] = (200, 600, None),
    strengths: Iterable[float] = STRENGTHS,
    validation: float = 0.1,
) -> dict[str, Any]:
    """Words, and words with pairs of neighbours, by logistic regression on naive Bayes' ratios.

    A column counts whether a word or a pair occurs, times the logarithm of how much more often it
    occurs in positive texts than in negative ones (Wang and Manning, 2012). How strongly weights
    are held down, a part of the training texts decides; the test is answered once.

    Parameters
    ----------
    data : Reviews
    lengths : iterable of int or None
        How many words of a review are read, from its end; None: all.
    strengths : iterable of float
        Tried for the inverse of the penalty, scikit-learn's ``C``.
    validation : float
        Share of the training texts that chooses it.

    Returns
    -------
    dict
        ``{"words" or "pairs": {length: {"accuracy", "C", "seconds"}}}``, and for
        ``"pairs"`` also ``against words``: how many test reviews it alone gets right, and how
        many the words alone do.
    """
    strengths = list(strengths)
    outcome: dict[str, dict[str, dict[str, Any]]] = {"words": {}, "pairs": {}}
    for length in lengths:
        texts, answered = _ends(data, length), {}
        for name, widest in (("words", 1), ("pairs", 2)):
            begun = time.process_time()
            answered[name], strength = _answered(data, texts, widest, strengths, validation)
            outcome[name][str(length or "all")] = {
                "accuracy": float(answered[name].mean()),
                "C": strength,
                "seconds": time.process_time() - begun,
            }
        outcome["pairs"][str(length or "all")]["against words"] = [
            int((answered["pairs"] & ~answered["words"]).sum()),
            int((answered["words"] & ~answered["pairs"]).sum()),
        ]
    return outcome


def right(data: Reviews) -> np.ndarray:
    """Which test texts words and pairs of all of each text answer rightly, shape (n_test,)."""
    return _answered(data, _ends(data, None), 2, STRENGTHS, 0.1)[0]


Words = list[list[str]]


def _ends(data: Reviews, length: int | None) -> tuple[Words, Words]:
    """The last words of the training texts and of the test texts, or all of them."""
    train, test = (
        [words[-length:] if length else words for words in map(reviews.words, texts)]
        for texts in (data.train_texts, data.test_texts)
    )
    return train, test


def _answered(
    data: Reviews,
    texts: tuple[Words, Words],
    widest: int,
    strengths: Iterable[float],
    validation: float,
) -> tuple[np.ndarray, float]:
    """Which test texts are answered rightly, shape (n_test,), and the strength that was chosen."""
    (train, test), y = texts, data.train_labels
    n_fit = len(y) - int(len(y) * validation)
    x, read = _weighed(train[:n_fit], y[:n_fit], widest)
    held_back = read(train[n_fit:])
    chosen = {c: _fit(x, y[:n_fit], c).score(held_back, y[n_fit:]) for c in strengths}
    strength = max(chosen, key=lambda strength: chosen[strength])
    x, read = _weighed(train, y, widest)
    return _fit(x, y, strength).predict(read(test)) == data.test_labels, strength


def _weighed(
    texts: list[list[str]], labels: np.ndarray, widest: int
) -> tuple[Any, Callable[[list[list[str]]], Any]]:
    """The columns of these texts, and what makes the same of others; what occurs once is left out.

    The ratios are those of naive Bayes, from these texts.
    """
    from sklearn.feature_extraction.text import CountVectorizer  # takes a second

    counter = CountVectorizer(analyzer=partial(_grams, widest=widest), binary=True, min_df=2)
    x, positive = counter.fit_transform(texts), labels == 1
    sums = [np.asarray(x[half].sum(axis=0))[0] + 1 for half in (positive, ~positive)]
    ratio = np.log(sums[0] / sums[0].sum()) - np.log(sums[1] / sums[1].sum())
    return x.multiply(ratio), lambda texts: counter.transform(texts).multiply(ratio)


def _fit(x: Any, labels: np.ndarray, strength: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=strength, solver="liblinear").fit(x, labels)


def _grams(words: list[str], widest: int) -> list[str]:
    """The words, and with a widest of two also their neighbours joined."""
    return words + [" ".join(pair) for pair in pairwise(words) if widest > 1]


RECORDS = {"bags": lambda: counting(reviews.load("real", n_train=25_000, n_test=25_000))}
