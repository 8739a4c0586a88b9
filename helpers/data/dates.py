"""Days written in ten ways, and as ISO 8601 writes them: a small task of translation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

FIRST, LAST = date(1950, 1, 1), date(2049, 12, 31)
MONTHS = tuple(
    "january february march april may june july august september october november december".split()
)
WEEKDAYS = tuple("monday tuesday wednesday thursday friday saturday sunday".split())


def _ordinal(day: int) -> str:
    if day in (11, 12, 13):
        return f"{day}th"
    return f"{day}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th') }".replace(" ", "")


def _month(day: date) -> str:
    return MONTHS[day.month - 1]


#: How a day is written, by an example. Where all is in digits, the day stands before the month.
FORMATS: dict[str, Callable[[date], str]] = {
    "3 march 1987": lambda d: f"{d.day} {_month(d)} {d.year}",
    "march 3, 1987": lambda d: f"{_month(d)} {d.day}, {d.year}",
    "3 mar 1987": lambda d: f"{d.day} {_month(d)[:3]} {d.year}",
    "mar 3rd, 1987": lambda d: f"{_month(d)[:3]} {_ordinal(d.day)}, {d.year}",
    "3.3.1987": lambda d: f"{d.day}.{d.month}.{d.year}",
    "03/03/1987": lambda d: f"{d.day:02}/{d.month:02}/{d.year}",
    "tuesday, 3 march 1987": lambda d: f"{WEEKDAYS[d.weekday()]}, {d.day} {_month(d)} {d.year}",
    "1987, march 3": lambda d: f"{d.year}, {_month(d)} {d.day}",
    "3rd of march 1987": lambda d: f"{_ordinal(d.day)} of {_month(d)} {d.year}",
    "03-mar-1987": lambda d: f"{d.day:02}-{_month(d)[:3]}-{d.year}",
}


@dataclass(frozen=True)
class Dates:
    """Days as people write them, and in ISO's form; no day of one part occurs in the other."""

    train_sources: tuple[str, ...]
    train_targets: tuple[str, ...]
    test_sources: tuple[str, ...]
    test_targets: tuple[str, ...]


def load(n_train: int = 32_000, n_test: int = 1000, *, seed: int = 0) -> Dates:
    """Days between 1950 and 2049 in the ten ways of `FORMATS`; a tenth of the days is held out.

    Parameters
    ----------
    n_train, n_test : int
        Numbers of pairs, drawn with replacement from the days of their part and the ways.
    seed : int
        Of the split and of the draws.

    Raises
    ------
    ValueError
        If a number is not positive.
    """
    for name, number in (("n_train", n_train), ("n_test", n_test)):
        if number < 1:
            raise ValueError(f"{name} is {number}, expected at least 1")
    rng = np.random.default_rng(seed)
    days = rng.permutation((LAST - FIRST).days + 1)
    held_out = len(days) // 10
    train = _write(days[held_out:], n_train, rng)
    test = _write(days[:held_out], n_test, rng)
    return Dates(*train, *test)


def _write(
    days: np.ndarray, number: int, rng: np.random.Generator
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    ways = [*FORMATS.values()]
    drawn = [FIRST + timedelta(int(n)) for n in rng.choice(days, number)]
    which = rng.integers(0, len(ways), number)
    sources = tuple(ways[way](day) for way, day in zip(which, drawn, strict=True))
    return sources, tuple(day.isoformat() for day in drawn)
