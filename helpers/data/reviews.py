"""Film reviews with a sentiment label: an embedded corpus by seed, and the real IMDB reviews."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass

import numpy as np

from helpers.data import review_archive
from helpers.data import review_grammar as grammar
from helpers.data.review_archive import Split

EMBEDDED_TRAIN, EMBEDDED_TEST = 20_000, 5_000
SHORTEST, LONGEST = 30, 50  # words; no longer than `encode` keeps, so that no cue is cut off

_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)*")
_SPLITS = ("train", "test")


@dataclass(frozen=True, eq=False)
class Reviews:
    """Texts with labels (0 negative, 1 positive), split once and for all.

    Attributes
    ----------
    train_texts, test_texts : tuple of str
    train_labels, test_labels : array of int, shape (n,)
    source : str
        ``"embedded"`` or ``"real"``.
    """

    train_texts: tuple[str, ...]
    train_labels: np.ndarray
    test_texts: tuple[str, ...]
    test_labels: np.ndarray
    source: str


def load(
    source: str | None = None, *, n_train: int = 2000, n_test: int = 500, seed: int = 0
) -> Reviews:
    """Load film reviews, half of them positive.

    Parameters
    ----------
    source : {"embedded", "real"}, optional
        ``"embedded"`` writes reviews from a grammar; ``"real"`` reads ``aclImdb_v1.tar.gz`` in the
        folder that the environment variable ``RNN_DATA_DIR`` names. Default: the environment
        variable ``RNN_DATA``, else ``"embedded"``.
    n_train, n_test : int
        Number of texts; an odd one leaves the classes one apart.
    seed : int
        The same seed gives the same reviews, on every machine.

    Returns
    -------
    Reviews

    Raises
    ------
    ValueError
        If the source is unknown, there are fewer texts than asked for, or the archive is damaged.
    FileNotFoundError
        If the folder or the archive of the real reviews is missing.

    Notes
    -----
    Embedded: no sentence pattern that carries sentiment serves both training and test texts, and
    no text is repeated. Smaller samples are the beginning of larger ones. Negation ("not dull"),
    contrast ("dull but moving") and expectation ("I expected ... but ...") make word order count.
    Real: Maas et al. (2011).

    Examples
    --------
    >>> reviews = load("embedded", n_train=4, n_test=2)
    >>> len(reviews.train_texts), int(reviews.train_labels.sum())
    (4, 2)
    """
    source = source or os.environ.get("RNN_DATA") or "embedded"
    for name, size in (("n_train", n_train), ("n_test", n_test)):
        if size < 1:
            raise ValueError(f"{name} is {size}, expected at least 1")
    if source == "embedded":
        parts = _embedded(n_train, n_test, seed)
    elif source == "real":
        parts = review_archive.sample(review_archive.find(), n_train, n_test, seed)
    else:
        raise ValueError(
            f"unknown source of reviews {source!r} (argument `source` or environment variable"
            ' RNN_DATA), expected "embedded" or "real"'
        )
    return Reviews(*parts[0], *parts[1], source=source)


def encode(
    reviews: Reviews, *, max_words: int = 1000, length: int = 50
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Turn words into ids: 0 padding (in front), 1 unknown, 2.. training words by frequency.

    Parameters
    ----------
    reviews : Reviews
    max_words : int
        Size of the vocabulary, padding and unknown included; every id is smaller.
    length : int
        Words per text: the last ones are kept.

    Returns
    -------
    x_train, y_train, x_test, y_test : arrays of int32
        Ids of shape (n, length), labels of shape (n,).
    """
    if max_words < 3 or length < 1:
        raise ValueError(f"max_words is {max_words} and length {length}, expected >= 3 and >= 1")
    train = [words(text) for text in reviews.train_texts]
    test = [words(text) for text in reviews.test_texts]
    counts = Counter(word for text in train for word in text)
    ranked = sorted(counts, key=lambda word: (-counts[word], word))[: max_words - 2]
    ids = {word: rank for rank, word in enumerate(ranked, start=2)}
    x_train, x_test = (_padded(texts, ids, length) for texts in (train, test))
    return (
        x_train,
        reviews.train_labels.astype("int32"),
        x_test,
        reviews.test_labels.astype("int32"),
    )


def words(text: str) -> list[str]:
    """Lower-case words of ``text``, without punctuation.

    >>> words("It wasn't <b>dull</b>: 10/10!")
    ['it', "wasn't", 'b', 'dull', 'b', '10', '10']
    """
    return _WORD.findall(text.lower())


