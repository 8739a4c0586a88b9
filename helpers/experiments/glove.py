"""Does it help to begin with vectors that were trained on something else? By number of labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import keras
import numpy as np

from helpers import cooccurrence, glove, models, text, training
from helpers.data import glove_archive, review_grammar, reviews
from helpers.data.reviews import Reviews


class Start(NamedTuple):
    """How the embedding begins, whether training moves it, and how fast (Adam's rate)."""

    pretrained: bool
    trainable: bool
    learning_rate: float


#: With frozen vectors only the answer's few weights learn, and they have a long way to go.
STARTS = {
    "from scratch": Start(pretrained=False, trainable=True, learning_rate=3e-3),
    "frozen": Start(pretrained=True, trainable=False, learning_rate=3e-2),
    "fine-tuned": Start(pretrained=True, trainable=True, learning_rate=3e-3),
}


def by_labels(
    data: Reviews,
    vectors: Mapping[str, np.ndarray],
    sizes: Iterable[int],
    *,
    seeds: Iterable[int],
    length: int = 50,
    max_words: int = 5000,
    steps: int = 300,
) -> dict[str, dict[str, list[float]]]:
    """Held-out accuracy of averaged word vectors, by the number of labelled training texts.

    All starts share the vocabulary of *all* training texts, since reading them needs no labels.

    Parameters
    ----------
    data : Reviews
    vectors : mapping of word to array, shape (dim,)
    sizes : iterable of int
        How many of the training texts have a label.
    seeds : iterable of int
        Each seed takes other texts.
    length, max_words : int
    steps : int
        Gradient steps of at most 64 texts, the same for every size.

    Returns
    -------
    dict
        ``{start: {size: [one per seed]}}``; see `STARTS`.
    """
    vocabulary = text.build_vocabulary(data.train_texts, max_words)
    x, x_test = (
        text.encode(texts, vocabulary, length) for texts in (data.train_texts, data.test_texts)
    )
    dim = len(next(iter(vectors.values())))
    matrix = glove.filter_glove(vocabulary, vectors, dim, unknown="mean")
    held_out, seeds = (x_test, data.test_labels), list(seeds)

    def accuracies(start: str, size: int) -> list[float]:
        batch = min(64, size)
        rounds = max(1, steps * batch // size)  # one long epoch: short ones cost more than they do

        def labelled(seed: int) -> training.Pair:
            chosen = np.random.default_rng(seed).permutation(len(x))[:size]
            return np.tile(x[chosen], (rounds, 1)), np.tile(data.train_labels[chosen], rounds)

        def build() -> keras.Model:
            return models.build_text_classifier(
                len(vocabulary),
                dim=dim,
                encoder="average",
                vectors=matrix if STARTS[start].pretrained else None,
                trainable=STARTS[start].trainable,
                learning_rate=STARTS[start].learning_rate,
            )

        fits = training.fit_repeatedly(
            build, labelled, held_out, seeds=seeds, epochs=1, batch_size=batch
        )
        return fits["val_accuracy"][:, -1].tolist()

    return {start: {str(size): accuracies(start, size) for size in sizes} for start in STARTS}


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


RECORDS = {
    "opposites": _opposites,
    "transfer": lambda: {
        "embedded": by_labels(
            reviews.load("embedded"), _unlabelled(), (20, 100, 500, 2000), seeds=range(5)
        ),
        "real": by_labels(
            reviews.load("real", n_train=8000, n_test=5000),
            glove_archive.load(50),
            (20, 100, 500, 2000, 8000),
            seeds=range(5),
            length=200,
            max_words=10_000,
        ),
    },
}
