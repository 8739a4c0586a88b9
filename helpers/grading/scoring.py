"""Partial credit: the one thing that a test cell may say beyond passing or failing."""

from __future__ import annotations


class Score(float):
    """Points as a number, as nbgrader reads them from the last line of a test cell."""

    share: float


def score(earned: float, of: float, why: str = "") -> Score:
    """Give part of a cell's points: as the last expression of a test cell.

    Parameters
    ----------
    earned : float
        Between 0 and ``of``.
    of : float
        The points of the cell, as in its metadata.
    why : str
        Shown to the learner.

    Raises
    ------
    ValueError
        If ``of`` is not positive, or ``earned`` is not between 0 and ``of``.
    """
    if not (of > 0 and 0 <= earned <= of):
        raise ValueError(f"score({earned}, {of}): expected 0 <= earned <= of, and of > 0")
    if why:
        print(why)
    points = Score(earned)
    points.share = earned / of
    return points
