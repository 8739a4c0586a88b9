"""Film reviews with a sentiment label: an embedded corpus by seed, and the real IMDB reviews."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

import numpy as np

from helpers.data import review_archive
from helpers.data import review_grammar as grammar
from helpers.data.review_archive import Split

EMBEDDED_TRAIN, EMBEDDED_TEST = 20_000, 5_000
SHORTEST, LONGEST = 30, 50  # words; short enough that encoding 50 of them cuts off no cue

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
    train_kinds, test_kinds : tuple of str
        How each embedded text says what it thinks: ``"plain"``, ``"negation"``, ``"contrast"`` or
        ``"expectation"``. Empty for real reviews, of which nobody knows.
    """

    train_texts: tuple[str, ...]
    train_labels: np.ndarray
    test_texts: tuple[str, ...]
    test_labels: np.ndarray
    source: str
    train_kinds: tuple[str, ...] = ()
    test_kinds: tuple[str, ...] = ()


def load(
    source: str | None = None,
    *,
    n_train: int = 2000,
    n_test: int = 500,
    seed: int = 0,
    label_noise: float = 0.0,
) -> Reviews:
    """Load film reviews, half of them positive.

    Parameters
    ----------
    source : {"embedded", "real"}, optional
        ``"embedded"`` writes reviews from a grammar; ``"real"`` reads ``aclImdb_v1.tar.gz`` in the
        data folder, and downloads it if it is not there (see `helpers.data.downloads`). Default:
        the environment variable ``RNN_DATA``, else ``"embedded"``.
    n_train, n_test : int
        Number of texts; an odd one leaves the classes one apart.
    seed : int
        The same seed gives the same reviews, on every machine.
    label_noise : float
        Share of the *training* labels to turn round, drawn by seed; test labels stay true.

    Returns
    -------
    Reviews

    Raises
    ------
    ValueError
        If the source is unknown, there are fewer texts than asked for, ``label_noise`` is no share,
        or the archive is damaged.
    FileNotFoundError
        If ``RNN_DATA_DIR`` is not a folder, or the archive is missing and cannot be downloaded.

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
    if not 0 <= label_noise <= 1:
        raise ValueError(f"label_noise is {label_noise}, expected a share between 0 and 1")
    kinds: tuple[tuple[str, ...], ...] = ((), ())
    if source == "embedded":
        *parts, kinds = _embedded(n_train, n_test, seed)
    elif source == "real":
        parts = [*review_archive.sample(review_archive.find(), n_train, n_test, seed)]
    else:
        raise ValueError(
            f"unknown source of reviews {source!r} (argument `source` or environment variable"
            ' RNN_DATA), expected "embedded" or "real"'
        )
    (train_texts, train_labels), test = parts
    turned = np.random.default_rng([seed, 3]).random(len(train_labels)) < label_noise
    train_labels = np.where(turned, 1 - train_labels, train_labels)
    return Reviews(train_texts, train_labels, *test, source, *kinds)


def words(text: str) -> list[str]:
    """Lower-case words of ``text``, without punctuation.

    >>> words("It wasn't <b>dull</b>: 10/10!")
    ['it', "wasn't", 'b', 'dull', 'b', '10', '10']
    """
    return _WORD.findall(text.lower())


# --- embedded -------------------------------------------------------------------------------------

_Patterns = dict[str, tuple[str, ...]]
# How often each kind of cue occurs.
_KINDS = ("plain",) * 11 + ("negation",) * 3 + ("contrast",) * 3 + ("expectation",) * 3


def _embedded(
    n_train: int, n_test: int, seed: int
) -> tuple[Split, Split, tuple[tuple[str, ...], ...]]:
    sizes = {"train": (n_train, EMBEDDED_TRAIN), "test": (n_test, EMBEDDED_TEST)}
    for split, (size, most) in sizes.items():
        if size > most:
            raise ValueError(f"n_{split} is {size}, the embedded corpus has {most} {split} texts")
    patterns = _split_patterns(seed)
    train, test = (
        _write_texts(patterns[split], sizes[split][0], np.random.default_rng([seed, stream]))
        for stream, split in enumerate(_SPLITS)
    )
    return train[:2], test[:2], (train[2], test[2])


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


def _write_texts(
    patterns: _Patterns, size: int, rng: np.random.Generator
) -> tuple[tuple[str, ...], np.ndarray, tuple[str, ...]]:
    texts: dict[str, tuple[int, str]] = {}
    while len(texts) < size:
        first = int(rng.random() < 0.5)
        for label in (first, 1 - first):  # in pairs, so that every even prefix is balanced
            text, kind = _write(patterns, label, rng)
            while text in texts or not SHORTEST <= len(text.split()) <= LONGEST:
                text, kind = _write(patterns, label, rng)
            texts[text] = label, kind
    labels, kinds = zip(*[*texts.values()][:size], strict=True)
    return tuple(texts)[:size], np.array(labels), kinds


def _write(patterns: _Patterns, label: int, rng: np.random.Generator) -> tuple[str, str]:
    """One review and its kind: a cue in the first half, neutral sentences around it."""
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
    return " ".join(f"{sentence[0].upper()}{sentence[1:]}." for sentence in sentences), kind


def _fill(pattern: str, label: int, rng: np.random.Generator) -> str:
    adjectives = {"same": (grammar.BAD, grammar.GOOD)[label]}
    adjectives["other"] = (grammar.BAD, grammar.GOOD)[1 - label]
    choices = grammar.WORDS | adjectives
    return re.sub(r"\{(\w+)\}", lambda slot: _pick(choices[slot[1]], rng), pattern)


def _below(limit: int, rng: np.random.Generator) -> int:
    return int(rng.random() * limit)


def _pick(options: tuple[str, ...], rng: np.random.Generator) -> str:
    return options[_below(len(options), rng)]
