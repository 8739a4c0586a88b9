"""From texts to the ids that a network reads: a vocabulary, and rows of equal length."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from helpers.data.reviews import Reviews, words

#: What ids 0 and 1 stand for, as in Keras' ``TextVectorization``.
PAD, UNKNOWN = 0, 1
_SPECIAL = {"": PAD, "[UNK]": UNKNOWN}


def build_vocabulary(texts: Iterable[str], max_words: int | None = None) -> dict[str, int]:
    """Number the words of ``texts``: 0 padding, 1 unknown, 2.. by frequency, then by alphabet.

    Parameters
    ----------
    texts : iterable of str
        Training texts only: what the test texts contain must not be known here.
    max_words : int, optional
        Size of the vocabulary, padding and unknown included; all words unless given.

    Raises
    ------
    ValueError
        If ``max_words`` leaves no room for a word.

    Examples
    --------
    >>> build_vocabulary(["so good, so so", "good?"])
    {'': 0, '[UNK]': 1, 'so': 2, 'good': 3}
    """
    if max_words is not None and max_words < 3:
        raise ValueError(f"max_words is {max_words}, expected at least 3: two ids are taken")
    if isinstance(texts, str):
        raise ValueError("texts is one string, expected several: put it into a list")
    counts = Counter(word for text in texts for word in words(text))
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    if max_words is not None:
        ranked = ranked[: max_words - 2]
    return _SPECIAL | {word: rank for rank, word in enumerate(ranked, start=2)}


def encode(
    texts: Sequence[str],
    vocabulary: Mapping[str, int],
    length: int,
    *,
    pad: str = "after",
    keep: str = "start",
) -> np.ndarray:
    """Rows of ``length`` ids: long texts cut, short ones padded, strange words marked unknown.

    Parameters
    ----------
    texts : sequence of str
    vocabulary : mapping of word to id
        As `build_vocabulary` makes it.
    length : int
        Timesteps of every row.
    pad : {"after", "before"}
        Where the zeros stand.
    keep : {"start", "end"}
        Which words of a text that is too long are kept.

    Returns
    -------
    array of int32, shape (texts, length)

    Raises
    ------
    ValueError
        If an argument is none of those, ``length`` is not positive, or the vocabulary gives a
        word the id of padding.
    """
    if length < 1 or pad not in ("after", "before") or keep not in ("start", "end"):
        raise ValueError(
            f"length={length}, pad={pad!r}, keep={keep!r}: expected a positive length, "
            '"after" or "before", and "start" or "end"'
        )
    if isinstance(texts, str):
        raise ValueError("texts is one string, expected several: put it into a list")
    padded = next((word for word, id in vocabulary.items() if word and id == PAD), None)
    if padded is not None:
        raise ValueError(f"the vocabulary gives {padded!r} the id {PAD}, which means padding")
    rows = np.full((len(texts), length), PAD, "int32")
    for row, text in zip(rows, texts, strict=True):
        ids = [vocabulary.get(word, UNKNOWN) for word in words(text)]
        ids = ids[:length] if keep == "start" else ids[-length:]
        start = 0 if pad == "after" else length - len(ids)
        row[start : start + len(ids)] = ids
    return rows


def encode_reviews(
    reviews: Reviews, *, max_words: int = 1000, length: int = 50
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Both sides of a split, by the training texts' vocabulary; zeros in front, ends kept.

    Returns
    -------
    x_train, y_train, x_test, y_test : arrays of int32
        Ids of shape (n, length), labels of shape (n,).
    """
    vocabulary = build_vocabulary(reviews.train_texts, max_words)
    x_train, x_test = (
        encode(texts, vocabulary, length, pad="before", keep="end")
        for texts in (reviews.train_texts, reviews.test_texts)
    )
    y_train, y_test = (y.astype("int32") for y in (reviews.train_labels, reviews.test_labels))
    return x_train, y_train, x_test, y_test
