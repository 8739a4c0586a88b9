"""Hymns in four voices, drawn by seed: a grammar of chords, and voices that move little.

Nobody composed them, and they obey this grammar rather than Bach: what is measured on them says
how a method works, and nothing about music.
"""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np

STEPS_PER_QUARTER = 4
#: Lowest and highest pitch of each voice, from the highest voice to the lowest.
RANGES = ((60, 79), (55, 72), (48, 67), (40, 60))
#: Pitch classes of the scale, by mode; minor with the leading note of its dominant.
SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 11)}
#: Chords by the degree of their root, and how probable each follows each.
DEGREES = (0, 1, 3, 4, 5)
_FOLLOWS = np.array(
    [
        [0.05, 0.2, 0.3, 0.25, 0.2],  # after the first degree: to the 1st, 2nd, 4th, 5th, 6th
        [0.05, 0.05, 0.05, 0.8, 0.05],
        [0.3, 0.2, 0.05, 0.4, 0.05],
        [0.65, 0.0, 0.05, 0.05, 0.25],
        [0.05, 0.35, 0.4, 0.15, 0.05],
    ]
)
_FORMS = ("ABABCD", "ABABCB", "ABCD", "AABC")  # a letter is a phrase, and comes back note for note
_QUARTERS = 8  # in a phrase
_LONG = 0.2  # how often a chord lasts twice as long
_PASSING = 0.5  # how often a third is filled


def hymn(rng: np.random.Generator) -> np.ndarray:
    """One piece.

    Parameters
    ----------
    rng : numpy.random.Generator

    Returns
    -------
    array of int, shape (steps, 4)
        Pitches on a grid of sixteenths, the highest voice first.
    """
    mode = "major" if rng.random() < 0.6 else "minor"
    shift = int(rng.integers(-5, 7))
    form = _FORMS[rng.integers(len(_FORMS))]
    phrases: dict[str, np.ndarray] = {}
    for letter in form:
        if letter not in phrases:
            closed = letter in (form[-1], "B")
            phrases[letter] = _phrase(mode, closed, rng)
    return np.concatenate([phrases[letter] for letter in form]) + shift


def _phrase(mode: str, closed: bool, rng: np.random.Generator) -> np.ndarray:
    """Eight quarters of chords, with a cadence: to the first degree, or to the fifth."""
    degrees, lengths = _progression(closed, rng)
    chords: list[np.ndarray] = []
    for degree in degrees:
        options = _voicings(mode, degree)
        cost = rng.gumbel(0, 2.5, len(options))
        if chords:
            cost = cost + np.abs(options - chords[-1]) @ [1.0, 1.0, 1.0, 0.4]
        else:
            cost = cost + np.abs(options - [69, 64, 57, 48]) @ [1.0, 1.0, 1.0, 0.4]
        chords.append(options[np.argmin(cost)])
    frames = np.repeat(chords, np.array(lengths) * STEPS_PER_QUARTER, axis=0)
    ends = np.cumsum(lengths) * STEPS_PER_QUARTER
    for at, here, after in zip(ends[:-1], chords[:-1], chords[1:], strict=True):
        for voice in range(4):
            if abs(after[voice] - here[voice]) in (3, 4) and rng.random() < _PASSING:
                frames[at - STEPS_PER_QUARTER // 2 : at, voice] = _between(
                    mode, here[voice], after[voice]
                )
    return frames


def _progression(closed: bool, rng: np.random.Generator) -> tuple[list[int], list[int]]:
    """Degrees and their lengths in quarters; the last three are the cadence, four quarters."""
    cadence = [3, 4, 0] if closed else [0, 1, 4]
    left = _QUARTERS - 4
    at, degrees, lengths = 0, [0], [1]
    while sum(lengths) < left:
        at = int(rng.choice(len(DEGREES), p=_FOLLOWS[at]))
        degrees.append(DEGREES[at])
        lengths.append(2 if rng.random() < _LONG and sum(lengths) + 2 <= left else 1)
    return degrees + cadence, [*lengths, 1, 1, 2]


@cache
def _voicings(mode: str, degree: int) -> np.ndarray:
    """All ways to sing a chord: root and third are there, nobody crosses, root or third below."""
    scale = SCALES[mode]
    root, third, fifth = (scale[(degree + step) % 7] for step in (0, 2, 4))
    allowed = [
        [p for p in range(low, high + 1) if p % 12 in tones]
        for (low, high), tones in zip(
            RANGES, [(root, third, fifth)] * 3 + [(root, third)], strict=True
        )
    ]
    found = [
        pitches
        for pitches in product(*allowed)
        if pitches[0] > pitches[1] > pitches[2] > pitches[3]
        and pitches[0] - pitches[2] <= 16
        and {root, third} <= {pitch % 12 for pitch in pitches}
    ]
    return np.array(found)


def _between(mode: str, here: int, after: int) -> int:
    """The note of the scale inside a third; where there is none, the first note goes on."""
    low, high = sorted((int(here), int(after)))
    inside = [pitch for pitch in range(low + 1, high) if pitch % 12 in SCALES[mode]]
    return inside[0] if inside else int(here)
