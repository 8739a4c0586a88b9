"""Pre-trained word vectors: read them, pick those of a vocabulary, look for neighbours."""

from __future__ import annotations

import difflib
import operator
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from helpers.data.vector_text import BadRows, read_vectors

Vectors = Mapping[str, np.ndarray]


def get_glove_vectors(
    filename: str | Path, *, words: Iterable[str] | None = None, bad_rows: BadRows = "raise"
) -> dict[str, np.ndarray]:
    """Read a file of word vectors in GloVe's text format.

    Parameters
    ----------
    filename : path
        A word and its numbers on each line, between spaces. A first line of two integers (rows
        and width, as word2vec writes it) is recognised.
    words : iterable of str, optional
        Keep only these: less time, and memory for no others.
    bad_rows : {"raise", "skip"}
        What to do at a row that cannot be read: refuse the file, or leave the row out and warn.

    Returns
    -------
    dict of str to array of float32, shape (dim,)
        In the order of the file.

    Raises
    ------
    ValueError
        If the file has no rows, or is none of vectors. With ``bad_rows="raise"`` for the first
        row of another width than most, with a number that is none or not finite, or with a word
        that is not UTF-8; the message names its line. Numbers of rows that ``words`` leaves out
        are not looked at.

    Warns
    -----
    UserWarning
        For rows left out, and for words that come twice: the first row of each stays, since
        these files begin with the most frequent words.

    Notes
    -----
    A word may contain spaces, as some do in glove.840B. The format: Pennington, Socher and
    Manning (2014), https://nlp.stanford.edu/projects/glove/.
    """
    with open(filename, "rb") as stream:
        return read_vectors(stream, str(filename), words=words, bad_rows=bad_rows)


def filter_glove(
    vocabulary_dict: Mapping[str, int],
    glove_dict: Vectors,
    wordvec_dim: int,
    *,
    unknown: Literal["zeros", "mean", "random"] = "zeros",
    seed: int = 0,
) -> np.ndarray:
    """Matrix for an embedding layer: row ``i`` is the vector of the word with id ``i``.

    Parameters
    ----------
    vocabulary_dict : mapping of str to int
        Ids from 1 up, or from 2 up if 1 stands for all unknown words; none left out. Id 0 is
        padding's, and may be listed only for the empty string (as `TextVectorization` does).
    glove_dict : mapping of str to array, shape (wordvec_dim,)
    wordvec_dim : int
    unknown : {"zeros", "mean", "random"}
        Rows of words without a vector, and row 1 if no word has it: zeros, the mean of the rows
        that are known, or normal with their mean and spread.
    seed : int
        Of the random rows.

    Returns
    -------
    array of float32, shape (largest id + 1, wordvec_dim)
        Row 0 is zeros. So are unknown words' rows unless ``unknown`` says otherwise: to the
        network they are then the same as padding.

    Raises
    ------
    ValueError
        If an id is no integer, negative, 0, given to two words, or left out; or if a vector has
        another length than ``wordvec_dim``. The message names the word.
    """
    if unknown not in ("zeros", "mean", "random"):
        raise ValueError(f'unknown is {unknown!r}, expected "zeros", "mean" or "random"')
    words = _words_by_id(vocabulary_dict)
    matrix = np.zeros((max(words, default=0) + 1, wordvec_dim), dtype="float32")
    known = np.zeros(len(matrix), dtype=bool)
    for i, word in words.items():
        if word not in glove_dict:
            continue
        vector = np.asarray(glove_dict[word])
        if vector.shape != (wordvec_dim,):
            shape = vector.shape
            raise ValueError(f"the vector of {word!r} has shape {shape}, expected ({wordvec_dim},)")
        matrix[i], known[i] = vector, True
    others = ~known
    others[0] = False
    if unknown != "zeros" and known.any():
        mean, spread = matrix[known].mean(axis=0), matrix[known].std(axis=0)
        noise = np.random.default_rng(seed).normal(size=(int(others.sum()), wordvec_dim))
        matrix[others] = mean + (noise * spread if unknown == "random" else 0)
    return matrix


def _words_by_id(vocabulary: Mapping[str, int]) -> dict[int, str]:
    """Turn the vocabulary round, if each id from 1 or 2 up has exactly one word."""
    words: dict[int, str] = {}
    for word, given in vocabulary.items():
        try:
            i = operator.index(given)
        except TypeError:
            raise ValueError(f"the id of {word!r} is {given!r}, expected an integer") from None
        if i == 0 and word == "":
            continue
        if i < 1 or isinstance(given, bool):
            raise ValueError(
                f"the id of {word!r} is {given!r}, expected an integer from 1 up: 0 is padding's"
            )
        if i in words:
            raise ValueError(f"{words[i]!r} and {word!r} have the same id {i}")
        words[i] = word
    for i in range(2, max(words, default=0)):
        if i not in words:
            raise ValueError(f"no word has id {i}, but there are larger ones: leave out no id")
    return words


