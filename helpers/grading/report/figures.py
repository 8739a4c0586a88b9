"""The figures of a class: how its points are spread, and what each test tells apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import SupportsInt

import numpy as np

from helpers.grading.report.results import Part, Result

BARS = 12  # of a histogram, at most


@dataclass(frozen=True)
class Bar:
    """A bar of a histogram: what it stands for, in words, and how many."""

    label: str
    count: int


@dataclass(frozen=True)
class Spread:
    """Some figures about a quantity, and its histogram."""

    count: int
    mean: float
    lowest: float
    lower: float  #: a quarter lies below
    median: float
    upper: float  #: a quarter lies above
    highest: float
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Item:
    """What there is to say about one test cell."""

    part: Part
    passed: float  #: share of the submissions that got all of its points
    mean: float  #: share of its points that a submission got
    discrimination: float | None  #: None if it cannot be said


def points(results: Sequence[Result], most: float) -> Spread | None:
    """How the scores are spread: a bar for each point, where these are few."""
    if not results:
        return None
    step = max(1.0, np.ceil(most / BARS))
    edges = np.append(np.arange(0.0, most, step), most)
    scores = np.array([result.score for result in results])
    whole = step == 1 and bool((scores == np.floor(scores)).all())
    labels = [f"{low:g}" if whole else f"{low:g} to < {high:g}" for low, high in pairwise(edges)]
    # Full points are a bar of their own.
    counts, _ = np.histogram(scores[scores < most], edges)
    return _spread(scores, [*labels, f"{most:g}"], [*counts, (scores >= most).sum()])


def seconds(results: Sequence[Result]) -> Spread | None:
    """How long the notebooks' own cells took."""
    if not results:
        return None
    taken = np.array([result.seconds for result in results])
    counts, edges = np.histogram(taken, BARS, (0.0, max(taken.max(), 1e-9)))
    digits = 0 if edges[1] >= 1 else int(np.ceil(-np.log10(edges[1]))) + 1
    labels = [f"{low:.{digits}f}\N{EN DASH}{high:.{digits}f} s" for low, high in pairwise(edges)]
    return _spread(taken, labels, counts)


def _spread(values: np.ndarray, labels: Sequence[str], counts: Iterable[SupportsInt]) -> Spread:
    lowest, lower, median, upper, highest = map(float, np.quantile(values, np.linspace(0, 1, 5)))
    bars = tuple(Bar(label, int(count)) for label, count in zip(labels, counts, strict=True))
    mean = float(values.mean())
    return Spread(len(values), mean, lowest, lower, median, upper, highest, bars)


def items(results: Sequence[Result], parts: Sequence[Part]) -> list[Item]:
    """For each test cell, who passes it and whether those do well in the rest."""
    found = []
    for part in parts:
        has = [result for result in results if part.name in result.tests]
        tests = [result.tests[part.name] for result in has]
        passed = np.array([test.passed for test in tests], float)
        earned = np.array([test.points for test in tests], float)
        rest = np.array([_score(result) for result in has], float) - earned
        if has:
            share = float(earned.mean() / part.of)
            found.append(Item(part, float(passed.mean()), share, discrimination(passed, rest)))
    return found


def discrimination(passed: np.ndarray, rest: np.ndarray) -> float | None:
    """The point-biserial correlation of a test with the points of all others.

    Parameters
    ----------
    passed : array of 0 and 1, shape (submissions,)
    rest : array, shape (submissions,)
        The points without this test's.

    Returns
    -------
    float or None
        None if all pass it, or nobody, or if the rest is the same for all.
    """
    if len(passed) < 2 or np.ptp(passed) == 0 or np.ptp(rest) == 0:
        return None
    return float(np.corrcoef(passed, rest)[0, 1])


def _score(result: Result) -> float:
    return sum(test.points for test in result.tests.values())
