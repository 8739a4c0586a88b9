"""The best path through a lattice of tags, exactly, in time linear in its length."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def viterbi(
    emissions: np.ndarray,
    transitions: np.ndarray,
    *,
    start: np.ndarray | None = None,
    end: np.ndarray | None = None,
    lengths: Sequence[int] | np.ndarray | None = None,
) -> tuple[list[np.ndarray], np.ndarray]:
    """For each sequence the path with the largest sum of scores, and this sum.

    ``delta_1[k] = start[k] + e_1[k]``
    ``delta_t[k] = e_t[k] + max_j (delta_{t-1}[j] + transitions[j, k])``

    Which j it was is remembered, and read backwards from the best end.

    Parameters
    ----------
    emissions : array, shape (batch, timesteps, tags)
    transitions : array, shape (tags, tags)
        From the row to the column; ``-inf`` forbids.
    start, end : array, shape (tags,), optional
        Zeros unless given.
    lengths : sequence of int, optional
        Real steps of each sequence; all are unless given. What stands behind is not looked at.

    Returns
    -------
    paths : list of array of int
        One for each sequence, as long as it is. Of equals the first tag, decided from the end.
    scores : array, shape (batch,)

    Raises
    ------
    ValueError
        If shapes do not fit, a length is zero or too large, or no path is allowed.

    Notes
    -----
    Viterbi (1967); as a search for tags: Rabiner (1989), section III.B.
    """
    e = np.asarray(emissions, float)
    if e.ndim != 3:
        raise ValueError(f"emissions have shape {e.shape}, expected (batch, timesteps, tags)")
    batch, timesteps, n = e.shape
    A = _fitting(transitions, (n, n), "transitions")
    first, last = (
        _fitting(np.zeros(n) if given is None else given, (n,), name)
        for name, given in (("start", start), ("end", end))
    )
    lengths = _lengths(lengths, batch, timesteps)
    delta = first + e[:, 0]
    back = np.zeros((batch, timesteps, n), int)
    for t in range(1, timesteps):
        ways = delta[:, :, None] + A  # (batch, from, to)
        back[:, t] = ways.argmax(axis=1)
        real = (t < lengths)[:, None]
        delta = np.where(real, e[:, t] + ways.max(axis=1), delta)
    final = delta + last
    scores = final.max(axis=1)
    if not np.isfinite(scores).all():
        row = int(np.flatnonzero(~np.isfinite(scores))[0])
        raise ValueError(f"no path of sequence {row} has a finite score: is every way forbidden?")
    return [_trace(back[i], int(final[i].argmax()), lengths[i]) for i in range(batch)], scores


def _trace(back: np.ndarray, tag: int, length: int) -> np.ndarray:
    """Read the remembered tags backwards."""
    path = np.empty(length, int)
    for t in range(length - 1, -1, -1):
        path[t] = tag
        tag = back[t, tag]
    return path


def _fitting(given: np.ndarray, shape: tuple[int, ...], name: str) -> np.ndarray:
    array = np.asarray(given, float)
    if array.shape != shape:
        raise ValueError(f"{name} have shape {array.shape}, expected {shape}, as the emissions")
    return array


def _lengths(given: Sequence[int] | np.ndarray | None, batch: int, timesteps: int) -> np.ndarray:
    lengths = np.full(batch, timesteps) if given is None else np.asarray(given, int)
    if lengths.shape != (batch,):
        raise ValueError(f"lengths have shape {lengths.shape}, expected ({batch},)")
    for row in np.flatnonzero((lengths < 1) | (lengths > timesteps)):
        raise ValueError(
            f"sequence {row} has the length {lengths[row]}, expected 1 to {timesteps}:"
            " an empty one has no path, leave it out"
        )
    return lengths