def _padded(texts: list[list[str]], ids: dict[str, int], length: int) -> np.ndarray:
    x = np.zeros((len(texts), length), dtype="int32")
    for row, text in zip(x, texts, strict=True):
        kept = [ids.get(word, 1) for word in text[-length:]]
        row[length - len(kept) :] = kept
    return x


# --- embedded -------------------------------------------------------------------------------------

_Patterns = dict[str, tuple[str, ...]]
# How often each kind of cue occurs.
_KINDS = ("plain",) * 11 + ("negation",) * 3 + ("contrast",) * 3 + ("expectation",) * 3


def _embedded(n_train: int, n_test: int, seed: int) -> tuple[Split, Split]:
    sizes = {"train": (n_train, EMBEDDED_TRAIN), "test": (n_test, EMBEDDED_TEST)}
    for split, (size, most) in sizes.items():
        if size > most:
            raise ValueError(f"n_{split} is {size}, the embedded corpus has {most} {split} texts")
    patterns = _split_patterns(seed)
    train, test = (
        _write_texts(patterns[split], sizes[split][0], np.random.default_rng([seed, stream]))
        for stream, split in enumerate(_SPLITS)
    )
    return train, test


def _split_patterns(seed: int) -> dict[str, _Patterns]:
    """Give every pattern that carries sentiment to training (3 in 4) or to test."""
    rng = np.random.default_rng([seed, 2])
    split: dict[str, _Patterns] = {"train": {}, "test": {}}
    for kind in ("plain", "negation", "contrast", "expected", "confirmed", "reversed"):
        patterns = getattr(grammar, kind.upper())
        order = sorted(range(len(patterns)), key=rng.random(len(patterns)).tolist().__getitem__)
        cut = len(patterns) // 4
        split["test"][kind] = tuple(patterns[i] for i in order[:cut])
        split["train"][kind] = tuple(patterns[i] for i in order[cut:])
    return split


def _write_texts(patterns: _Patterns, size: int, rng: np.random.Generator) -> Split:
    texts: dict[str, int] = {}
    while len(texts) < size:
        first = int(rng.random() < 0.5)
        for label in (first, 1 - first):  # in pairs, so that every even prefix is balanced
            text = _write(patterns, label, rng)
            while text in texts or not SHORTEST <= len(text.split()) <= LONGEST:
                text = _write(patterns, label, rng)
            texts[text] = label
    return tuple(texts)[:size], np.array(list(texts.values())[:size])


def _write(patterns: _Patterns, label: int, rng: np.random.Generator) -> str:
    """One review: a cue in the first half, neutral sentences around it."""
    kind = _pick(_KINDS, rng)
    chosen: dict[str, None] = {}
    for _ in range(2 + _below(3, rng)):
        chosen[_pick(grammar.NEUTRAL, rng)] = None
    neutral = [_fill(pattern, label, rng) for pattern in chosen]
    at = _below(2, rng)  # neutral sentences before it
    if kind == "expectation":
        came_true = rng.random() < 0.5
        opening = _pick(patterns["expected"], rng).replace(
            "{kind}", "{same}" if came_true else "{other}"
        )
        outcome = _pick(patterns["confirmed" if came_true else "reversed"], rng)
        between = 1 + _below(len(neutral) - at, rng)
        sentences = [
            *neutral[:at],
            _fill(opening, label, rng),
            *neutral[at : at + between],
            outcome,
            *neutral[at + between :],
        ]
    else:
        sentences = [*neutral[:at], _fill(_pick(patterns[kind], rng), label, rng), *neutral[at:]]
    return " ".join(f"{sentence[0].upper()}{sentence[1:]}." for sentence in sentences)


def _fill(pattern: str, label: int, rng: np.random.Generator) -> str:
    adjectives = {"same": (grammar.BAD, grammar.GOOD)[label]}
    adjectives["other"] = (grammar.BAD, grammar.GOOD)[1 - label]
    choices = grammar.WORDS | adjectives
    return re.sub(r"\{(\w+)\}", lambda slot: _pick(choices[slot[1]], rng), pattern)


def _below(limit: int, rng: np.random.Generator) -> int:
    return int(rng.random() * limit)


def _pick(options: tuple[str, ...], rng: np.random.Generator) -> str:
    return options[_below(len(options), rng)]
