"""Characters foretold: a network beside counts and compressors, and what it writes then."""

from __future__ import annotations

import bz2
import lzma
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import keras
import numpy as np

from helpers import decoding, samples
from helpers.data import prose
from helpers.models.text_generator import (
    TextGenerator,
    build_text_generator,
    fit_streams,
    streams,
)
from helpers.ngrams import KneserNey

COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "bz2": bz2.compress,
    "xz": lambda data: lzma.compress(data, preset=9),
}
ORDERS = (1, 2, 3, 4, 5, 6, 7, 8)
ROWS, TIMESTEPS = 16, 50  # of a window in training


def compressed_bits(text: prose.Prose) -> dict[str, float]:
    """Bits a character that the test adds to the compressed training text."""
    return {
        name: 8
        * (len(press((text.train + text.test).encode())) - len(press(text.train.encode())))
        / len(text.test)
        for name, press in COMPRESSORS.items()
    }


def counted_bits(text: prose.Prose, orders: Iterable[int] = ORDERS) -> dict[int, dict[str, float]]:
    """Bits a character of Kneser-Ney models, and the seconds of processor time that they took."""
    found = {}
    for order in orders:
        began = time.process_time()
        model = KneserNey(text.train, order=order, alphabet=prose.ALPHABET)
        bits = float(model.bits(text.test).mean())
        found[order] = {"bits": bits, "seconds": time.process_time() - began}
    return found


def network_bits(generator: TextGenerator, text: str, rows: int = 20) -> np.ndarray:
    """Bits for each character but the first of so many parts of a text: (rows, characters - 1).

    The network begins each part without a state, so the first few are dear.
    """
    parts = streams(prose.encode(text), rows)
    log_p, _ = generator.read(parts[:, :-1])
    return -np.take_along_axis(log_p, parts[:, 1:, None], axis=2)[..., 0] / np.log(2)


def train(
    text: prose.Prose,
    seconds: float,
    *,
    marks: Sequence[float] = (),
    judge: str = "",
    seed: int = 0,
    carry: bool = True,
    learning_rate: float = 0.003,
    **options: Any,
) -> tuple[TextGenerator, list[list[float]]]:
    """A network after so many seconds of processor time, and its bits on ``judge`` on the way.

    Parameters
    ----------
    text : Prose
    seconds : float
        Of processor time; what the judging takes is not counted.
    marks : sequence of float
        After how many seconds to judge.
    judge : str
        The text to judge by.
    seed : int
    carry : bool
        See `helpers.models.fit_streams`.
    learning_rate : float
        Falls from here, along a line, to zero at the end.
    options
        Of `helpers.models.build_text_generator`.

    Returns
    -------
    TextGenerator
    list of [seconds, bits per character]
    """
    keras.utils.set_random_seed(seed)
    generator = build_text_generator(len(prose.ALPHABET), learning_rate=learning_rate, **options)
    optimizer = generator.training.optimizer
    found: list[list[float]] = []
    clock = {"began": time.process_time(), "judging": 0.0}

    def look(step: int, loss: float) -> bool:
        spent = time.process_time() - clock["began"] - clock["judging"]
        if len(found) < len(marks) and spent >= marks[len(found)]:
            before = time.process_time()
            found.append([spent, float(network_bits(generator, judge).mean())])
            clock["judging"] += time.process_time() - before
        optimizer.learning_rate = learning_rate * max(0.0, 1 - spent / seconds)
        return spent >= seconds

    fit_streams(
        generator,
        prose.encode(text.train),
        rows=ROWS,
        timesteps=TIMESTEPS,
        steps=10**9,
        carry=carry,
        each_step=look,
    )
    return generator, found


#: Of 256 units: what is tried, for so many seconds, on held-out reviews.
GRID = tuple((rate, dropout) for rate in (0.003, 0.006) for dropout in (0.0, 0.2))
UNITS, TRIAL, WHOLE = 256, 150.0, 300.0
SHARES = (0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 0.99)  # of the time, when it is looked at
SEEDS = (0, 1, 2)
HELD_OUT = 25_000  # characters


def characters() -> dict[str, Any]:
    """Real reviews: bits a character by everybody, and what the network writes afterwards."""
    text = prose.load("real", n_train=950_000)
    others = text.train[450_000:]
    text = prose.Prose(text.train[:450_000], text.test, text.source)
    part = prose.Prose(text.train[:-HELD_OUT], text.train[-HELD_OUT:], text.source)
    grid = [_trial(part, rate, dropout) for rate, dropout in GRID]
    rate, dropout = GRID[int(np.argmin(grid))]
    marks = [share * WHOLE for share in SHARES]
    runs = [
        train(
            text,
            WHOLE,
            marks=marks,
            judge=text.test,
            seed=seed,
            units=UNITS,
            learning_rate=rate,
            dropout=dropout,
        )
        for seed in SEEDS
    ]
    generator, judge = runs[0][0], samples.counted(others)
    return {
        "sizes": [len(text.train), len(text.test)],
        "compressed": compressed_bits(text),
        "counted": counted_bits(text),
        "held out": {
            "counted": counted_bits(part, (6, 7)),
            "grid": [[*setting, bits] for setting, bits in zip(GRID, grid, strict=True)],
            "forgotten": _trial(part, rate, dropout, carry=False),
        },
        "curves": [curve for _, curve in runs],
        "by place": network_bits(generator, text.test, rows=500)[:, :99].mean(axis=0).tolist(),
        "written": samples.compared(generator, text, judge),
        "drift": samples.drift(generator, judge, [*samples.pieces(text.test, 400)]),
    }


