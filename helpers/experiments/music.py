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
from helpers.music import copied, stretches

Rolls = Sequence[np.ndarray]
#: Rate, dropout, and by how many semitones pieces are moved at most.
Setting = tuple[float, float, int]
GRIDS = {"quarters": 1, "sixteenths": 4}
SEEDS = (0, 1, 2)
#: Rate, dropout and semitones up or down: what each kind of network is tried with, on quarters,
#: and judged by the pieces held out for that.
SETTINGS = {
    "linear": ((0.01, 0.0, 0), (0.03, 0.0, 0), (0.01, 0.0, 3)),
    "hidden": ((0.003, 0.2, 0), (0.008, 0.5, 0), (0.003, 0.2, 3)),
    "LSTM": ((0.008, 0.3, 0), (0.008, 0.5, 0), (0.008, 0.3, 3)),
}
EPOCHS = {"quarters": 60, "sixteenths": 12}
PART = 128  # steps of a piece that are trained on at a time
#: What was tried afterwards: larger rates for those whose best was the largest, and a control that
#: sees as far back as eight frames without a memory.
BEYOND = {
    "linear": ((0.06, 0.0, 0), (0.1, 0.0, 0)),
    "hidden": ((0.015, 0.5, 0), (0.03, 0.5, 0)),
    "window": ((0.003, 0.5, 0), (0.008, 0.5, 0), (0.003, 0.5, 3)),
}


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


def train(
    kind: str,
    parts: Sequence[Rolls],
    setting: Setting,
    *,
    epochs: int = 60,
    seed: int = 0,
    units: int = 128,
) -> tuple[Composer, float]:
    """A network of one kind, trained on the first part, and its nats a frame on the second.

    Parameters
    ----------
    kind : str
        See `helpers.models.composer.build_composer`.
    parts : sequence of sequences of array, each of shape (steps, 88)
        Training and validation; long pieces are trained on in parts of 128 steps.
    setting : Setting
    epochs : int
        At most; it ends after six without a better one.
    seed : int
    units : int
    """
    keras.utils.set_random_seed(seed)
    rate, dropout, moved = setting
    composer = build_composer(kind, units=units, dropout=dropout, learning_rate=rate)
    cut = [roll[at : at + PART] for roll in parts[0] for at in range(0, len(roll) - 1, PART)]
    history = fit_rolls(
        composer, cut, parts[1], epochs=epochs, patience=6, transposed=moved, seed=seed
    )
    return composer, min(valid for _, valid in history)


def known_tunes(data: chorales.Chorales, length: int = 12) -> list[bool]:
    """Of each test piece, whether half of its highest voice or more is sung in training.

    Stretches of so many quarters are compared, in whatever key.
    """
    tunes = stretches((piece[:, :1] for piece in chorales.on_grid(data.train, 1)), length)
    tests = [piece[:, :1] for piece in chorales.on_grid(data.test, 1)]
    return [copied(tune, tunes, length) >= 0.5 for tune in tests]


def recorded() -> dict[str, Any]:
    """Bach's chorales in the published split: all rivals on both grids, and what they play."""
    session.start(0)
    data = chorales.load("real")
    began = time.process_time()
    parts = {
        grid: [chorales.rolls(part, steps) for part in (data.train, data.valid, data.test)]
        for grid, steps in GRIDS.items()
    }
    rules = {"independent": independent, "stay or change": stay_or_change}
    grids: dict[str, Any] = {
        grid: {name: [mean(rule(part[0], part[2]))] for name, rule in rules.items()}
        for grid, part in parts.items()
    }
    coarse, fine = parts.values()
    places = {"stay or change": by_place(stay_or_change(fine[0], fine[2]))}
    outcome: dict[str, Any] = {"tried": {}, "by piece": {}}
    for kind, settings in SETTINGS.items():
        composers, nats, outcome["tried"][kind] = _try(kind, coarse, settings)
        best, unmoved = (int(np.argmin(nats[:n])) for n in (3, 2))
        chosen = {kind: best, f"{kind}, unmoved": unmoved}
        for name, at in chosen.items():
            runs = [composers[at], *_other_starts(kind, coarse, settings[at])]
            each = [costs(composer, coarse[2]) for composer in runs]
            grids["quarters"][name] = [mean(one) for one in each]
            outcome["by piece"][name] = [float(piece.mean()) for piece in each[0]]
            if best == unmoved:
                break
        grids["sixteenths"][kind] = []
        for seed in SEEDS:
            run, _ = train(kind, fine, settings[best], epochs=EPOCHS["sixteenths"], seed=seed)
            one = costs(run, fine[2])
            grids["sixteenths"][kind].append(mean(one))
            places.setdefault(kind, by_place(one))
    outcome["known tunes"] = known_tunes(data)
    frames = {grid: [sum(map(len, each)) for each in part] for grid, part in parts.items()}
    seconds = time.process_time() - began
    return {**outcome, "grids": grids, "by place": places, "frames": frames, "seconds": seconds}


def _try(
    kind: str, parts: Sequence[Rolls], settings: Sequence[Setting]
) -> tuple[list[Composer], list[float], list[list[float]]]:
    """A network for each setting, its nats on the second part, and both in rows for a record."""
    tried = [train(kind, parts, setting) for setting in settings]
    nats = [valid for _, valid in tried]
    rows = [[*setting, n] for setting, n in zip(settings, nats, strict=True)]
    return [composer for composer, _ in tried], nats, rows


def _other_starts(kind: str, parts: Sequence[Rolls], setting: Setting) -> list[Composer]:
    """Networks of one setting from the seeds that did not choose it."""
    return [train(kind, parts, setting, seed=seed)[0] for seed in SEEDS[1:]]


def controls() -> dict[str, Any]:
    """Beside the record: rates beyond those tried, and a hidden layer over eight frames.

    Returns
    -------
    dict
        ``tried``: rate, dropout, semitones and nats on the validation pieces, for each kind;
        ``test``: nats on the test pieces for three starts of the best of these.
    """
    session.start(0)
    data = chorales.load("real")
    parts = [chorales.rolls(part, 1) for part in (data.train, data.valid, data.test)]
    outcome: dict[str, Any] = {"tried": {}, "test": {}}
    for kind, settings in BEYOND.items():
        composers, nats, outcome["tried"][kind] = _try(kind, parts, settings)
        at = int(np.argmin(nats))
        runs = [composers[at], *_other_starts(kind, parts, settings[at])]
        outcome["test"][kind] = [mean(costs(composer, parts[2])) for composer in runs]
    return outcome


RECORDS = {"chorales": recorded, "chorale_controls": controls}
