"""The bell of the chapter on gates: how fast each cell learns to hold a value, by learning rate."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import keras
from keras import layers

from helpers.models import prepare
from helpers.tasks import write_and_hold
from helpers.training import repeat

CELLS = ("SimpleRNN", "GRU")
RATES = (0.003, 0.01, 0.03)


def bell(
    cells: Iterable[str],
    rates: Iterable[float],
    *,
    seeds: Iterable[int],
    steps: int = 1500,
    every: int = 30,
) -> dict[str, dict[str, dict[str, list]]]:
    """Four units on `write_and_hold` with twenty steps, in new batches of 64, with Adam.

    Returns ``{cell: {rate: {"loss": [[mean of every so many steps]], "held_out": [loss]}}}``, one
    entry per seed.
    """
    seeds, rates = list(seeds), list(rates)
    task = partial(write_and_hold, sequence_length=20)

    def run(cell: str, rate: float) -> dict[str, list]:
        runs = repeat(partial(holder, cell, rate), task, seeds=seeds, steps=steps)
        return {
            "loss": runs.loss.reshape(len(seeds), -1, every).mean(axis=2).round(5).tolist(),
            "held_out": runs.score.round(6).tolist(),
        }

    return {cell: {str(rate): run(cell, rate) for rate in rates} for cell in cells}


def holder(cell: str, learning_rate: float, units: int = 4) -> keras.Model:
    """A compiled model that reads (batch, timesteps, 2) and answers at every step."""
    recurrent = getattr(layers, cell)(units, return_sequences=True)
    model = keras.Sequential([keras.Input((None, 2)), recurrent, layers.Dense(1)])
    model.compile(keras.optimizers.Adam(learning_rate), "mse")
    return prepare(model)


RECORDS = {"bell": partial(bell, CELLS, RATES, seeds=range(10))}
