"""A small Transformer encoder beside the GRU, each given the same processor time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import keras
import numpy as np
from keras import layers

from helpers import models, tasks, text
from helpers.data import reviews
from helpers.models.transformer import build_series_transformer, build_text_transformer
from helpers.training import Pair, Task

RATES = (0.001, 0.003, 0.01)  # of Adam, at the beginning; tried for every network alike
LOOKS = 5  # at held-out data, of which the best one counts
BATCH = 64
CONSTANT = 1 / 6  # the squared error of the best constant, for sums and for differences

#: Makes a compiled network for a learning rate.
Build = Callable[[float], keras.Model]
#: For a seed: the batches, the held-out data and the test.
Draw = Callable[[int], tuple[Iterator[Pair], Pair, Pair]]


def subtracting(n_samples: int, sequence_length: int, seed: int = 0) -> Pair:
    """The adding problem with another answer: the later marked number minus the earlier one.

    Whoever does not know which is the later one does no better than always to answer zero: a
    mean squared error of 1/6.
    """
    x, _ = tasks.adding_problem(n_samples, sequence_length, seed)
    values, marks = x[..., 0], x[..., 1]
    place = np.argsort(-marks, axis=1, kind="stable")[:, :2]
    first, second = (np.take_along_axis(values, place[:, i : i + 1], axis=1) for i in (0, 1))
    return x, second - first


def gru(learning_rate: float, *, units: int = 64) -> keras.Model:
    """One GRU and a number: for the two problems with marked numbers."""
    model = keras.Sequential([keras.Input((None, 2)), layers.GRU(units), layers.Dense(1)])
    model.compile(keras.optimizers.Adam(learning_rate), "mse")
    return models.prepare(model)


def train_for(
    model: keras.Model,
    batches: Iterator[Pair],
    held_out: Pair,
    *,
    seconds: float,
) -> dict[str, Any]:
    """Train for so much processor time; the rate falls to zero along a line as the time is spent.

    The clock begins after the first step, in which the graph is traced, and stands while held-out
    data are looked at. The model ends with the weights of its best look.

    Returns
    -------
    dict
        ``held out``: the loss at each of the looks. ``steps``: how many updates there were.
    """
    rate = float(model.optimizer.learning_rate)
    model.train_on_batch(*next(batches))
    losses: list[float] = []
    spent, steps, best = 0.0, 1, model.get_weights()
    while spent < seconds:
        model.optimizer.learning_rate = rate * (1 - spent / seconds)
        begun = time.process_time()
        model.train_on_batch(*next(batches))
        spent += time.process_time() - begun
        steps += 1
        if spent >= seconds * (len(losses) + 1) / LOOKS:
            losses.append(score(model, held_out))
            if losses[-1] <= min(losses):
                best = model.get_weights()
    model.set_weights(best)
    return {"held out": losses, "steps": steps}


def score(model: keras.Model, data: Pair) -> float:
    """The loss on data that it has not seen."""
    return float(model.evaluate(*data, batch_size=500, verbose=0, return_dict=True)["loss"])


def fresh(task: Task, seed: int, **sizes: int) -> Iterator[Pair]:
    """Batches that are never seen twice."""
    while True:
        x, y = task(BATCH * 50, seed=seed, **sizes)
        yield from ((x[i : i + BATCH], y[i : i + BATCH]) for i in range(0, len(x), BATCH))
        seed += 1


def rounds(x: np.ndarray, y: np.ndarray, seed: int) -> Iterator[Pair]:
    """Batches of the same examples, again and again, in another order each time."""
    rng = np.random.default_rng(seed)
    while True:
        order = rng.permutation(len(x))
        for i in range(0, len(x) - BATCH + 1, BATCH):
            yield x[order[i : i + BATCH]], y[order[i : i + BATCH]]


def race(
    contenders: Mapping[str, Build],
    draw: Draw,
    *,
    seconds: float,
    rates: Iterable[float] = RATES,
    seeds: Iterable[int] = range(3),
) -> dict[str, dict[str, Any]]:
    """Give each network the same time, at the rate that does best for it on held-out data.

    Parameters
    ----------
    contenders : mapping of name to callable
    draw : callable
        See `Draw`.
    seconds : float
        Processor time of each fit.
    rates : iterable of float
        One fit for each, with a seed of its own, chooses.
    seeds : iterable of int
        Fits with the chosen rate.

    Returns
    -------
    dict
        By name: ``rates`` (the best held-out loss at each), ``rate``, ``weights``, and a list
        over seeds of ``loss`` on the test, of ``steps``, and of ``accuracy`` if there is one.
    """
    outcome: dict[str, dict[str, Any]] = {}
    rates, seeds = list(rates), list(seeds)
    for name, build in contenders.items():
        tried = {rate: _fit(build, rate, draw, 100, seconds)["held out"] for rate in rates}
        rate = min(tried, key=lambda rate: tried[rate])
        fits = [_fit(build, rate, draw, seed, seconds) for seed in seeds]
        outcome[name] = {key: [fit[key] for fit in fits] for key in fits[0]} | {
            "rates": {str(rate): loss for rate, loss in tried.items()},
            "rate": rate,
            "weights": build(rate).count_params(),
        }
    return outcome


def _fit(
    build: Build,
    rate: float,
    draw: Draw,
    seed: int,
    seconds: float,
) -> dict[str, float]:
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    model = build(rate)
    batches, held_out, test = draw(seed)
    found = train_for(model, batches, held_out, seconds=seconds)
    tested = model.evaluate(*test, batch_size=500, verbose=0, return_dict=True)
    return tested | {"held out": min(found["held out"]), "steps": found["steps"]}


def marked_numbers(
    *, seconds: float = 15, timesteps: int = 40, **options: Any
) -> dict[str, dict[str, Any]]:
    """Sums and differences of two marked numbers in sequences of that length."""
    contenders = {
        "GRU": gru,
        "Transformer": lambda rate: build_series_transformer(2, learning_rate=rate),
        "two blocks": lambda rate: build_series_transformer(2, blocks=2, learning_rate=rate),
        "no positions": lambda rate: build_series_transformer(
            2, positions=False, learning_rate=rate
        ),
    }

    def draw(task: Task, seed: int) -> tuple[Iterator[Pair], Pair, Pair]:
        held_out, test = (task(1000, timesteps, seed=seed + far) for far in (500_000, 900_000))
        return fresh(task, 1000 * seed, sequence_length=timesteps), held_out, test

    return {
        name: race(contenders, partial(draw, task), seconds=seconds, **options)
        for name, task in (("adding", tasks.adding_problem), ("subtracting", subtracting))
    }


def opinions(
    data: reviews.Reviews,
    *,
    seconds: float = 30,
    words: int = 10_000,
    length: int = 200,
    **options: Any,
) -> dict[str, dict[str, Any]]:
    """Reviews: the end of each, padded in front; a tenth of the training texts is held out."""
    x, y, x_test, y_test = text.encode_reviews(data, max_words=words, length=length)
    n_fit = len(x) - len(x) // 10
    reader = partial(models.build_text_classifier, words, dim=32, dropout=0.3)
    transformer = partial(build_text_transformer, words, dropout=0.3)
    contenders = {
        "average": lambda rate: reader(encoder="average", learning_rate=rate),
        "GRU": lambda rate: reader(encoder="GRU", units=64, learning_rate=rate),
        "Transformer": lambda rate: transformer(learning_rate=rate),
        "no positions": lambda rate: transformer(positions=False, learning_rate=rate),
    }

    def draw(seed: int) -> tuple[Iterator[Pair], Pair, Pair]:
        order = np.random.default_rng(seed).permutation(len(x))
        fit, held_out = order[:n_fit], order[n_fit:]
        return rounds(x[fit], y[fit], seed), (x[held_out], y[held_out]), (x_test, y_test)

    return race(contenders, draw, seconds=seconds, **options)


RECORDS = {
    "next_numbers": marked_numbers,
    "next_reviews": lambda: opinions(reviews.load("real", n_train=10_000, n_test=10_000)),
}
