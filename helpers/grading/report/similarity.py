"""Which submissions say the same where most of the class says something else.

Passages are found by winnowing (copydetect; Schleimer, Wilkerson & Aiken, SIGMOD 2003) in code in
which every variable has the same name. A passage counts the more the fewer learners have it: what
the task itself suggests is in many notebooks. Released code and the author's solution count for
nothing.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from typing import TypedDict

import numpy as np
from copydetect import CodeFingerprint, compare_files
from sklearn.feature_extraction.text import TfidfTransformer, TfidfVectorizer

LENGTH = 25  # characters of a passage, each name counted as one
OWN = 80  # passages that a pair shares at least: one mistake in common is some 30
COMMON = 0.25  # of a class: what so many share is nobody's own
FEW = 5  # submissions that may share a passage however small the class
BLOCK = 500  # submissions that are compared with all others at a time


@dataclass(frozen=True)
class Pair:
    """Two submissions, and how alike they are."""

    students: tuple[str, str]
    alike: float  #: 0 if they share nothing of their own, 1 if they share all of it
    literally: float  #: the part of the shared lines that has the same names, too


class Segment(TypedDict):
    """A stretch of a source, and whether the other source has it too."""

    text: str
    shared: bool


def pairs(sources: Mapping[str, str], known: Iterable[str], least: float) -> list[Pair]:
    """The pairs that share enough of their own, the most alike first.

    Parameters
    ----------
    sources : mapping of str to str
        What each learner wrote.
    known : iterable of str
        What says nothing: the released code, the author's solution.
    least : float
        Of `Pair.alike`, from 0 to 1.
    """
    names = sorted(sources)
    ground = _hashes(known)
    grams = [sorted(_print(sources[name]).hashes - ground) for name in names]
    most = max(FEW, int(COMMON * len(names)))
    counter = TfidfVectorizer(analyzer=list, max_df=most, norm=None, use_idf=False)
    try:
        counts = counter.fit_transform(grams)
    except ValueError:  # nobody wrote anything of their own
        return []
    weighed = TfidfTransformer().fit_transform(counts).tocsr()
    passages = (counts > 0).astype(int)
    found = []
    for start in range(0, len(names), BLOCK):
        alike = (weighed[start : start + BLOCK] @ weighed.T).tocoo()
        rows, others = alike.row + start, alike.col
        near = (alike.data >= least) & (rows < others)
        for row, other, value in zip(rows[near], others[near], alike.data[near], strict=True):
            if (passages[[row]] @ passages[[other]].T).sum() >= OWN:
                found.append((float(value), names[row], names[other]))
    return [
        Pair((one, other), value, literally(sources[one], sources[other]))
        for value, one, other in sorted(found, key=lambda each: (-each[0], *each[1:]))
    ]


def literally(one: str, other: str) -> float:
    """The part of the lines with shared passages that both have letter by letter."""
    lines = [
        {line.strip() for segment in segments if segment["shared"] for line in _lines(segment)}
        for segments in side_by_side(one, other)
    ]
    either = lines[0] | lines[1]
    return len(lines[0] & lines[1]) / len(either) if either else 0.0


def side_by_side(
    one: str, other: str, known: Sequence[str] = ()
) -> tuple[list[Segment], list[Segment]]:
    """Both sources in whole lines, each line marked that has a passage of the other's."""
    ground = _hashes(known)
    left, right = (_without(_print(source), ground) for source in (one, other))
    _, _, slices = compare_files(left, right)
    first, second = (
        _marked(source, where) for source, where in zip((one, other), slices, strict=True)
    )
    return first, second


@lru_cache(maxsize=1000)  # the released code is asked for with every pair
def _print(source: str) -> CodeFingerprint:
    """All passages of a source: a window of one keeps every one, so that no run differs."""
    return CodeFingerprint("notebook.py", LENGTH, 1, language="python", fp=io.StringIO(source))


def _hashes(sources: Iterable[str]) -> frozenset[int]:
    return frozenset[int]().union(*(_print(source).hashes for source in sources))


def _without(fingerprint: CodeFingerprint, ground: frozenset[int]) -> CodeFingerprint:
    left = copy(fingerprint)
    left.hashes = fingerprint.hashes - ground
    left.hash_idx = {
        each: where for each, where in fingerprint.hash_idx.items() if each not in ground
    }
    return left


def _marked(source: str, slices: np.ndarray) -> list[Segment]:
    """A source in stretches of whole lines."""
    lines = source.splitlines(keepends=True)
    ends = np.cumsum([len(line) for line in lines])
    shared = [False] * len(lines)
    for start, end in np.asarray(slices, int).reshape(2, -1).T:
        first, last = np.searchsorted(ends, [start, max(start, end - 1)], side="right")
        shared[first : last + 1] = [True] * len(shared[first : last + 1])
    segments: list[Segment] = []
    for line, mark in zip(lines, shared, strict=True):
        if segments and segments[-1]["shared"] == mark:
            segments[-1]["text"] += line
        else:
            segments.append({"text": line, "shared": mark})
    return segments


def _lines(segment: Segment) -> list[str]:
    return [line for line in segment["text"].splitlines() if line.strip()]
