"""Does it help to begin with vectors that were trained on something else? By number of labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import keras
import numpy as np

from helpers import cooccurrence, glove, models, text
from helpers.data import glove_archive, review_grammar, reviews
from helpers.data.reviews import Reviews
from helpers.training import Pair

#: How a classifier of averaged vectors begins, and what is trained of it.
STARTS = ("from scratch", "frozen", "fine-tuned")
PENALTIES = (0.1, 1.0, 10.0, 100.0, 1000.0)  # their inverses, tried where the vectors are frozen
BATCH, LEARNING_RATE = 64, 3e-3
MAX_WORDS = 10_000  # of the real reviews


def by_labels(
    data: Reviews,
    vectors: Mapping[str, np.ndarray],
    sizes: Iterable[int],
    *,
    seeds: Iterable[int],
    length: int = 50,
    max_words: int = 5000,
    looks: Sequence[int] = (100, 300),
) -> dict[str, dict[str, list[float]]]:
    """Held-out accuracy of averaged word vectors, by the number of labelled training texts.

    All starts share the vocabulary of *all* training texts, since reading them needs no labels.
    A fifth of the labels is held back first, and decides how long a start trains, or, of frozen
    vectors, how strongly the answer's weights are held down: those are fitted to the end, by
    logistic regression. Then all labels are learned from.

    Parameters
    ----------
    data : Reviews
    vectors : mapping of word to array, shape (dim,)
    sizes : iterable of int
        How many of the training texts have a label, at least ten.
    seeds : iterable of int
        Each seed takes other texts.
    length, max_words : int
    looks : sequence of int
        Gradient steps, ascending, after which a start may end.

    Returns
    -------
    dict
        ``{start: {size: [one per seed]}}``; see `STARTS`.

    Raises
    ------
    ValueError
        If the labels that a seed draws are all the same.
    """
    vocabulary = text.build_vocabulary(data.train_texts, max_words)
    x, x_test = (
        text.encode(texts, vocabulary, length, keep="end")
        for texts in (data.train_texts, data.test_texts)
    )
    dim = len(next(iter(vectors.values())))
    matrix = glove.filter_glove(vocabulary, vectors, dim, unknown="mean")
    means, means_test = (_means(rows, matrix) for rows in (x, x_test))
    seeds = list(seeds)

    def accuracy(start: str, size: int, seed: int) -> float:
        chosen = np.random.default_rng(seed).permutation(len(x))[:size]
        labelled = x[chosen], data.train_labels[chosen]
        fit, held_back = _parts(labelled)
        if len({*fit[1]}) < 2:
            raise ValueError(f"the first {len(fit[1])} labels of seed {seed} are all the same")
        if start == "frozen":
            return _frozen((means[chosen], labelled[1]), (means_test, data.test_labels))
        build = partial(
            models.build_text_classifier,
            len(vocabulary),
            dim=dim,
            encoder="average",
            vectors=matrix if start == "fine-tuned" else None,
            learning_rate=LEARNING_RATE,
        )
        tried = _trained(build, fit, held_back, looks, seed)
        steps = looks[int(np.argmax(tried))]
        return _trained(build, labelled, (x_test, data.test_labels), [steps], seed)[-1]

    return {
        start: {str(size): [accuracy(start, size, seed) for seed in seeds] for size in sizes}
        for start in STARTS
    }


def _parts(labelled: Pair) -> tuple[Pair, Pair]:
    """What is learned from first, and the fifth that is held back."""
    x, y = labelled
    n = len(y) - len(y) // 5
    return (x[:n], y[:n]), (x[n:], y[n:])


def _means(rows: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """The mean of each text's vectors, padding left out."""
    return np.stack([matrix[row[row > 0]].mean(axis=0) for row in rows])


def _frozen(labelled: Pair, test: Pair) -> float:
    """Logistic regression on the means of texts: the answer's weights, converged."""
    from sklearn.linear_model import LogisticRegression  # takes a second

    def fitted(part: Pair, strength: float) -> Any:
        return LogisticRegression(C=strength, max_iter=10_000).fit(*part)

    fit, held_back = _parts(labelled)
    chosen = [fitted(fit, strength).score(*held_back) for strength in PENALTIES]
    return float(fitted(labelled, PENALTIES[int(np.argmax(chosen))]).score(*test))


