"""The experiments of the chapter on recurrent layers: architectures, and directions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import keras
import numpy as np

from helpers.models import (
    build_bidirectional_lstm,
    build_lstm_model,
    create_models_for_comparison,
    parameters_of,
)
from helpers.tasks import adding_problem, create_long_dependency_task
from helpers.training import Task, until_solved

#: Where the comparison of architectures puts the bit: 61 steps, 30 of them after it; or the first.
BITS = {
    "first step": partial(create_long_dependency_task, sequence_length=31, dependency_gap=30),
    "middle": partial(create_long_dependency_task, sequence_length=61, dependency_gap=30),
}


def candidates(features: int, units: int = 64) -> dict[str, Callable[[], keras.Model]]:
    """What the comparison builds: each kind at equal units, and one layer as large as two."""
    names = list(create_models_for_comparison(features, units))
    return {
        **{name: partial(_one_of, name, features, units) for name in names},
        "wide LSTM": partial(build_lstm_model, features, as_large_as_two(features, units)),
    }


def as_large_as_two(features: int, units: int = 64) -> int:
    """The most units that one LSTM may have to hold no more weights than a stack of two."""
    budget = parameters_of("LSTM", features, units) + parameters_of("LSTM", units, units)
    wide = units
    while parameters_of("LSTM", features, wide + 1) <= budget:
        wide += 1
    return wide


def architectures(
    *, seeds: Iterable[int], names: Iterable[str] | None = None, steps: int = 600
) -> dict[str, dict[str, dict[str, list[float]]]]:
    """The `candidates` on three tasks of the same length of memory.

    Two have one bit to keep (see `BITS`), the third asks whether the two marked numbers of the
    adding problem, 31 steps, sum to more than one.

    Returns ``{task: {name: {"solved_at": [step or -1], "accuracy": [held out]}}}``, one entry per
    seed; solved means that the mean training loss of ten steps fell below 0.2.
    """
    seeds = list(seeds)
    names = list(names or candidates(1))

    def sum_above_one(n_samples: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        x, y = adding_problem(n_samples, 31, seed=seed)
        return x, y[:, 0] > 1

    def run(name: str, task: Task, features: int) -> dict[str, list[float]]:
        return until_solved(candidates(features)[name], task, 0.2, seeds=seeds, steps=steps)

    found = {key: {name: run(name, task, 1) for name in names} for key, task in BITS.items()}
    return {**found, "sum": {name: run(name, sum_above_one, 2) for name in names}}


def directions(
    gaps: Iterable[int], *, seeds: Iterable[int], steps: int = 400
) -> dict[str, dict[str, dict[str, list[float]]]]:
    """One early bit, read from one end and from both: LSTMs of 64 units, by gap.

    Returns ``{"one" or "both": {gap: {"solved_at": [step or -1], "accuracy": [held out]}}}``;
    solved as in `architectures`.
    """
    seeds, gaps = list(seeds), list(gaps)
    builders = {"one": build_lstm_model, "both": build_bidirectional_lstm}

    def run(build: Callable[..., keras.Model], gap: int) -> dict[str, list[float]]:
        task = partial(create_long_dependency_task, sequence_length=gap + 1, dependency_gap=gap)
        return until_solved(partial(build, 1), task, 0.2, seeds=seeds, steps=steps)

    return {name: {str(gap): run(build, gap) for gap in gaps} for name, build in builders.items()}


def _one_of(name: str, features: int, units: int) -> keras.Model:
    return create_models_for_comparison(features, units)[name]


RECORDS = {
    "architectures": partial(architectures, seeds=range(5)),
    "directions": partial(directions, (30, 60, 90), seeds=range(3)),
}
