"""How well a word's class is told by one example: from fitted vectors, or from the counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

import numpy as np

from helpers import cooccurrence, skipgram
from helpers.cooccurrence import Cooccurrence
from helpers.data import review_grammar, reviews

CLASSES = tuple(
    tuple(word.lower() for word in review_grammar.WORDS[name])
    for name in ("food", "role", "time", "place", "person", "number")
)
DIM = 25
POOL = 10_000  # texts to draw from

#: A row for each word of the counts.
Fit = Callable[[Cooccurrence, int], np.ndarray]


def told_by_one_example(vectors: Mapping[str, np.ndarray], first: int) -> float:
    """Share of words that are nearest, by cosine, to the word number ``first`` of their class.

    A word without a vector counts as wrong.
    """
    unit = {
        word: vector / norm for word, vector in vectors.items() if (norm := np.linalg.norm(vector))
    }
    nowhere = np.zeros(len(next(iter(vectors.values()))))
    examples = np.stack([unit.get(group[first], nowhere) for group in CLASSES])
    right = [
        word in unit and int(np.argmax(examples @ unit[word])) == label
        for label, group in enumerate(CLASSES)
        for word in (*group[:first], *group[first + 1 :])
    ]
    return float(np.mean(right))


def _glove(x: Cooccurrence, seed: int, *, x_max: float, learning_rate: float) -> np.ndarray:
    found = cooccurrence.fit(
        x, DIM, epochs=300, x_max=x_max, learning_rate=learning_rate, seed=seed
    )
    return np.stack([*found.vectors.values()])


def _skipgram(x: Cooccurrence, seed: int, *, both: bool, learning_rate: float) -> np.ndarray:
    found = skipgram.fit(x, DIM, both=both, learning_rate=learning_rate, seed=seed)
    return np.stack([*found.vectors.values()])


def _pmi(x: Cooccurrence, seed: int, *, negatives: int, root: float) -> np.ndarray:
    table = np.maximum(skipgram.shifted_pmi(x, negatives), 0)
    left, size, _ = np.linalg.svd(table)
    return left[:, :DIM] * size[:DIM] ** root


def _counts(x: Cooccurrence, seed: int, *, logarithm: bool) -> np.ndarray:
    return np.log1p(x.counts) if logarithm else x.counts


#: Every way to vectors, with the settings that it is tried at.
METHODS: dict[str, dict[str, Fit]] = {
    "GloVe": {
        f"x_max {x_max}, rate {rate}": partial(_glove, x_max=x_max, learning_rate=rate)
        for x_max in (10, 100)
        for rate in (0.02, 0.05, 0.2)
    },
    "skip-gram": {
        f"{'w + w~' if both else 'w'}, rate {rate}": partial(
            _skipgram, both=both, learning_rate=rate
        )
        for both in (False, True)
        for rate in (0.02, 0.05, 0.2)
    },
    "information": {
        f"k {negatives}, root {root}": partial(_pmi, negatives=negatives, root=root)
        for negatives in (1, 5)
        for root in (0.5, 1)
    },
    "counts": {
        name: partial(_counts, logarithm=name == "logarithms") for name in ("plain", "logarithms")
    },
}


def compare(
    sizes: Iterable[int],
    *,
    seeds: Sequence[int],
    methods: Mapping[str, Mapping[str, Fit]] = METHODS,
) -> dict[str, dict[str, dict[str, list[float]]]]:
    """Share right by one example: ``{method: {setting: {texts: [one per seed]}}}``.

    A seed draws the texts and the start. The mean is over seven choices of the examples.
    """
    pool = reviews.load("embedded", n_train=POOL, n_test=1, seed=7).train_texts
    words = [reviews.words(text) for text in pool]
    found: dict[str, dict[str, dict[str, list[float]]]] = {
        method: {setting: {} for setting in settings} for method, settings in methods.items()
    }
    for size in sizes:
        for seed in seeds:
            chosen = np.random.default_rng(seed).permutation(POOL)[:size]
            x = cooccurrence.cooccurrences([words[i] for i in chosen], window=10)
            for method, settings in methods.items():
                for setting, make in settings.items():
                    vectors = dict(zip(x.words, make(x, seed), strict=True))
                    shots = [told_by_one_example(vectors, first) for first in range(7)]
                    row = found[method][setting].setdefault(str(size), [])
                    row.append(float(np.mean(shots)))
    return found


RECORDS = {"skipgram": lambda: compare((100,), seeds=range(5))}
