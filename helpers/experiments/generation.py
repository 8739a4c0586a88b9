"""Characters foretold and written: a network beside counts and compressors, and what it writes."""

from __future__ import annotations

import bz2
import lzma
import re
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

import keras
import numpy as np

from helpers import decoding
from helpers.data import prose
from helpers.decoding import Step
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
#: Temperature and what is cut off; the same settings wherever something is written.
SETTINGS: dict[str, dict[str, Any]] = {
    "the most probable": {"temperature": 0.0},
    "temperature 0.5": {"temperature": 0.5},
    "temperature 1": {},
    "temperature 1.5": {"temperature": 1.5},
    "top-k of 5": {"top_k": 5},
    "top-p of 0.9": {"top_p": 0.9},
}


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
    parts = streams(np.array(prose.encode(text)), rows)
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
    options
        Of `helpers.models.build_text_generator`.

    Returns
    -------
    TextGenerator
    list of [seconds, bits per character]
    """
    keras.utils.set_random_seed(seed)
    generator = build_text_generator(len(prose.ALPHABET), **options)
    found: list[list[float]] = []
    clock = {"began": time.process_time(), "judging": 0.0}

    def look(step: int, loss: float) -> bool:
        spent = time.process_time() - clock["began"] - clock["judging"]
        if len(found) < len(marks) and spent >= marks[len(found)]:
            before = time.process_time()
            found.append([spent, float(network_bits(generator, judge).mean())])
            clock["judging"] += time.process_time() - before
        return spent >= seconds

    ids = np.array(prose.encode(text.train))
    fit_streams(
        generator,
        ids,
        rows=ROWS,
        timesteps=TIMESTEPS,
        steps=10**9,
        carry=carry,
        each_step=look,
    )
    return generator, found


def write(
    step: Step, state: Any, n: int, length: int, *, seed: int = 0, **setting: Any
) -> list[str]:
    """So many texts, each as if after a line break."""
    first = np.full(n, prose.ALPHABET.index("\n"))
    rng = np.random.default_rng(seed)
    written = decoding.generate(step, state, first, length=length, rng=rng, **setting)
    return [prose.decode(row) for row in written]


def words(text: str) -> list[str]:
    """Lower-case words, without what may be cut off at both ends."""
    return re.findall(r"[a-z']+", text.lower())[1:-1]


def known(texts: Iterable[str], lexicon: Collection[str]) -> float:
    """The share of words that are in a lexicon."""
    found = [word in lexicon for text in texts for word in words(text)]
    return float(np.mean(found)) if found else 0.0


def distinct(texts: Iterable[str], length: int = 4) -> float:
    """The share of runs of so many words that come only once, among all of them."""
    runs: list[tuple[str, ...]] = []
    for text in texts:
        tokens = words(text)
        runs += [tuple(tokens[at : at + length]) for at in range(len(tokens) - length + 1)]
    return len({*runs}) / len(runs) if runs else 0.0


def loop(text: str, *, times: int = 3, longest: int = 150) -> int:
    """The period with which a text ends, if it comes so many times in a row; else zero."""
    for period in range(1, min(longest, len(text) // times) + 1):
        end = text[len(text) - period :]
        if text.endswith(end * times):
            return period
    return 0


def drift(
    generator: TextGenerator, judge: KneserNey, texts: Sequence[str], seed: int = 0
) -> dict[str, list[float]]:
    """What a judge thinks of each character, by its place: real ones, drawn ones, written ones.

    ``real`` is the judge's bits of the text itself. ``given the real`` are characters drawn from
    the network after the real text, and judged there. ``given its own`` are texts that the network
    wrote alone, judged after what it wrote. If mistakes led to more mistakes, the last would rise.

    Parameters
    ----------
    generator : TextGenerator
    judge : KneserNey
        Of other texts than those that the network was trained on.
    texts : sequence of str
        Real ones, equally long.

    Returns
    -------
    dict of list of float
        Means over the texts, for each place.
    """
    rng = np.random.default_rng(seed)
    length = len(texts[0])
    ids = np.array([prose.encode("\n" + text[:-1]) for text in texts])
    log_p, _ = generator.read(ids)
    drawn = [prose.decode(row) for row in decoding.sample(log_p, rng=rng)]
    own = write(generator.step, generator.begin(len(texts)), len(texts), length, seed=seed)

    def after(context: str, characters: str) -> np.ndarray:
        if context == characters:
            return judge.bits(context)
        found = np.empty(len(context))
        for at, character in enumerate(characters):
            before = context[max(0, at - judge.order + 1) : at]
            found[at] = judge.bits(before + character)[-1]
        return found

    return {
        "real": np.mean([after(text, text) for text in texts], axis=0).tolist(),
        "given the real": np.mean(
            [after(text, other) for text, other in zip(texts, drawn, strict=True)], axis=0
        ).tolist(),
        "given its own": np.mean([after(text, text) for text in own], axis=0).tolist(),
    }


def counted_step(model: KneserNey) -> Step:
    """A Kneser-Ney model as something that can be decoded; its state is the last characters."""

    def step(tokens: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        state = np.concatenate([state, np.asarray(tokens)[:, None]], axis=1)[:, -model.order :]
        rows = [model.distribution(prose.decode(row[row >= 0])) for row in state]
        return np.log(rows), state

    return step


def nothing_read(n: int) -> np.ndarray:
    """What `counted_step` begins with."""
    return np.full((n, 1), -1)


def judged(
    texts: Sequence[str], lexicon: Collection[str], judge: KneserNey
) -> dict[str, float | str]:
    """How texts compare with real ones, and the beginning of the first."""
    return {
        "known": known(texts, lexicon),
        "distinct": distinct(texts),
        "bits": float(np.mean([judge.bits(text).mean() for text in texts])),
        "loops": float(np.mean([loop(text) > 0 for text in texts])),
        "begins": texts[0][:240],
    }


GRID: list[dict[str, Any]] = [
    {"learning_rate": rate, "units": units} for rate in (0.003, 0.01) for units in (128, 256)
]
MARKS = (15, 30, 60, 100, 150, 200, 300)
HELD_OUT, N_TEXTS, LENGTH = 25_000, 20, 800


def characters() -> dict[str, Any]:
    """Real reviews: bits a character by everybody, and what the network writes afterwards."""
    text = prose.load("real", n_train=950_000)
    others = text.train[450_000:]
    text = prose.Prose(text.train[:450_000], text.test, text.source)
    part = prose.Prose(text.train[:-HELD_OUT], text.train[-HELD_OUT:], text.source)
    grid = []
    for options in GRID:
        _, found = train(part, 100, marks=(99,), judge=part.test, **options)
        grid.append({**options, "bits": found[-1][1]})
    best = GRID[int(np.argmin([each["bits"] for each in grid]))]
    _, forgotten = train(part, 100, marks=(99,), judge=part.test, carry=False, **best)
    runs = [train(text, 301, marks=MARKS, judge=text.test, seed=seed, **best) for seed in (0, 1)]
    generator = runs[0][0]
    return {
        "sizes": [len(text.train), len(text.test)],
        "compressed": compressed_bits(text),
        "counted": counted_bits(text),
        "grid": grid,
        "forgotten": forgotten[-1][1],
        "curves": [curve for _, curve in runs],
        "by place": network_bits(generator, text.test, rows=200)[:, :200].mean(axis=0).tolist(),
        "written": written(generator, text, others),
        "drift": drift(generator, _counted(others), [*_pieces(text.test, 400)]),
    }


def written(generator: TextGenerator, text: prose.Prose, others: str) -> dict[str, Any]:
    """What a network, counts and people write, judged by counts of other texts."""
    judge, lexicon = _counted(others), {*words(text.train)}
    counts = _counted(text.train)
    found = {"people": judged([*_pieces(text.test, LENGTH)][:N_TEXTS], lexicon, judge)}
    texts = write(counted_step(counts), nothing_read(N_TEXTS), N_TEXTS, LENGTH)
    found["counts of six"] = judged(texts, lexicon, judge)
    for name, setting in SETTINGS.items():
        texts = write(generator.step, generator.begin(N_TEXTS), N_TEXTS, LENGTH, **setting)
        found[name] = judged(texts, lexicon, judge)
    return found


def _counted(text: str) -> KneserNey:
    return KneserNey(text, order=6, alphabet=prose.ALPHABET)


def _pieces(text: str, length: int) -> Iterable[str]:
    """The beginnings of paragraphs that are long enough."""
    return (line[:length] for line in text.split("\n") if len(line) >= length)


RECORDS = {"characters": characters}
