"""Drawing what comes next: a temperature, and tokens that are cut off."""

from __future__ import annotations

from typing import Any

import numpy as np

from helpers.decoding.steps import Step, check_length


def probabilities(
    logits: np.ndarray,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
) -> np.ndarray:
    """What the next token is drawn from: a softmax, sharpened or flattened, and cut off.

    Parameters
    ----------
    logits : array, shape (..., vocabulary)
        Or log-probabilities: a constant that is added to all changes nothing.
    temperature : float
        They are divided by it; zero leaves only the largest one, the first of equals.
    top_k : int, optional
        How many tokens may come at most; of equals, the first.
    top_p : float, optional
        The most probable tokens are kept until they have this probability together: the one that
        gets there is the last. Counted after the temperature and after ``top_k``.

    Returns
    -------
    array, shape (..., vocabulary)
        Sums to one along the last axis.

    Raises
    ------
    ValueError
        If a setting is out of its range, or a row has NaN or nothing that is possible.

    Notes
    -----
    ``top_k`` is from Fan, Lewis and Dauphin (2018), ``top_p`` from Holtzman et al. (2020).
    """
    if not temperature >= 0:
        raise ValueError(
            f"temperature is {temperature}: zero takes the largest, below it is no law"
        )
    if top_k is not None and top_k < 1:
        raise ValueError(f"top_k is {top_k}: at least one token has to be possible")
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"top_p is {top_p}, expected a probability above zero")
    logits = np.asarray(logits, float)
    highest = logits.max(axis=-1, keepdims=True)
    if not np.isfinite(highest).all():
        raise ValueError("a row of logits has NaN, infinity or nothing but minus infinity")
    order = np.argsort(-logits, axis=-1, kind="stable")
    rank = np.argsort(order, axis=-1, kind="stable")
    if temperature == 0:
        return (rank == 0).astype(float)
    p = np.exp((logits - highest) / temperature)
    if top_k is not None:
        p = np.where(rank < top_k, p, 0)
    p /= p.sum(axis=-1, keepdims=True)
    if top_p is not None:
        falling = np.take_along_axis(p, order, axis=-1)
        before = np.take_along_axis(falling.cumsum(axis=-1) - falling, rank, axis=-1)
        p = np.where((before < top_p) | (rank == 0), p, 0)
        p /= p.sum(axis=-1, keepdims=True)
    return p


def sample(
    logits: np.ndarray,
    *,
    rng: np.random.Generator,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
) -> np.ndarray:
    """One token for each row of logits, drawn from `probabilities`; shape (...,)."""
    p = probabilities(logits, temperature=temperature, top_k=top_k, top_p=top_p)
    # The first place at which the running sum passes a number between zero and one; the last sum
    # may be a rounding below one, so that it is looked for in what the sum really is.
    total = p.cumsum(axis=-1)
    drawn = rng.random(p.shape[:-1])[..., None] * total[..., -1:]
    return (total > drawn).argmax(axis=-1)


def generate(
    step: Step,
    state: Any,
    tokens: np.ndarray,
    *,
    length: int,
    rng: np.random.Generator,
    **setting: Any,
) -> np.ndarray:
    """Continue sequences: each token is drawn, and is what the next one is drawn after.

    Parameters
    ----------
    step, state
        As for `helpers.decoding.greedy`.
    tokens : array of int, shape (rows,)
        The last ones of what was before; the state has not read them yet.
    length : int
        How many tokens are drawn for each row.
    rng, setting
        As for `sample`: ``temperature``, ``top_k``, ``top_p``.

    Returns
    -------
    array of int, shape (rows, length)

    Raises
    ------
    ValueError
        As `probabilities`; if ``length`` is not positive.
    """
    check_length(length)
    tokens = np.asarray(tokens)
    written = np.empty((len(tokens), length), int)
    for at in range(length):
        scores, state = step(tokens, state)
        tokens = sample(scores, rng=rng, **setting)
        written[:, at] = tokens
    return written
