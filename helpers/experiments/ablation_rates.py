"""Was it the part that was left out, or the learning rate? The ablation at several rates."""

from __future__ import annotations

from collections.abc import Iterable

import keras
import numpy as np

from helpers import training
from helpers.data import reviews
from helpers.data.reviews import Reviews
from helpers.experiments import sentiment

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
        One of `sentiment.IMPROVEMENTS` but ``"tuning"``, which is what this function varies.
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
    parts = tuple(i for i in sentiment.IMPROVEMENTS if i != left_out)
    if left_out == "tuning" or len(parts) == len(sentiment.IMPROVEMENTS):
        raise ValueError(f"left_out is {left_out!r}, expected an improvement other than 'tuning'")
    train, held_out = sentiment.prepare(data, parts)
    seeds = list(seeds)

    def build(rate: float) -> keras.Model:
        model = sentiment.build(parts)
        model.optimizer.learning_rate = rate
        return model

    def run(rate: float) -> list[float]:
        history = training.fit_repeatedly(
            lambda: build(rate), train, held_out, seeds=seeds, epochs=8
        )
        last: np.ndarray = history["val_accuracy"][:, -1]
        return [float(one) for one in last]

    return {f"{rate:g}": run(rate) for rate in rates}


RECORDS = {
    "ablation_depth": lambda: at_rates(
        reviews.load("embedded", n_train=4000, n_test=1000), "depth", RATES, seeds=range(3)
    ),
}
