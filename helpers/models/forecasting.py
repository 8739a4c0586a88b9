"""Networks that foretell the next values of a series."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers

from helpers.models.compiled import prepare
from helpers.models.recurrent import CELLS


def build_forecasting_model(
    features: int = 1,
    *,
    outputs: int = 1,
    cell: str = "LSTM",
    units: int | Sequence[int] = 16,
    dropout: float = 0.0,
    learning_rate: float = 0.01,
) -> keras.Model:
    """A stack of recurrent layers, and as many numbers as are to be foretold.

    Parameters
    ----------
    features : int
        Of each step of a window.
    outputs : int
        One for the next step, ``horizon`` for all steps at once, ``unknown`` for several series.
    cell : str
        ``"SimpleRNN"``, ``"GRU"`` or ``"LSTM"``.
    units : int or sequence of int
        Of each recurrent layer, from the first to the last.
    dropout : float
        Before the answer.
    learning_rate : float
        Of Adam.

    Returns
    -------
    keras.Model
        Compiled for the mean squared error; the mean absolute one is measured along.

    Raises
    ------
    ValueError
        If the cell is unknown, or there is no layer or no output.
    """
    if cell not in CELLS:
        raise ValueError(f"cell is {cell!r}, expected one of {list(CELLS)}")
    sizes = [units] if isinstance(units, int) else list(units)
    if not sizes or min(*sizes, outputs, features) < 1:
        raise ValueError(
            f"units {sizes}, features {features} and outputs {outputs}: expected at least 1 of each"
        )
    model = keras.Sequential([keras.Input((None, features))])
    for i, size in enumerate(sizes):
        model.add(CELLS[cell](size, return_sequences=i < len(sizes) - 1))
    if dropout:
        model.add(layers.Dropout(dropout))
    model.add(layers.Dense(outputs))
    model.compile(keras.optimizers.Adam(learning_rate), "mse", metrics=["mae"])
    return prepare(model)
