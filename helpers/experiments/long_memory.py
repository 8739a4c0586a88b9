"""The experiments of the chapter on long memory: each is recorded over seeds, and run live."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from helpers.experiments.remedies import CLIPPING
from helpers.gradients import GradientMonitor
from helpers.models import memory_model, open_gate
from helpers.tasks import (
    adding_problem,
    create_exploding_gradient_task,
    create_long_dependency_task,
)
from helpers.training import first_below, repeat, until_solved

#: Who competes in the sweep over gaps: the arguments of `contender`.
CONTENDERS: dict[str, dict[str, Any]] = {
    "SimpleRNN": {},
    "SimpleRNN, gain 0.5": {"recurrent_initializer": ("Orthogonal", {"gain": 0.5})},
    "gain 0.5, rate 0.01": {
        "recurrent_initializer": ("Orthogonal", {"gain": 0.5}),
        "learning_rate": 0.01,
    },
    "GRU": {"cell": "GRU"},
    "GRU, rate 0.01": {"cell": "GRU", "learning_rate": 0.01},
    "GRU, bias 3": {"cell": "GRU", "gate_bias": 3.0},
    "LSTM": {"cell": "LSTM"},
    "LSTM, bias 3": {"cell": "LSTM", "gate_bias": 3.0},
}
#: The four models of the classic comparison.
FOUR: dict[str, dict[str, Any]] = {
    "SimpleRNN": {},
    "SimpleRNN, clipped": {"clip": CLIPPING["global_clipnorm"]},
    "GRU": {"cell": "GRU"},
    "LSTM": {"cell": "LSTM"},
}
#: What counts as solved: the mean training loss of ten steps falls below this.
SOLVED = {"long dependency": 0.1, "adding": 0.01}


def random_bits(
    n_samples: int, sequence_length: int = 60, dependency_gap: int = 50, *, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Zeros and ones by the toss of a coin; the label is the one at that gap from the end.

    Every other bit is as large as the one that counts, and tells nothing.
    """
    bits = np.random.default_rng(seed).integers(0, 2, size=(n_samples, sequence_length))
    return bits[..., None].astype("float32"), bits[:, sequence_length - 1 - dependency_gap]


CLASSIC_TASKS: dict[str, Callable[..., tuple[np.ndarray, np.ndarray]]] = {
    "long dependency": partial(create_long_dependency_task, sequence_length=50, dependency_gap=40),
    "exploding": partial(create_exploding_gradient_task, sequence_length=50),
    "random bits": random_bits,
}


def contender(name: str) -> keras.Model:
    """A compiled yes-or-no model of 64 units, as `CONTENDERS` describes it."""
    options = dict(CONTENDERS[name])
    bias = options.pop("gate_bias", None)
    model = memory_model(**options)
    if bias is not None:
        open_gate(model.layers[0], bias)
    return model


def sweep(
    names: Iterable[str], gaps: Iterable[int], *, seeds: Iterable[int], steps: int = 1000
) -> dict[str, dict[str, dict[str, list[float]]]]:
    """Who solves which gap of the long-dependency task, and after how many steps.

    Training stops at the step that solves the task; see `SOLVED`. A step is one batch of 64
    sequences that were never seen before.

    Returns ``{name: {gap: {"solved_at": [step or -1], "accuracy": [held out]}}}``, one entry
    per seed.
    """
    seeds, gaps = list(seeds), list(gaps)
    goal = SOLVED["long dependency"]

    def run(name: str, gap: int) -> dict[str, list[float]]:
        task = partial(create_long_dependency_task, sequence_length=gap + 1, dependency_gap=gap)
        return until_solved(partial(contender, name), task, goal, seeds=seeds, steps=steps)

    return {name: {str(gap): run(name, gap) for gap in gaps} for name in names}


def adding(
    names: Iterable[str],
    *,
    seeds: Iterable[int],
    timesteps: int = 100,
    steps: int = 2000,
    every: int = 20,
) -> dict[str, dict[str, list]]:
    """The adding problem by the models of `FOUR`: 64 units, Adam at 3e-3.

    Returns ``{name: {"loss": [[mean of every so many steps]], "solved_at": [step or -1],
    "held_out": [loss]}}``, one entry per seed.
    """
    seeds = list(seeds)
    task = partial(adding_problem, sequence_length=timesteps)

    def run(name: str) -> dict[str, list]:
        runs = repeat(partial(adder, name), task, seeds=seeds, steps=steps)
        return {
            "loss": runs.loss.reshape(len(seeds), -1, every).mean(axis=2).round(5).tolist(),
            "solved_at": [first_below(losses, SOLVED["adding"]) for losses in runs.loss],
            "held_out": runs.score.tolist(),
        }

    return {name: run(name) for name in names}


def adder(name: str) -> keras.Model:
    """A compiled model of 64 units that reads (batch, timesteps, 2) and says one number."""
    options = dict(FOUR[name])
    recurrent = getattr(layers, options.get("cell", "SimpleRNN"))(64)
    model = keras.Sequential([keras.Input((None, 2)), recurrent, layers.Dense(1)])
    model.compile(keras.optimizers.Adam(3e-3, **options.get("clip", {})), "mse")
    return model


def classic(
    task: str, *, seeds: Iterable[int], epochs: int = 30, names: Iterable[str] = FOUR
) -> dict[str, dict[str, list[list[float]]]]:
    """The classic comparison: full batches of the same 400 sequences, `FOUR` models of 32 units.

    Returns ``{name: {"norm": …, "loss": …, "accuracy": …}}``: for every seed one value an epoch;
    the norm is that of the whole gradient before clipping, the accuracy is held out.
    """
    seeds, draw = list(seeds), CLASSIC_TASKS[task]

    def run(name: str, seed: int) -> dict[str, list[float]]:
        keras.utils.set_random_seed(seed)
        model, monitor = memory_model(**{"units": 32, **FOUR[name]}), GradientMonitor()
        history = model.fit(
            _over_and_over(*draw(400, seed=seed)),
            steps_per_epoch=1,
            epochs=epochs,
            validation_data=_over_and_over(*draw(400, seed=seed + 10_000)),
            validation_steps=1,
            shuffle=False,
            callbacks=[monitor],
            verbose=0,
        ).history
        kept = {
            "norm": monitor.global_norms,
            "loss": history["loss"],
            "accuracy": history["val_accuracy"],
        }
        return {key: np.round(values, 5).tolist() for key, values in kept.items()}

    runs = {name: [run(name, seed) for seed in seeds] for name in names}
    return {
        name: {key: [one[key] for one in rows] for key in rows[0]} for name, rows in runs.items()
    }


def _over_and_over(x: np.ndarray, y: np.ndarray) -> tf.data.Dataset:
    """The same batch without end.

    Given arrays, Keras builds their pipeline anew for every epoch, which takes longer than a step.
    """
    return tf.data.Dataset.from_tensors((x, y[:, None])).repeat()


RECORDS = {
    "gaps": partial(sweep, CONTENDERS, (5, 10, 20, 30, 50, 70, 90), seeds=range(5)),
    "adding": partial(adding, FOUR, seeds=range(5)),
    "classic": lambda: {
        "long dependency": classic("long dependency", seeds=range(5)),
        "exploding": classic("exploding", seeds=range(5), epochs=20),
    },
    "published": partial(classic, "random bits", seeds=range(5)),
}
