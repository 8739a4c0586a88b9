"""Running text, character by character: the manual that Python brings along, or real reviews."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from helpers.data import reviews

#: Every character that a text can hold: what is no line break and not printable ASCII is replaced.
ALPHABET = "\n" + "".join(map(chr, range(32, 127)))
REPLACEMENT = "?"
_TYPOGRAPHIC = str.maketrans("‘’“”–—", "''\"\"--")


@dataclass(frozen=True)
class Prose:
    """A text to learn from and one to be judged by, with no paragraph in common.

    Attributes
    ----------
    train, test : str
        Characters of `ALPHABET`; a paragraph a line.
    source : str
        ``"manual"`` or ``"reviews"``.
    """

    train: str
    test: str
    source: str


def load(source: str | None = None, *, n_train: int = 450_000, n_test: int = 50_000) -> Prose:
    """Load English prose.

    Parameters
    ----------
    source : {"embedded", "real"}, optional
        ``"embedded"`` is the reference manual that every Python carries (``help("topics")``), a
        paragraph only once, each fifth topic held out; about 350,000 characters in all, and other
        ones with another version of Python. ``"real"`` is film reviews, see
        `helpers.data.reviews`, trained and tested on other films. Default: the environment
        variable ``RNN_DATA``, else ``"embedded"``.
    n_train, n_test : int
        At most so many characters of each.

    Returns
    -------
    Prose

    Raises
    ------
    ValueError
        If the source is unknown.
    FileNotFoundError
        If the manual is not installed, or the reviews are missing and cannot be downloaded.
    """
    source = source or os.environ.get("RNN_DATA") or "embedded"
    if source == "embedded":
        train, test = _manual()
        return Prose(train[:n_train], test[:n_test], "manual")
    if source == "real":
        found = reviews.load("real", n_train=_reviews(n_train), n_test=_reviews(n_test))
        return Prose(
            clean(found.train_texts)[:n_train], clean(found.test_texts)[:n_test], "reviews"
        )
    raise ValueError(
        f"unknown source of prose {source!r} (argument `source` or environment variable RNN_DATA),"
        ' expected "embedded" or "real"'
    )


def clean(paragraphs: Iterable[str]) -> str:
    """One line for each paragraph that is not empty, in the characters of `ALPHABET`."""
    lines = (" ".join(paragraph.translate(_TYPOGRAPHIC).split()) for paragraph in paragraphs)
    return re.sub(r"[^\n -~]", REPLACEMENT, "\n".join(line for line in lines if line))


def encode(text: str) -> np.ndarray:
    """The place of each character in `ALPHABET`, shape (len(text),).

    Raises
    ------
    ValueError
        If a character is not in it: says which and where.
    """
    places = {character: place for place, character in enumerate(ALPHABET)}
    try:
        return np.array([places[character] for character in text], int)
    except KeyError as error:
        at = text.index(error.args[0])
        raise ValueError(
            f"character {at} is {error.args[0]!r}, which the alphabet lacks: see `prose.clean`"
        ) from None


def decode(ids: Iterable[int]) -> str:
    """The characters at these places of `ALPHABET`."""
    return "".join(ALPHABET[int(place)] for place in ids)


def _reviews(n_characters: int) -> int:
    """More than enough, and an even number: a review has about 1,300 characters."""
    return 2 * (n_characters // 1000 + 2)


def _manual() -> tuple[str, str]:
    """Topics overlap: what was in an earlier one is left out, or the test would be known."""
    try:
        from pydoc_data.topics import topics
    except ImportError as error:
        raise FileNotFoundError(
            "this Python came without its manual (pydoc_data.topics): install the whole standard"
            ' library, or read reviews instead, prose.load("real")'
        ) from error
    seen: set[str] = set()
    parts: tuple[list[str], list[str]] = ([], [])
    for number, topic in enumerate(topics.values()):
        for paragraph in re.split(r"\n\s*\n", topic):
            line = clean([paragraph])
            if line and line not in seen:
                seen.add(line)
                parts[number % 5 == 4].append(line)
    return "\n".join(parts[0]), "\n".join(parts[1])
