"""From a network that guesses to one that reads: five improvements, and each of them left out."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import partial

import keras
import numpy as np

from helpers import models, text, training
from helpers.data import reviews
from helpers.data.reviews import Reviews
from helpers.training import Pair

#: In the order in which courses add them; `prepare`, `build` and `fit` say what each does.
IMPROVEMENTS = ("embedding", "depth", "tuning", "vocabulary", "length")


def prepare(data: Reviews, improvements: Collection[str]) -> tuple[Pair, Pair]:
    """Training and held-out pairs for `build`, padded in front.

    ``"vocabulary"`` keeps a thousand words and not a hundred, ``"length"`` the first fifty words
    of a review and not fifteen. Without ``"embedding"`` the ids are handed over as they are, one
    number a timestep.
    """
    vocabulary = text.build_vocabulary(data.train_texts, _words(improvements))
    length = 50 if "length" in improvements else 15
    x_train, x_test = (
        text.encode(texts, vocabulary, length, pad="before")
        for texts in (data.train_texts, data.test_texts)
    )
    if "embedding" not in improvements:
        x_train, x_test = (ids[..., None].astype("float32") for ids in (x_train, x_test))
    return (x_train, data.train_labels), (x_test, data.test_labels)


def build(improvements: Collection[str]) -> keras.Model:
    """The network that the improvements make of a SimpleRNN of 16 units on raw ids.

    ``"embedding"`` gives every word 32 learned numbers; ``"depth"`` is a GRU of 32 units in each
    direction; ``"tuning"`` is ten times Adam's default rate, and twice the epochs in `fit`.

    Raises
    ------
    ValueError
        If an improvement is unknown.
    """
    if unknown := {*improvements} - {*IMPROVEMENTS}:
        raise ValueError(f"unknown improvements {sorted(unknown)}, expected {[*IMPROVEMENTS]}")
    cell, units, both = ("GRU", 32, True) if "depth" in improvements else ("SimpleRNN", 16, False)
    rate = 1e-2 if "tuning" in improvements else 1e-3
    if "embedding" not in improvements:
        return models.build_recurrent(cell, 1, units, bidirectional=both, learning_rate=rate)
    return models.build_text_classifier(
        _words(improvements), encoder=cell, units=units, bidirectional=both, learning_rate=rate
    )


def fit(
    data: Reviews, improvements: Collection[str], *, seeds: Iterable[int]
) -> dict[str, np.ndarray]:
    """Fit the network to the reviews once for each seed; see `training.fit_repeatedly`."""
    train, held_out = prepare(data, improvements)
    epochs = 8 if "tuning" in improvements else 4
    return training.fit_repeatedly(
        lambda: build(improvements), train, held_out, seeds=seeds, epochs=epochs
    )


def variants() -> dict[str, tuple[str, ...]]:
    """What is compared: the ladder, all but one, and each alone; by a name for each."""
    ladder = [IMPROVEMENTS[:steps] for steps in range(len(IMPROVEMENTS) + 1)]
    without = [tuple(i for i in IMPROVEMENTS if i != left_out) for left_out in IMPROVEMENTS]
    alone = [(improvement,) for improvement in IMPROVEMENTS]
    return {name_of(improvements): improvements for improvements in ladder + without + alone}


def name_of(improvements: Collection[str]) -> str:
    """The improvements in their usual order, as a record names them; ``"none"`` without any."""
    return " + ".join(i for i in IMPROVEMENTS if i in improvements) or "none"


def ablation(data: Reviews, *, seeds: Iterable[int]) -> dict[str, dict[str, list[float]]]:
    """Held-out accuracy and loss of all `variants` after their last epoch.

    Returns ``{name: {"accuracy": [one per seed], "loss": [one per seed]}}``.
    """
    seeds = list(seeds)

    def run(improvements: Collection[str]) -> dict[str, list[float]]:
        history = fit(data, improvements, seeds=seeds)
        return {key: history[f"val_{key}"][:, -1].tolist() for key in ("accuracy", "loss")}

    return {name: run(improvements) for name, improvements in variants().items()}


def _words(improvements: Collection[str]) -> int:
    return 1000 if "vocabulary" in improvements else 100


#: The five improvements of the chapter set ten times Adam's default; here each rate has its turn.
RATES = (1e-3, 3e-3, 1e-2)


def at_rates(
    data: Reviews, left_out: str, rates: Iterable[float], *, seeds: Iterable[int]
) -> dict[str, list[float]]:
    """Held-out accuracy without one improvement, as many epochs at each rate.

    Parameters
    ----------
    data : Reviews
    left_out : str
        One of `IMPROVEMENTS` but ``"tuning"``, which is what this function varies.
    rates : iterable of float
        Adam's.
    seeds : iterable of int

    Returns
    -------
    dict
        ``{rate: [accuracy after the last epoch, one per seed]}``.

    Raises
    ------
    ValueError
        If ``left_out`` is ``"tuning"`` or unknown.
    """
    parts = tuple(i for i in IMPROVEMENTS if i != left_out)
    if left_out == "tuning" or len(parts) == len(IMPROVEMENTS):
        raise ValueError(f"left_out is {left_out!r}, expected an improvement other than 'tuning'")
    train, held_out = prepare(data, parts)
    seeds = list(seeds)

    def at(rate: float) -> keras.Model:
        model = build(parts)
        model.optimizer.learning_rate = rate
        return model

    def run(rate: float) -> list[float]:
        history = training.fit_repeatedly(lambda: at(rate), train, held_out, seeds=seeds, epochs=8)
        last: np.ndarray = history["val_accuracy"][:, -1]
        return [float(one) for one in last]

    return {f"{rate:g}": run(rate) for rate in rates}


def over_splits(
    splits: Iterable[int], *, n_train: int = 4000, n_test: int = 1000
) -> dict[str, list[float]]:
    """How many held-out texts three networks get right, when other patterns are held out.

    Parameters
    ----------
    splits : iterable of int
        Seeds of the corpus: each draws which patterns only the held-out texts have.
    n_train, n_test : int

    Returns
    -------
    dict
        ``{name: [share of the held-out texts, one per split]}``, all networks with one seed.
    """
    reader = partial(models.build_text_classifier, _words(IMPROVEMENTS), dim=16)
    networks = {  # and their epochs, as in the chapter
        "average": (partial(reader, encoder="average", learning_rate=1e-2), 4),
        "windows": (partial(reader, encoder="convolution", learning_rate=3e-3), 4),
        "all five": (partial(build, IMPROVEMENTS), 5),
    }
    found: dict[str, list[float]] = {name: [] for name in networks}
    for split in splits:
        data = reviews.load("embedded", n_train=n_train, n_test=n_test, seed=split)
        train, held_out = prepare(data, IMPROVEMENTS)
        for name, (make, epochs) in networks.items():
            fits = training.fit_repeatedly(make, train, held_out, seeds=[0], epochs=epochs)
            found[name].append(float(fits["val_accuracy"][0, -1]))
    return found


RECORDS = {
    "splits": lambda: over_splits(range(8)),
    "sentiment": lambda: ablation(
        reviews.load("embedded", n_train=4000, n_test=1000), seeds=range(5)
    ),
    "ablation_depth": lambda: at_rates(
        reviews.load("embedded", n_train=4000, n_test=1000), "depth", RATES, seeds=range(3)
    ),
}
