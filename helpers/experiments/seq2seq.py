"""Dates and sentences: what an encoder and a decoder get right, and scores that say more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import keras
import numpy as np

from helpers import decoding
from helpers.data import dates
from helpers.models.encoder_decoder import EncoderDecoder, build_encoder_decoder
from helpers.tokens import Vocabulary

RATES = (0.005, 0.01, 0.02)  # of Adam, tried with attention and without
LARGER = (0.03, 0.04)  # tried without
BATCH = 64


def date_task(data: dates.Dates) -> tuple[Vocabulary, Vocabulary]:
    """Characters of the sources and of the targets, from the training part alone."""
    return Vocabulary.of(data.train_sources), Vocabulary.of(data.train_targets)


def write(
    model: EncoderDecoder, source: np.ndarray, target: Vocabulary, *, max_length: int = 12
) -> list[str]:
    """What the model writes, greedily, fed with nothing but its own tokens."""
    found = decoding.greedy(
        model.step, model.begin(source), start=target.start, end=target.end, max_length=max_length
    )
    return ["".join(target.decode(ids)) for ids in found]


def exact_match(found: Sequence[str], expected: Sequence[str]) -> float:
    """The share of answers that are right from the first token to the last."""
    return float(np.mean([a == b for a, b in zip(found, expected, strict=True)]))


def learn_dates(
    data: dates.Dates,
    *,
    attention: str | None,
    seed: int,
    learning_rate: float = 0.01,
    looks: Sequence[int] = (250, 500),
    units: int = 64,
    every: int = 1,
) -> tuple[EncoderDecoder, dict[str, list[float]]]:
    """Train on the pairs in their order, no pair twice, and look at held-out days at some steps.

    Parameters
    ----------
    data : Dates
    attention : {None, "dot", "additive"}
    seed : int
        Of the weights.
    learning_rate : float
        Of Adam.
    looks : sequence of int
        Steps of 64 pairs after which to look; the last ends the training.
    units : int
    every : int
        Look at one held-out pair of so many.

    Returns
    -------
    model : EncoderDecoder
    found : dict
        Per look: ``"exact"`` (free running), ``"free"`` and ``"forced"``, the token accuracy free
        running and given the right tokens so far.
    """
    keras.utils.set_random_seed(seed)
    source, target = date_task(data)
    x, y = source.encode(data.train_sources), target.encode(data.train_targets, ends=True)
    tests, wanted = data.test_sources[::every], data.test_targets[::every]
    x_test, y_test = source.encode(tests), target.encode(wanted, ends=True)
    model = build_encoder_decoder(
        len(source), len(target), units=units, attention=attention, learning_rate=learning_rate
    )
    found: dict[str, list[float]] = {"exact": [], "free": [], "forced": []}
    for begin, end in zip([0, *looks], looks, strict=False):
        rows = slice(begin * BATCH, end * BATCH)
        model.training.fit(
            [x[rows], y[rows, :-1]], y[rows, 1:], batch_size=BATCH, shuffle=False, verbose=0
        )
        answers = write(model, x_test, target)
        found["exact"].append(exact_match(answers, wanted))
        hits = [
            np.mean([a == b for a, b in zip(got.ljust(10), right, strict=False)])
            for got, right in zip(answers, wanted, strict=True)
        ]
        found["free"].append(float(np.mean(hits)))
        logits = model.training([x_test, y_test[:, :-1]]).numpy()
        real = y_test[:, 1:] > 0
        found["forced"].append(float((logits.argmax(-1) == y_test[:, 1:])[real].mean()))
    return model, found


def all_dates(seeds: Iterable[int] = range(3)) -> dict[str, Any]:
    """Exact match on held-out days after 250 and 500 steps, by attention, rate and seed."""
    return _compared((None, "dot"), RATES, [*seeds])


def larger_rates(seeds: Iterable[int] = range(3)) -> dict[str, Any]:
    """The same without attention, at rates beyond the largest that both were offered."""
    return _compared((None,), LARGER, [*seeds])


def _compared(
    attentions: Sequence[str | None], rates: Sequence[float], seeds: Sequence[int]
) -> dict[str, Any]:
    data = dates.load()
    outcome: dict[str, Any] = {"looks": [250, 500], "runs": {}}
    for attention in attentions:
        for rate in rates:
            rows = [
                learn_dates(data, attention=attention, seed=seed, learning_rate=rate)[1]
                for seed in seeds
            ]
            name = attention or "none"
            outcome["runs"].setdefault(name, {})[str(rate)] = {
                key: [row[key] for row in rows] for key in rows[0]
            }
    return outcome


RECORDS = {"dates": all_dates, "date_rates": larger_rates}