class Coverage(NamedTuple):
    """Shares, from 0 to 1, of what has a vector."""

    types: float
    tokens: float


def coverage(counts: Mapping[str, int] | Iterable[str], glove_dict: Vectors) -> Coverage:
    """Share of the different words (types), and of all words of the text (tokens), with a vector.

    Parameters
    ----------
    counts : mapping of str to int, or iterable of str
        How often each word occurs; or the words themselves, which are then counted. Not a
        vocabulary of ids: an id is no count. ``coverage(vocabulary.keys(), ...)`` counts each
        word once.
    glove_dict : mapping whose keys have vectors

    Raises
    ------
    ValueError
        If there are no words, or a count is negative.

    Examples
    --------
    >>> coverage({"the": 98, "zyzzyva": 2}, {"the": np.ones(3)})
    Coverage(types=0.5, tokens=0.98)
    """
    if isinstance(counts, str):
        raise ValueError(f"counts is the string {counts[:20]!r}, expected words or their counts")
    counted = counts if isinstance(counts, Mapping) else Counter(counts)
    if negative := [word for word, count in counted.items() if count < 0]:
        raise ValueError(f"the count of {negative[0]!r} is negative")
    present = {word: count for word, count in counted.items() if count}
    if not present:
        raise ValueError("there are no words to cover")
    found = [count for word, count in present.items() if word in glove_dict]
    return Coverage(len(found) / len(present), float(sum(found) / sum(present.values())))


# --- neighbours -----------------------------------------------------------------------------------


def cosine_similarity(u: np.ndarray, v: np.ndarray) -> float:
    """Cosine of the angle between two vectors; 0 if one of them is all zeros.

    >>> cosine_similarity(np.array([1.0, 0.0]), np.array([3.0, 3.0]))
    0.7071067811865475
    """
    return float(_unit(u) @ _unit(v))


def nearest(word: str, vectors: Vectors, k: int = 10) -> list[tuple[str, float]]:
    """Find the ``k`` words whose vectors point most nearly where that of ``word`` does.

    Returns
    -------
    list of (word, cosine similarity)
        The nearest first, without ``word`` itself.

    Raises
    ------
    ValueError
        If the word has no vector (the message suggests words spelled alike), or ``k`` is below 1.
    """
    return _closest(_unit(_vector(word, vectors)), vectors, k, leave_out={word})


def analogy(
    a: str, b: str, c: str, vectors: Vectors, k: int = 5, *, include_given: bool = False
) -> list[tuple[str, float]]:
    """Answer "``a`` is to ``b`` as ``c`` is to ...?" with the words nearest to b - a + c.

    Parameters
    ----------
    a, b, c : str
    vectors : mapping of str to array, shape (dim,)
    k : int
        How many answers.
    include_given : bool
        Whether ``a``, ``b`` and ``c`` may be answers. By custom they may not, and that hides how
        often the nearest word is simply ``c`` or ``b``.

    Returns
    -------
    list of (word, cosine similarity)

    Raises
    ------
    ValueError
        If a word has no vector, or ``k`` is below 1.

    Notes
    -----
    Mikolov, Yih and Zweig (2013), with vectors of length 1; on the three words left out:
    Linzen (2016), "Issues in evaluating semantic spaces using word analogies".
    """
    of_a, of_b, of_c = (_unit(_vector(word, vectors)) for word in (a, b, c))
    target = _unit(of_b - of_a + of_c)
    return _closest(target, vectors, k, leave_out=set() if include_given else {a, b, c})


def _closest(
    target: np.ndarray, vectors: Vectors, k: int, leave_out: set[str]
) -> list[tuple[str, float]]:
    if k < 1:
        raise ValueError(f"k is {k}, expected at least 1")
    words = list(vectors)
    similarities = _unit(np.array(list(vectors.values()))) @ target
    # Stable, so that words of equal similarity come in the order of the file.
    most = min(k + len(leave_out), len(words))
    bound = np.partition(similarities, -most)[-most]
    candidates = np.flatnonzero(similarities >= bound)
    candidates = candidates[np.argsort(-similarities[candidates], kind="stable")]
    found = [(words[i], float(similarities[i])) for i in candidates if words[i] not in leave_out]
    return found[:k]


def _unit(vectors: np.ndarray) -> np.ndarray:
    """Vectors of length 1 in the same directions; zeros stay zeros."""
    vectors = np.asarray(vectors)
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.where(length > 0, length, 1)


def _vector(word: str, vectors: Vectors) -> np.ndarray:
    if word in vectors:
        return vectors[word]
    # Comparing with each of 400,000 words takes seconds, so first those that can be alike.
    folded = word.lower()
    alike = [
        other
        for other in vectors
        if abs(len(other) - len(word)) <= 2 and other[:1].lower() == folded[:1]
    ]
    close = difflib.get_close_matches(folded, alike, n=3)
    hint = f"; did you mean {' or '.join(map(repr, close))}?" if close else ""
    raise ValueError(f"{word!r} has no vector among {len(vectors)} words{hint}")