def _trial(part: prose.Prose, rate: float, dropout: float, *, carry: bool = True) -> float:
    """Bits on held-out reviews, when the time for a trial is up."""
    generator, _ = train(part, TRIAL, carry=carry, units=UNITS, learning_rate=rate, dropout=dropout)
    return float(network_bits(generator, part.test).mean())


#: Of a control: seconds, and how many characters a network has read when it is asked.
CONTROL, CONTEXTS = 100.0, (1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 100)
GROUPS = 5  # of reviews, each with draws of its own


def controls(seeds: Iterable[int] = range(2)) -> dict[str, Any]:
    """What one network, one draw and a race leave open, asked of smaller runs from two starts."""
    text = prose.load("real", n_train=950_000, n_test=400_000)
    judge, many = samples.counted(text.train[450_000:]), [*samples.pieces(text.test, 400)]
    text = prose.Prose(text.train[:450_000], text.test[:50_000], text.source)
    counts, lexicon = samples.counted(text.train), {*samples.words(text.train)}
    settings: dict[str, Any] = {"units": UNITS, "learning_rate": 0.006, "dropout": 0.2}
    runs = []
    for seed in seeds:
        generator, _ = train(text, CONTROL, seed=seed, **settings)
        anew, _ = train(text, CONTROL, seed=seed, carry=False, **settings)
        groups = [
            samples.drift(generator, judge, many[number::GROUPS], seed=number)
            for number in range(GROUPS)
        ]
        settled: dict[str, dict[str, Any]] = {
            "temperature 0.8": {"temperature": 0.8},
            "top-p of 0.9": {"top_p": 0.9},
        }
        written = {
            name: samples.judged(
                samples.write(generator.step, generator.begin(20), 20, samples.LENGTH, **setting),
                lexicon,
                judge,
            )
            for name, setting in settled.items()
        }
        runs.append(
            {
                **beside(generator, counts, text.test),
                "begun anew": float(network_bits(anew, text.test).mean()),
                "reach": reach(generator, text.test),
                "drift": {  # of each group, by fifty places
                    name: [
                        np.reshape(group[name], (-1, 50)).mean(axis=1).tolist() for group in groups
                    ]
                    for name in groups[0]
                },
                "written": {
                    name: {key: found[key] for key in ("known", "distinct", "bits")}
                    for name, found in written.items()
                },
            }
        )
    return {"reviews": len(many), "runs": runs}


def beside(generator: TextGenerator, counts: KneserNey, text: str) -> dict[str, float]:
    """Bits of a network, of counts and of their mean; what they leave to the unlikely.

    ``left`` is the probability that the network gives to all that a top-p of nine tenths cuts
    off, and ``came`` the share of real characters that are among it.
    """
    parts = streams(prose.encode(text), 20)
    log_p, _ = generator.read(parts[:, :-1])
    network = np.exp(np.take_along_axis(log_p, parts[:, 1:, None], axis=2)[..., 0])
    counted = np.array([2.0 ** -counts.bits(prose.decode(row))[1:] for row in parts])
    cut = decoding.probabilities(log_p, top_p=0.9) == 0
    return {
        "network": float(-np.log2(network).mean()),
        "counts": float(-np.log2(counted).mean()),
        "half of each": float(-np.log2((network + counted) / 2).mean()),
        "left": float((np.exp(log_p) * cut).sum(axis=-1).mean()),
        "came": float(np.take_along_axis(cut, parts[:, 1:, None], axis=2).mean()),
    }


def reach(
    generator: TextGenerator, text: str, *, n: int = 4000, longest: int = 200, seed: int = 0
) -> dict[str, list[float]]:
    """How many bits more the same characters cost after few than after ``longest`` others.

    For each of `CONTEXTS`: mean over so many places, and its standard error.
    """
    ids = prose.encode(text)
    at = np.random.default_rng(seed).choice(np.arange(longest, len(ids)), n, replace=False)

    def cost(length: int) -> np.ndarray:
        log_p = [
            generator.read(np.array([ids[place - length : place] for place in some]))[0][:, -1]
            for some in np.array_split(at, 10)
        ]
        return -np.concatenate(log_p)[np.arange(n), ids[at]] / np.log(2)

    most = cost(longest)
    more = {length: cost(length) - most for length in CONTEXTS}
    return {
        str(length): [float(each.mean()), float(each.std() / np.sqrt(n))]
        for length, each in more.items()
    }


RECORDS = {"characters": characters, "character_controls": controls}
