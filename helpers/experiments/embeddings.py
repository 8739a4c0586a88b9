"""What a network makes of words, of pieces of words and of characters, with as many ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from typing import NamedTuple

import numpy as np

from helpers import models, subwords, text, training
from helpers.data import reviews

#: Pieces of a word.
Cut = Callable[[str], tuple[str, ...]]


class Reading(NamedTuple):
    """A way to read words: how they are cut, and the ids of what comes out; 0 and 1 are taken."""

    cut: Cut
    ids: dict[str, int]


def words(texts: Sequence[str], size: int) -> Reading:
    """One id a word."""
    return Reading(lambda word: (word,), text.build_vocabulary(texts, size))


def characters(texts: Sequence[str], size: int) -> Reading:
    """One id a character; the last one of a word has an id of its own."""
    counts = Counter(word for review in texts for word in reviews.words(review))
    single = subwords.inventory(counts, [])[: size - 2]
    return Reading(subwords.characters, {piece: i for i, piece in enumerate(single, 2)})


def pieces(texts: Sequence[str], size: int) -> Reading:
    """Characters, and as many merges as there are ids left."""
    counts = Counter(word for review in texts for word in reviews.words(review))
    merges = subwords.learn_merges(counts, size - 2 - len(subwords.inventory(counts, [])))
    known = subwords.inventory(counts, merges)
    cut = cache(partial(subwords.split, merges=merges))
    return Reading(cut, {piece: i for i, piece in enumerate(known, 2)})


def encode(texts: Iterable[str], reading: Reading) -> list[list[int]]:
    """The ids of each text, as many as it has; what has none is unknown."""
    cut, ids = reading
    return [
        [ids.get(piece, text.UNKNOWN) for word in reviews.words(review) for piece in cut(word)]
        for review in texts
    ]


def unknown_and_length(rows: Sequence[Sequence[int]]) -> tuple[float, float]:
    """The share of unknown ids in all texts, and the timesteps of one in the mean."""
    flat = np.concatenate([np.array(row) for row in rows])
    return float(np.mean(flat == text.UNKNOWN)), len(flat) / len(rows)


def pad(rows: Sequence[Sequence[int]], length: int) -> np.ndarray:
    """Rows of ``length`` ids, padded after the text; none is cut.

    Raises
    ------
    ValueError
        If a row is longer.
    """
    if (longest := max(map(len, rows))) > length:
        raise ValueError(f"a text has {longest} ids, expected at most {length}")
    padded = np.full((len(rows), length), text.PAD, "int32")
    for row, ids in zip(padded, rows, strict=True):
        row[: len(ids)] = ids
    return padded


READINGS = {"words": words, "pieces": pieces, "characters": characters}


def compare(
    sizes: Iterable[int],
    *,
    seeds: Iterable[int],
    rates: Iterable[float] = (3e-3, 1e-2),
    n_train: int = 2000,
    epochs: int = 6,
) -> dict[str, dict[str, dict[str, list[float]]]]:
    """Held-out accuracy of a convolution over windows of three: ``{reading: {ids: …}}``.

    For each: ``{"accuracy at RATE": [one per seed], "unknown": [...], "timesteps": [...]}``.
    A seed writes other reviews. All readings have as many ids and as many steps.
    """
    sizes, rates = list(sizes), list(rates)
    found: dict[str, dict[str, dict[str, list[float]]]] = {name: {} for name in READINGS}
    for seed in seeds:
        corpus = reviews.load("embedded", n_train=n_train, n_test=1000, seed=seed)
        for name, make in READINGS.items():
            for size in sizes if name != "characters" else sizes[:1]:  # these are always as many
                reading = make(corpus.train_texts, size)
                train, test = (encode(t, reading) for t in (corpus.train_texts, corpus.test_texts))
                unknown, timesteps = unknown_and_length(test)
                told = {"unknown": unknown, "timesteps": timesteps}
                longest = max(map(len, [*train, *test]))
                fits = {
                    rate: training.fit_repeatedly(
                        partial(
                            models.build_text_classifier,
                            size,
                            dim=16,
                            encoder="convolution",
                            learning_rate=rate,
                        ),
                        (pad(train, longest), corpus.train_labels),
                        (pad(test, longest), corpus.test_labels),
                        seeds=[seed],
                        epochs=epochs,
                        batch_size=32,
                    )
                    for rate in rates
                }
                for rate, fit in fits.items():
                    told[f"accuracy at {rate:g}"] = float(fit["val_accuracy"][0, -1])
                row = found[name].setdefault(str(size), {})
                for key, value in told.items():
                    row.setdefault(key, []).append(value)
    return found


RECORDS = {"subwords": lambda: compare((100, 340), seeds=range(3))}
