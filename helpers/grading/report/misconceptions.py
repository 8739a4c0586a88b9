"""Which of the known wrong answers a submission agrees with, in what it fails and how.

The corpus of an assignment, in a clone's ``tests/exercises/NAME/``, has answers that are wrong in
ways that have a name, and what each test said to them. An answer with slips in several cells is
looked for as a whole, and cell by cell: a learner may have made one of them.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from helpers.grading.report.complaints import measured, same, undone
from helpers.grading.report.results import Outcome, Part, Result

MOST = 3  # answers that may agree equally well: what is said of more says nothing
CELL = re.compile(r"^```python (\S+)$", re.MULTILINE)  # how an answer names a cell that it replaces
REMEDY = "`make corpora A={name}` writes it"


class NoCorpus(Exception):
    """There is nothing to compare with; the text says what is missing."""


@dataclass(frozen=True)
class Known:
    """A wrong answer of the corpus, or what one cell of it does."""

    name: str
    does: str  #: in words, of the whole answer
    tests: Mapping[str, Outcome]  #: those that it fails
    whole: bool = True


@dataclass(frozen=True)
class Finding:
    """Some failed tests of a submission, and the known answers that fail them just so."""

    tests: frozenset[str]
    answers: tuple[Known, ...]

    @property
    def firm(self) -> bool:
        """Whether a computed number agrees, and not words alone."""
        return any(measured(test.message) for test in self.answers[0].tests.values())


@dataclass(frozen=True)
class Explanation:
    """What is known of why a submission lost its points."""

    findings: tuple[Finding, ...]
    undone: frozenset[str]  #: tests whose task was not begun
    left: frozenset[str]  #: tests that fail in no way that is known


@dataclass(frozen=True)
class Shared:
    """The submissions in which the same was found."""

    finding: Finding
    students: tuple[str, ...]


def read_corpus(
    root: Path, assignment: str, expected: Sequence[Part], order: Sequence[str]
) -> list[Known]:
    """The wrong answers to an assignment, and those of several cells also cell by cell.

    Parameters
    ----------
    root : Path
        The course's folder.
    assignment : str
    expected : sequence of Part
        The assignment's test cells as they are now.
    order : sequence of str
        The names of all its cells, in their order.

    Raises
    ------
    NoCorpus
        If this clone has none, or they answer another version of the assignment.
    """
    folder = root / "tests" / "exercises" / assignment
    if not folder.is_dir():
        raise NoCorpus(
            f"there is no corpus of answers in tests/exercises/{assignment}: it is in a clone of "
            "the course's repository, not in a copy without its tests"
        )
    verdicts = _json(folder / "verdicts.json", assignment).get("answers", {})
    messages = _json(folder / "messages.json", assignment)
    full = verdicts.get("solution", {}).get("points", {})
    if full != {part.name: part.of for part in expected}:
        raise NoCorpus(
            f"the corpus in {folder} answers another version of {assignment}: its tests are "
            f"{', '.join(full)}; " + REMEDY.format(name=assignment)
        )
    found: list[Known] = []
    for path in sorted(folder.glob("wrong-*.md")):
        points, said = verdicts.get(path.stem, {}).get("points", {}), messages.get(path.stem, {})
        tests = {
            name: Outcome(points[name], of, said[name])
            for name, of in full.items()
            if points.get(name, of) < of and said.get(name)
        }
        if tests:
            does, cells = _read(path)
            found.append(Known(path.stem, does, tests))
            slips = _by_cell(tests, cells, order)
            if len(slips) > 1:
                found += [Known(path.stem, does, slip, whole=False) for slip in slips]
    return found


def _by_cell(
    tests: Mapping[str, Outcome], cells: Sequence[str], order: Sequence[str]
) -> list[dict[str, Outcome]]:
    """The failed tests of an answer by the cell that it replaces last before each of them."""
    slips: dict[str, dict[str, Outcome]] = defaultdict(dict)
    replaced = ""
    for name in order:
        if name in cells:
            replaced = name
        elif name in tests:
            slips[replaced][name] = tests[name]
    return list(slips.values())


def explain(result: Result, corpus: Iterable[Known]) -> Explanation:
    """Name what a submission's failed tests agree with: all that a known answer fails, as it does.

    What agrees with more of them goes first; the rest may agree with another answer.
    """
    not_begun = frozenset(n for n in result.failed if undone(result.tests[n].message))
    left = result.failed - not_begun
    agreeing = [known for known in corpus if _agrees(known, result)]
    findings = []
    while options := [known for known in agreeing if known.tests.keys() <= left]:
        widest = frozenset(max(options, key=lambda known: len(known.tests)).tests)
        equal = tuple(known for known in options if known.tests.keys() == widest)
        if len(equal) <= MOST:
            findings.append(Finding(widest, equal))
            left -= widest
        agreeing = [known for known in agreeing if known not in equal]
    return Explanation(tuple(findings), not_begun, left)


def _agrees(known: Known, result: Result) -> bool:
    """Whether a submission fails all that a known answer fails, and was told the same."""
    return all(
        (mine := result.tests.get(name)) is not None
        and not mine.passed
        and (mine.points > 0) == (theirs.points > 0)
        and same(mine.message, theirs.message)
        for name, theirs in known.tests.items()
    )


def shared(explained: Mapping[str, Explanation]) -> list[Shared]:
    """The findings of a class: the firm ones first, and of these those of most students."""
    found: dict[tuple[frozenset[str], tuple[str, ...]], Finding] = {}
    students: dict[tuple[frozenset[str], tuple[str, ...]], list[str]] = defaultdict(list)
    for student, explanation in explained.items():
        for finding in explanation.findings:
            key = finding.tests, tuple(known.name for known in finding.answers)
            found[key] = finding
            students[key].append(student)
    ranked = sorted(found, key=lambda key: (not found[key].firm, -len(students[key]), key[1]))
    return [Shared(found[key], tuple(students[key])) for key in ranked]


def _read(path: Path) -> tuple[str, list[str]]:
    """What an answer says of itself in its first lines, and the cells that it replaces."""
    try:
        text = path.read_text(encoding="utf-8")
        head, _, body = text.removeprefix("---\n").partition("\n---\n")
        return str(yaml.safe_load(head)["does"]), CELL.findall(body)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError) as error:
        raise NoCorpus(f"{path} does not say in its first lines what it does: {error}") from error


def _json(path: Path, assignment: str) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NoCorpus(f"{path} is missing: " + REMEDY.format(name=assignment)) from None
    except (OSError, ValueError) as error:
        raise NoCorpus(f"{path} cannot be read: {error}") from error
    return dict(found)
