"""Entities as tags, one for each word: IOB2, IOB1, what is illegal, and what counts as found.

A tag is ``O``, or ``B-`` or ``I-`` and a kind, such as ``B-person``. In IOB2 every entity begins
with B. In IOB1 it begins with I, and with B only where it touches another one of its kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

OUTSIDE = "O"
SCHEMES = ("IOB2", "IOB1")

Tags = Sequence[str]


class Span(NamedTuple):
    """An entity: its kind, its first word, and the first word behind it."""

    kind: str
    start: int
    end: int


class Score(NamedTuple):
    """Entities found and right, over entities found, over entities that there are, and both."""

    precision: float
    recall: float
    f1: float
    n_right: int
    n_found: int
    n_true: int


def split(tag: str) -> tuple[str, str]:
    """Prefix and kind: ``("B", "person")``; the kind of ``O`` is empty.

    Raises
    ------
    ValueError
        If it is no tag.
    """
    prefix, dash, kind = tag.partition("-")
    if tag == OUTSIDE or (prefix in ("B", "I") and dash and kind):
        return prefix, kind
    raise ValueError(f"{tag!r} is no tag: expected O, or B- or I- and a kind, as in B-person")


def illegal(tags: Tags, scheme: str = "IOB2") -> list[int]:
    """The places at which the scheme allows no such tag.

    In IOB2 that is an I that continues no entity of its kind. In IOB1 it is a B that touches none.
    """
    _check(scheme)
    prefix_at_fault = "I" if scheme == "IOB2" else "B"
    found, before = [], ""
    for place, tag in enumerate(tags):
        prefix, kind = split(tag)
        if prefix == prefix_at_fault and kind != before:
            found.append(place)
        before = kind
    return found


def to_iob2(tags: Tags) -> list[str]:
    """IOB1 as IOB2: an I that continues no entity of its kind becomes a B."""
    wrong = {*illegal(tags, "IOB2")}
    return [f"B-{split(tag)[1]}" if i in wrong else tag for i, tag in enumerate(tags)]


def to_iob1(tags: Tags) -> list[str]:
    """IOB2 as IOB1: a B that touches no entity of its kind becomes an I."""
    wrong = {*illegal(tags, "IOB1")}
    return [f"I-{split(tag)[1]}" if i in wrong else tag for i, tag in enumerate(tags)]


def spans(tags: Tags, *, strict: bool = True) -> list[Span]:
    """The entities of a sentence, tagged as in IOB2.

    Parameters
    ----------
    tags : sequence of str
    strict : bool
        Whether an illegal I belongs to no entity. Otherwise it begins one, as in IOB1, and as
        the script of the CoNLL shared tasks counts.
    """
    found: list[Span] = []
    start, open_kind = 0, ""
    for place, tag in enumerate([*tags, OUTSIDE]):
        prefix, kind = split(tag)
        if prefix == "I" and kind == open_kind:
            continue
        if open_kind:
            found.append(Span(open_kind, start, place))
        begins = prefix == "B" or (prefix == "I" and not strict)
        start, open_kind = place, kind if begins else ""
    return found


def tags_of(found: Sequence[Span], length: int) -> list[str]:
    """IOB2 tags of a sentence of so many words with these entities.

    Raises
    ------
    ValueError
        If an entity is empty, overlaps another, or is not inside the sentence.
    """
    tags = [OUTSIDE] * length
    for kind, start, end in found:
        if not 0 <= start < end <= length or any(t != OUTSIDE for t in tags[start:end]):
            raise ValueError(
                f"{kind} at [{start}, {end}) of {length} words is empty, outside, or overlaps"
                " another: in IOB a word has one tag"
            )
        tags[start:end] = [f"B-{kind}"] + [f"I-{kind}"] * (end - start - 1)
    return tags


def score(true: Sequence[Tags], found: Sequence[Tags], *, strict: bool = True) -> Score:
    """Precision, recall and F1 of whole entities, over all sentences at once.

    An entity is right if kind, first and last word are. Where a ratio has nothing to divide by,
    it is zero.

    Parameters
    ----------
    true, found : sequence of sequences of str
        IOB2 tags, sentence by sentence.
    strict : bool
        As in `spans`. What comes out is what seqeval gives with ``mode="strict", scheme=IOB2``;
        without, what it gives by default.

    Raises
    ------
    ValueError
        If there are not as many sentences, or not as many tags in one of them.
    """
    n_right = n_found = n_true = 0
    for wanted, got in _pairs(true, found):
        a, b = {*spans(wanted, strict=strict)}, {*spans(got, strict=strict)}
        n_right, n_found, n_true = n_right + len(a & b), n_found + len(b), n_true + len(a)
    precision, recall = n_right / max(n_found, 1), n_right / max(n_true, 1)
    f1 = 2 * n_right / max(n_found + n_true, 1)
    return Score(precision, recall, f1, n_right, n_found, n_true)


def token_accuracy(true: Sequence[Tags], found: Sequence[Tags]) -> float:
    """The share of words with the right tag, which says little: most words are outside."""
    hits = [a == b for wanted, got in _pairs(true, found) for a, b in zip(wanted, got, strict=True)]
    return float(np.mean(hits)) if hits else 0.0


def tags_for(kinds: Sequence[str]) -> tuple[str, ...]:
    """All tags that these kinds need, ``O`` first."""
    return (OUTSIDE, *(f"{prefix}-{kind}" for kind in kinds for prefix in "BI"))


def allowed(tags: Tags) -> tuple[np.ndarray, np.ndarray]:
    """Which tag may come first, and which may follow which, in IOB2.

    Returns
    -------
    start : array of bool, shape (tags,)
    transitions : array of bool, shape (tags, tags)
        From the row to the column.
    """
    parts = [split(tag) for tag in tags]
    start = np.array([prefix != "I" for prefix, _ in parts])
    follows = [[prefix != "I" or kind == before for prefix, kind in parts] for _, before in parts]
    return start, np.array(follows)


def _pairs(true: Sequence[Tags], found: Sequence[Tags]) -> list[tuple[Tags, Tags]]:
    if len(true) != len(found):
        raise ValueError(f"{len(found)} sentences are tagged, expected {len(true)}: one for one")
    pairs = list(zip(true, found, strict=True))
    for i, (wanted, got) in enumerate(pairs):
        if len(wanted) != len(got):
            raise ValueError(
                f"sentence {i} has {len(wanted)} words and {len(got)} tags were found: cut off the"
                " padding by the sentence's length, and not by what was predicted there"
            )
    return pairs


def _check(scheme: str) -> None:
    if scheme not in SCHEMES:
        raise ValueError(f"scheme is {scheme!r}, expected one of {list(SCHEMES)}")
