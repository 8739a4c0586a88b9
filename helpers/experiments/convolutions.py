"""Models that learn for the same processor time, and how far each of them gets."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

import keras
import numpy as np

from helpers import models
from helpers.data import reviews
from helpers.experiments import sentiment
from helpers.training import Pair


def racers(vocabulary_size: int) -> dict[str, Callable[[], keras.Model]]:
    """Text classifiers, from the smallest to the popular pile, as it is and with bends."""
    reader = partial(models.build_text_classifier, vocabulary_size)
    pile = partial(models.build_hybrid_classifier, vocabulary_size)
    return {
        "average": partial(reader, encoder="average", dim=16, learning_rate=1e-2),
        "windows": partial(reader, encoder="convolution", dim=16, learning_rate=3e-3),
        "bidirectional GRU": partial(reader, encoder="GRU", bidirectional=True, learning_rate=1e-2),
        "hybrid": pile,
        "hybrid, mended": partial(pile, activation="relu"),
    }


def race(
    builders: Mapping[str, Callable[[], keras.Model]],
    train: Pair,
    held_out: Pair,
    *,
    seconds: Sequence[float],
    seeds: Iterable[int],
    batch_size: int = 64,
) -> dict[str, dict[str, list[list[float]]]]:
    """Fit each model for the same processor time, and look at held-out data at given moments.

    Building and tracing count, looking does not. Processor time and not the clock's, so that
    nothing else that the machine does changes the outcome.

    Parameters
    ----------
    builders : mapping of name to callable
        Each returns a compiled model with accuracy as its metric.
    train, held_out : pair of arrays
        x and y.
    seconds : sequence of float
        When to look, ascending; the last one ends the fit.
    seeds : iterable of int
    batch_size : int

    Returns
    -------
    dict
        ``{name: {"accuracy": rows, "steps": rows}}``: a row for each seed, with one entry for each
        of ``seconds``.

    Raises
    ------
    ValueError
        If ``seconds`` is empty or not ascending.
    """
    if not len(seconds) or list(seconds) != sorted(seconds):
        raise ValueError(f"seconds are {list(seconds)}, expected one or more, ascending")
    outcome: dict[str, dict[str, list[list[float]]]] = {}
    seeds = list(seeds)
    for name, build in builders.items():
        outcome[name] = {"accuracy": [], "steps": []}
        for seed in seeds:
            keras.backend.clear_session()
            keras.utils.set_random_seed(seed)
            watch = _StopWatch(held_out, seconds)
            model = build()
            # More epochs than any fit will need: the watch ends it.
            model.fit(*train, batch_size=batch_size, epochs=10**6, verbose=0, callbacks=[watch])
            outcome[name]["accuracy"].append(watch.accuracy)
            outcome[name]["steps"].append(watch.steps)
    return outcome


class _StopWatch(keras.callbacks.Callback):
    """Counts processor time from its making on, less what its own looks take."""

    def __init__(self, held_out: Pair, seconds: Sequence[float]) -> None:
        super().__init__()
        self.held_out, self.seconds = held_out, list(seconds)
        self.begun = time.process_time()
        self.step = 0
        self.accuracy: list[float] = []
        self.steps: list[float] = []

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        self.step += 1
        now = time.process_time()
        while self.seconds and now - self.begun >= self.seconds[0]:
            self.seconds.pop(0)
            x, y = self.held_out
            answers = self.model.predict(x, batch_size=500, verbose=0)[:, 0] > 0.5
            self.accuracy.append(float(np.mean(answers == y)))
            self.steps.append(float(self.step))
        self.begun += time.process_time() - now
        self.model.stop_training = not self.seconds


def _race() -> dict[str, dict[str, list[list[float]]]]:
    """All contenders on the task of the chapter on sentiment."""
    data = reviews.load("embedded", n_train=4000, n_test=1000)
    train, held_out = sentiment.prepare(data, sentiment.IMPROVEMENTS)
    return race(racers(1000), train, held_out, seconds=(2, 5, 10, 20, 40), seeds=range(3))


RECORDS = {"race": _race}
