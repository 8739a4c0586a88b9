"""Chorales foretold frame by frame: tables, lines and networks, on a coarse and on a fine grid."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from helpers import session
from helpers.data import chorales
from helpers.models.composer import Composer, build_composer, costs, fit_rolls
from helpers.music import copied, repeated, voices_of

Rolls = Sequence[np.ndarray]
GRIDS = {"quarters": 1, "sixteenths": 4}
SEEDS = (0, 1, 2)
TEMPERATURES = (0.5, 0.75, 1.0, 1.25)


def bernoulli_nll(p: np.ndarray, roll: np.ndarray) -> np.ndarray:
    """Nats that each frame costs, if its keys have these probabilities."""
    found: np.ndarray = -np.log(np.where(roll > 0, p, 1 - p)).sum(axis=-1)
    return found


def independent(train: Rolls, test: Rolls) -> list[np.ndarray]:
    """Each key is as probable as it was in training, whatever sounded before.

    Returns
    -------
    list of array
        Nats for each frame of each test piece but its first.
    """
    after = np.concatenate([roll[1:] for roll in train])
    p = (after.sum(axis=0) + 0.5) / (len(after) + 1)
    return [bernoulli_nll(p, roll[1:]) for roll in test]


def stay_or_change(train: Rolls, test: Rolls) -> list[np.ndarray]:
    """Two probabilities for each key: to go on if it sounded, and to begin if it did not.

    Returns
    -------
    list of array
        As `independent`.
    """
    before = np.concatenate([roll[:-1] for roll in train])
    after = np.concatenate([roll[1:] for roll in train])
    goes_on = ((after * before).sum(axis=0) + 0.5) / (before.sum(axis=0) + 1)
    begins = ((after * (1 - before)).sum(axis=0) + 0.5) / ((1 - before).sum(axis=0) + 1)
    return [bernoulli_nll(np.where(roll[:-1] > 0, goes_on, begins), roll[1:]) for roll in test]


def mean(pieces: list[np.ndarray]) -> float:
    """Nats a frame, over all frames of all pieces."""
    return float(np.concatenate(pieces).mean())


def by_place(pieces: list[np.ndarray], places: int = 4) -> list[float]:
    """Nats a frame by its place in the quarter; entry 0 is where a quarter begins."""
    where = np.concatenate([np.arange(1, len(piece) + 1) % places for piece in pieces])
    nats = np.concatenate(pieces)
    return [float(nats[where == place].mean()) for place in range(places)]


def compose(
    composer: Composer,
    begun: np.ndarray,
    steps: int,
    *,
    temperature: float = 1.0,
    voices: int = 4,
    rng: np.random.Generator,
) -> np.ndarray:
    """Play on from what has been played; what is drawn is read next.

    Parameters
    ----------
    composer : Composer
    begun : array, shape (rows, steps before, 88)
    steps : int
    temperature : float
        Divides the logits.
    voices : int
        Of the keys that were drawn, at most so many sound: the most probable.
    rng : numpy.random.Generator

    Returns
    -------
    array of float32, shape (rows, steps, 88)

    Raises
    ------
    ValueError
        If the temperature is not above zero.
    """
    if temperature <= 0:
        raise ValueError(f"temperature is {temperature}, expected more than 0")
    logits, state = composer.read(begun)
    played = []
    for _ in range(steps):
        p = 1 / (1 + np.exp(-logits[:, -1].astype(float) / temperature))
        drawn = rng.random(p.shape) < p
        ranked = np.argsort(np.argsort(-np.where(drawn, p, -1.0), axis=-1), axis=-1)
        frame = (drawn & (ranked < voices)).astype("float32")
        played.append(frame)
        logits, state = composer.read(frame[:, None], state)
    return np.stack(played, axis=1)


def judged(rolls: Rolls, corpus: Sequence[np.ndarray]) -> dict[str, float]:
    """What can be counted in music: keys that sound, what comes again, what is not its own.

    Parameters
    ----------
    rolls : sequence of array, each of shape (steps, 88)
        With at most four keys at a time, on quarters.
    corpus : sequence of frames
        What it was learned from.
    """
    frames = [voices_of(roll) for roll in rolls]
    alike = [(roll[1:] == roll[:-1]).all(axis=1).mean() for roll in rolls]
    return {
        "keys": float(np.concatenate([roll.sum(axis=1) for roll in rolls]).mean()),
        "unchanged": float(np.mean(alike)),
        "repeated": float(np.mean([repeated(piece, 4) for piece in frames])),
        "copied": float(np.mean([copied(piece, corpus, 4) for piece in frames])),
    }