def _trained(
    build: Callable[[], keras.Model], train: Pair, other: Pair, looks: Sequence[int], seed: int
) -> list[float]:
    """Accuracy on other texts after so many gradient steps."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    model, rng, found = build(), np.random.default_rng(seed), list[float]()
    n = len(train[0])
    batch = min(BATCH, n)
    for before, look in pairwise((0, *looks)):
        # One long epoch: short ones cost more than they do.
        wanted = (look - before) * batch
        rows = np.concatenate([rng.permutation(n) for _ in range(-(-wanted // n))])[:wanted]
        model.fit(train[0][rows], train[1][rows], batch_size=batch, shuffle=False, verbose=0)
        judged = model.evaluate(*other, batch_size=500, verbose=0, return_dict=True)
        found.append(float(judged["accuracy"]))
    return found


def _unlabelled() -> dict[str, np.ndarray]:
    """Vectors fitted to reviews that no experiment labels."""
    texts = reviews.load("embedded", n_train=10_000, n_test=1, seed=7).train_texts
    counts = cooccurrence.cooccurrences([reviews.words(text) for text in texts], window=10)
    return cooccurrence.fit(counts, dim=25, epochs=300).vectors


def agreement(
    good: Sequence[str], bad: Sequence[str], vectors: Mapping[str, np.ndarray], *, k: int = 5
) -> dict[str, float]:
    """Share of each word's ``k`` nearest words *among those given* that are of its kind.

    Parameters
    ----------
    good, bad : sequence of str
        Words without a vector are left out.
    vectors : mapping of str to array, shape (dim,)
    k : int

    Returns
    -------
    dict
        ``agreeing``: the share, in the mean over words. ``chance``: what it is in the mean when
        neighbours are drawn from the other words. ``good`` and ``bad``: how many had a vector.

    Raises
    ------
    ValueError
        If fewer than ``k + 1`` words have a vector.
    """
    kept = [[word for word in words if word in vectors] for words in (good, bad)]
    kind = np.repeat([1, 0], [len(words) for words in kept])
    if len(kind) <= k:
        raise ValueError(f"{len(kind)} words have a vector, expected more than k, which is {k}")
    rows = np.stack([vectors[word] for words in kept for word in words])
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    cosine = unit @ unit.T
    np.fill_diagonal(cosine, -np.inf)
    nearest = np.argsort(-cosine, axis=1)[:, :k]
    same = kind[:, None] == kind
    others = len(kind) - 1
    return {
        "agreeing": float(np.take_along_axis(same, nearest, axis=1).mean()),
        "chance": float(((same.sum(axis=1) - 1) / others).mean()),
        "good": len(kept[0]),
        "bad": len(kept[1]),
    }


def _opposites() -> dict[str, dict[str, float]]:
    words = {*review_grammar.GOOD, *review_grammar.BAD}
    vectors = glove_archive.load(100, words)
    kinds = review_grammar.GOOD, review_grammar.BAD
    return {str(k): agreement(*kinds, vectors, k=k) for k in (1, 5, 10)}


def _transfer() -> dict[str, Any]:
    """Embedded reviews with vectors of their own kind, and whole real ones with published ones."""
    embedded = reviews.load("embedded")
    real = reviews.load("real", n_train=8000, n_test=5000)
    published = glove_archive.load(100)
    counts = Counter(word for each in real.train_texts for word in reviews.words(each))
    known = text.build_vocabulary(real.train_texts, MAX_WORDS).keys() & counts.keys()
    read = {word: published[word] for word in known & published.keys()}
    return {
        "embedded": by_labels(embedded, _unlabelled(), (20, 100, 500, 2000), seeds=range(5)),
        "real": by_labels(
            real,
            published,
            (20, 100, 500, 2000, 8000),
            seeds=range(5),
            length=600,
            max_words=MAX_WORDS,
        ),
        "coverage": {
            "vectors": len(published),
            "vocabulary": glove.coverage(known, published).types,
            "running": glove.coverage(counts, read).tokens,
        },
    }


RECORDS = {
    "opposites": _opposites,
    "transfer": _transfer,
}
