"""The experiment of the chapter on recurrent layers: architectures at equal units."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import keras
import numpy as np

from helpers.models import create_models_for_comparison
from helpers.tasks import adding_problem, create_long_dependency_task
from helpers.training import Task, until_solved

#: Where the comparison of architectures puts the bit: 61 steps, 30 of them after it; or the first.
BITS = {
    "first step": partial(create_long_dependency_task, sequence_length=31, dependency_gap=30),
    "middle": partial(create_long_dependency_task, sequence_length=61, dependency_gap=30),
}


def architectures(
    *, seeds: Iterable[int], names: Iterable[str] | None = None, steps: int = 600
) -> dict[str, dict[str, dict[str, list[float]]]]:
    """The models of `create_models_for_comparison` on three tasks of the same length of memory.

    Two have one bit to keep (see `BITS`), the third asks whether the two marked numbers of the
    adding problem, 31 steps, sum to more than one.

    Returns ``{task: {name: {"solved_at": [step or -1], "accuracy": [held out]}}}``, one entry per
    seed; solved means that the mean training loss of ten steps fell below 0.2.
    """
    seeds = list(seeds)
    names = list(names or create_models_for_comparison(1))

    def sum_above_one(n_samples: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        x, y = adding_problem(n_samples, 31, seed=seed)
        return x, y[:, 0] > 1

    def run(name: str, task: Task, features: int) -> dict[str, list[float]]:
        def build() -> keras.Model:
            return create_models_for_comparison(features)[name]

        return until_solved(build, task, 0.2, seeds=seeds, steps=steps)

    found = {key: {name: run(name, task, 1) for name in names} for key, task in BITS.items()}
    return {**found, "sum": {name: run(name, sum_above_one, 2) for name in names}}


RECORDS = {"architectures": partial(architectures, seeds=range(5))}
