"""Train a small model on fresh data, several times over: a claim needs more than one seed."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from helpers.models import prepare

#: Examples: x and y. ``task(n_samples, seed=…)`` draws them. ``build()`` returns a compiled model.
Pair = tuple[np.ndarray, np.ndarray]
Task = Callable[..., Pair]
Build = Callable[[], keras.Model]


class Runs(NamedTuple):
    """What `repeat` measured; the first axis is the seed."""

    loss: np.ndarray  #: training loss of every step, (seeds, steps); NaN after an early stop
    score: np.ndarray  #: held-out accuracy, or the loss if the model has no metric, (seeds,)


def repeat(
    build: Build,
    task: Task,
    *,
    seeds: Iterable[int] = range(3),
    steps: int = 200,
    batch_size: int = 64,
    callbacks: list[keras.callbacks.Callback] | None = None,
) -> Runs:
    """Train on batches that are never seen twice, once for each seed, and score on held-out data.

    A seed sets the initial weights, the training data and the held-out data.

    Parameters
    ----------
    build : callable
        Returns a compiled model. It is called for every seed, but only the first model is trained:
        the others lend it their beginnings, so that its graph is traced once.
    task : callable
        As in `helpers.tasks`, with its other arguments bound.
    seeds : iterable of int
    steps, batch_size : int
    callbacks : list of callbacks, optional
        Used for every seed.
    """
    model, losses, scores = None, [], []
    for seed in seeds:
        keras.utils.set_random_seed(seed)
        fresh = build()
        x, y = task(steps * batch_size, seed=seed)
        model = restart(model, prepare(fresh, y))
        history = StepLosses()
        model.fit(
            x,
            y,
            batch_size=batch_size,
            shuffle=False,
            verbose=0,
            callbacks=[history, *(callbacks or [])],
        )
        losses.append(history.losses + [np.nan] * (steps - len(history.losses)))
        held_out = task(1000, seed=seed + 10_000)
        scores.append(model.evaluate(*held_out, batch_size=1000, verbose=0, return_dict=True))
    key = "accuracy" if "accuracy" in scores[0] else "loss"
    return Runs(np.array(losses), np.array([score[key] for score in scores]))


def fit_repeatedly(
    build: Build,
    train: Pair | Callable[[int], Pair],
    held_out: Pair,
    *,
    seeds: Iterable[int] = range(3),
    epochs: int = 5,
    batch_size: int = 64,
    callbacks: Callable[[], list[keras.callbacks.Callback]] = list,
) -> dict[str, np.ndarray]:
    """Fit the same data once for each seed, and look at held-out data after every epoch.

    A seed sets the initial weights, the order of the batches and what dropout drops.

    Parameters
    ----------
    build : callable
        Returns a compiled model. As in `repeat`, only the first one is trained.
    train, held_out : pair of arrays
        x and y. ``train`` may also be a function that gives each seed its own, of equal shapes.
    seeds : iterable of int
    epochs, batch_size : int
    callbacks : callable
        Makes new callbacks for each seed. They see epochs; of batches, one in sixteen.

    Returns
    -------
    dict of str to array, shape (seeds, epochs)
        As in Keras' history: ``loss``, ``val_loss`` and so on; NaN after an early stop.
    """
    # Given arrays, Keras would build their pipeline anew for every epoch, which takes longer than
    # to evaluate a small model.
    watched = tf.data.Dataset.from_tensor_slices(held_out).batch(batch_size)
    model, rows = None, []
    for seed in seeds:
        keras.utils.set_random_seed(seed)
        fresh = build()
        x, y = train(seed) if callable(train) else train
        # More steps in a call leave so few calls that TensorFlow warns of a trace in each of them.
        fresh.steps_per_execution = 16
        model = restart(model, prepare(fresh, y))
        fit = model.fit(
            x,
            y,
            validation_data=watched,
            epochs=epochs,
            batch_size=batch_size,
            verbose=0,
            callbacks=callbacks(),
        )
        rows.append(fit.history)
    return {
        key: np.array([row[key] + [np.nan] * (epochs - len(row[key])) for row in rows])
        for key in rows[0]
    }


class StepLosses(keras.callbacks.Callback):
    """The loss of each training step; what Keras reports is the mean since the epoch began."""

    def __init__(self) -> None:
        super().__init__()
        self.losses: list[float] = []
        self._sum = 0.0

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self._sum = 0.0

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        total = (logs or {})["loss"] * (batch + 1)
        self.losses.append(float(total - self._sum))
        self._sum = total


class StopBelow(StepLosses):
    """Stop training when the mean loss of the last ``window`` steps is below ``threshold``."""

    def __init__(self, threshold: float, window: int = 10) -> None:
        super().__init__()
        self.threshold, self.window = threshold, window

    def on_train_begin(self, logs: dict | None = None) -> None:
        self.losses = []

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        super().on_train_batch_end(batch, logs)
        latest = self.losses[-self.window :]
        if len(latest) == self.window and np.mean(latest) < self.threshold:
            self.model.stop_training = True


def until_solved(
    build: Build, task: Task, goal: float, *, seeds: Iterable[int], steps: int
) -> dict[str, list[float]]:
    """Train each seed until the mean loss of ten steps is below ``goal``, or the steps are over.

    Returns ``{"solved_at": [step or -1], "accuracy": [held out]}``, one entry per seed.
    """
    runs = repeat(build, task, seeds=seeds, steps=steps, callbacks=[StopBelow(goal)])
    solved = [first_below(losses, goal) for losses in runs.loss]
    return {"solved_at": solved, "accuracy": runs.score.tolist()}


def first_below(losses: np.ndarray, threshold: float, window: int = 10) -> int:
    """The first step at which the mean of the last ``window`` losses is lower; -1 if none is."""
    means = np.convolve(losses, np.ones(window) / window, mode="valid")
    below = np.flatnonzero(means < threshold)
    return int(below[0]) + window if len(below) else -1


def milliseconds(
    models: Mapping[Hashable, keras.Model], x: np.ndarray, y: np.ndarray, *, rounds: int = 15
) -> dict[Hashable, float]:
    """Processor time of one training step of each model, in milliseconds: the least of several.

    The clock is the processor's, which stands while another process has its turn, and the models
    take turns, so that whatever else the machine does at a time, it does to all of them.

    Parameters
    ----------
    models : mapping of names to keras.Model
        Compiled. They are trained.
    x, y : array
        The batch.
    rounds : int
        Steps of each, after some in which its graph is traced.
    """
    times: dict[Hashable, list[float]] = {name: [] for name in models}
    for model in models.values():
        for _ in range(10):  # after fewer, the next one's graph is traced too soon: a warning
            model.train_on_batch(x, y)
    for _ in range(rounds):
        for name, model in models.items():
            begun = time.process_time()
            model.train_on_batch(x, y)
            times[name].append(time.process_time() - begun)
    return {name: 1000 * min(took) for name, took in times.items()}


def restart(model: keras.Model | None, fresh: keras.Model) -> keras.Model:
    """Give a trained model all that a fresh one begins with; the fresh one if there is no other.

    That is its weights, and the states of its dropout and of its optimizer: a graph that has been
    traced is traced no more.
    """
    if model is None:
        return fresh
    for old, new in zip(_state(model), _state(fresh), strict=True):
        old.assign(new)
    return model


def _state(model: keras.Model) -> list[keras.Variable]:
    return [*model.variables, *model.optimizer.variables]
