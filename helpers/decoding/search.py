"""The most probable sequence, or what is found of it: greedily, or with a beam."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from helpers.decoding.steps import Step, check_length


@dataclass(frozen=True)
class Hypothesis:
    """A sequence without its start token, with its end token if it came to an end.

    ``score`` is the log-probability divided by a power of the number of tokens.
    """

    tokens: tuple[int, ...]
    log_probability: float
    score: float


def greedy(step: Step, state: Any, *, start: int, end: int, max_length: int) -> list[list[int]]:
    """The most probable token at every step, until the end token or ``max_length`` tokens.

    Parameters
    ----------
    step : callable
        See `Step`.
    state : array or (nested) tuple of arrays
        What the decoder begins with; the first axis is that of the sequences.
    start, end : int
        Ids of the tokens that a sequence begins and ends with.
    max_length : int
        Tokens after the start token, the end token included.

    Returns
    -------
    list of list of int
        One sequence per row, without the start token; with the end token where it came.

    Raises
    ------
    ValueError
        If ``start`` or ``end`` is no id of the vocabulary, or ``max_length`` is not positive.
    """
    check_length(max_length)
    rows = _rows(state)
    tokens = np.full(rows, start)
    found: list[list[int]] = [[] for _ in range(rows)]
    done = np.zeros(rows, bool)
    for _ in range(max_length):
        scores, state = step(tokens, state)
        _check_ids(scores, rows, start, end)
        tokens = np.asarray(scores).argmax(axis=-1)
        for row in np.flatnonzero(~done):
            found[row].append(int(tokens[row]))
        done |= tokens == end
        if done.all():
            break
    return found


def beam_search(
    step: Step,
    state: Any,
    *,
    start: int,
    end: int,
    width: int,
    max_length: int,
    length_power: float = 0.0,
) -> list[list[Hypothesis]]:
    """The best sequences that are found if at most ``width`` are followed at a time.

    At every step each open sequence is extended by every token; the ``width`` most probable
    extensions are kept. Those that end with the end token are finished, and leave the beam, which
    gets narrower by them; the rest go on. A width of one is `greedy`; one of the vocabulary's size
    to the power of ``max_length`` tries everything. A width beyond the number of extensions that
    there are keeps all of them.

    Parameters
    ----------
    step, state, start, end, max_length
        As for `greedy`; all rows are searched at the same time, each with a beam of its own.
    width : int
        Of the beam.
    length_power : float
        Sequences are ranked by ``log_probability / len(tokens) ** length_power``: zero ranks by
        probability, which favours short ones, one by the mean over tokens.

    Returns
    -------
    list of list of Hypothesis
        At most ``width`` for each row, the best first; what reached ``max_length`` without the end
        token counts as it is.

    Raises
    ------
    ValueError
        As `greedy`; if ``width`` is not positive or ``length_power`` is negative.

    Notes
    -----
    Sutskever, Vinyals and Le (2014), section 3.2, take finished sequences out of the beam like
    this; the power of the length is what Wu et al. (2016), equation 14, vary.
    """
    check_length(max_length)
    if width < 1:
        raise ValueError(f"width is {width}: a beam follows at least one sequence")
    if length_power < 0:
        raise ValueError(f"length_power is {length_power}: below zero it would punish length twice")
    rows = _rows(state)
    finished: list[list[Hypothesis]] = [[] for _ in range(rows)]
    # Open sequences, one per entry: whose they are, their tokens and log-probabilities.
    owner, paths, totals = np.arange(rows), [()] * rows, np.zeros(rows)
    for length in range(1, max_length + 1):
        last = np.array([path[-1] if path else start for path in paths])
        scores, state = step(last, state)
        _check_ids(scores, len(owner), start, end)
        kept = _best(owner, totals[:, None] + np.asarray(scores, float), width)
        going: list[tuple[int, int, tuple[int, ...], float]] = []
        for entry, token, total in kept:
            path = (*paths[entry], token)
            if token == end or length == max_length:
                score = total / length**length_power
                finished[owner[entry]].append(Hypothesis(path, total, score))
            else:
                going.append((entry, owner[entry], path, total))
        going = [
            g for g in going if _can_win(g[3], finished[g[1]], width, max_length, length_power)
        ]
        if not going:
            break
        from_, owners, paths, sums = (list(column) for column in zip(*going, strict=True))
        owner, totals, state = np.array(owners), np.array(sums), _take(state, np.array(from_))
    ranked = (sorted(found, key=lambda h: -h.score) for found in finished)
    return [found[:width] for found in ranked]


def _best(owner: np.ndarray, totals: np.ndarray, width: int) -> list[tuple[int, int, float]]:
    """For each owner the best extensions: entry, token and log-probability."""
    vocabulary = totals.shape[1]
    kept = []
    for row in np.unique(owner):
        entries = np.flatnonzero(owner == row)
        flat = totals[entries].ravel()
        # Stable, so that of two equals the earlier is taken, as argmax does.
        for place in np.argsort(-flat, kind="stable")[:width]:
            if np.isfinite(flat[place]):  # what is impossible is no hypothesis
                entry, token = divmod(int(place), vocabulary)
                kept.append((int(entries[entry]), token, float(flat[place])))
    return kept


def _can_win(
    total: float, finished: list[Hypothesis], width: int, max_length: int, power: float
) -> bool:
    """Whether an open sequence, were all that follows certain, could be among the best ``width``.

    Log-probabilities only fall, and the largest divisor is that of the longest sequence.
    """
    if len(finished) < width:
        return True
    last = sorted((h.score for h in finished), reverse=True)[width - 1]
    return total / max_length**power > last


def _take(state: Any, entries: np.ndarray) -> Any:
    if isinstance(state, tuple | list):
        return tuple(_take(part, entries) for part in state)
    return np.asarray(state)[entries]


def _rows(state: Any) -> int:
    while isinstance(state, tuple | list):
        if not state:
            raise ValueError("the state is empty: its arrays say how many sequences there are")
        state = state[0]
    return len(state)


def _check_ids(scores: np.ndarray, rows: int, start: int, end: int) -> None:
    if scores.ndim != 2 or len(scores) != rows:
        raise ValueError(
            f"step returned shape {tuple(scores.shape)}, expected ({rows}, vocabulary): one row of"
            " log-probabilities for every token that it was given"
        )
    for name, token in (("start", start), ("end", end)):
        if not 0 <= token < scores.shape[1]:
            raise ValueError(
                f"{name}={token} is no id of the vocabulary of {scores.shape[1]}: without a token"
                f" to {name} with, nothing can be decoded; see helpers.tokens.Vocabulary"
            )
