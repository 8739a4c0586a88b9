"""What the messages of failed tests have in common, whatever numbers stand in them."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from helpers.grading.report.results import Result
from helpers.grading.sanitise import terminal

NUMBER = re.compile(
    r"(?<![\w.])[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?!\w)|\b(?:nan|inf)\b"
)
LIST = re.compile(r"#(?:[\s,\[\]()]+#)+")
OWN_LINE = re.compile(r"^    in its line: .*\n?", re.MULTILINE)  # quotes the learner
NOT_REACHED = "not reached: "  # how the engine begins for tests that a limit came before
UNDONE = re.compile(r"\bis not done yet\b")
ALIKE, TINY = 0.01, 2e-3  # how far two numbers may lie apart, as a share and at least
LONGEST = 600  # characters of a specimen


@dataclass(frozen=True)
class Complaint:
    """What a test said, in the same words but for the numbers, to some submissions."""

    test: str
    count: int
    specimen: str  #: one of the messages, as text for one paragraph


@lru_cache(maxsize=10_000)
def template(message: str) -> str:
    """A message with a sign for each number or list of numbers, without the learner's own line."""
    words = NUMBER.sub("#", OWN_LINE.sub("", message))
    return " ".join(LIST.sub("#", words).split())


@lru_cache(maxsize=10_000)
def numbers(message: str) -> tuple[float, ...]:
    """The numbers in a message."""
    return tuple(float(found) for found in NUMBER.findall(OWN_LINE.sub("", message)))


def same(one: str, other: str) -> bool:
    """Whether two messages say the same, up to the last digits of their numbers."""
    if template(one) != template(other):
        return False
    mine, theirs = numbers(one), numbers(other)
    return len(mine) == len(theirs) and all(map(_close, mine, theirs))


def _close(one: float, other: float) -> bool:
    if math.isfinite(one) and math.isfinite(other):
        return math.isclose(one, other, rel_tol=ALIKE, abs_tol=TINY)
    return repr(one) == repr(other)


def measured(message: str) -> bool:
    """Whether a message has a number in it that was computed, and not only counts and sizes.

    Another mistake rarely comes to the same one; to the same words it may.
    """
    return any(number != round(number) for number in numbers(message) if math.isfinite(number))


def undone(message: str) -> bool:
    """Whether a test says that its task was not begun."""
    return bool(UNDONE.search(message))


def specimen(message: str) -> str:
    """A message as it may be shown: printable, and not too long."""
    lines = terminal(message).expandtabs(4).split("\n")
    text = "\n".join("".join(c if c.isprintable() else "\ufffd" for c in line) for line in lines)
    return text if len(text) <= LONGEST else text[:LONGEST] + " […]"


def commonest(results: Iterable[Result], most: int) -> list[Complaint]:
    """The complaints that most submissions got, the commonest first.

    That a task was not begun, or a test not reached, is none.
    """
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for result in results:
        for name, test in result.tests.items():
            said = test.message
            if not test.passed and said and not undone(said) and not said.startswith(NOT_REACHED):
                groups[name, template(said)].append(said)
    ranked = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))[:most]
    return [Complaint(test, len(said), specimen(said[0])) for (test, _), said in ranked]
