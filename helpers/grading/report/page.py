"""The report on a class as one page, which asks for nothing and runs nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import jinja2

from helpers.grading import intake
from helpers.grading.ledger import NOT_RECORDED
from helpers.grading.report import complaints, figures
from helpers.grading.report.files import environment
from helpers.grading.report.misconceptions import (
    Explanation,
    NoCorpus,
    explain,
    read_corpus,
    shared,
)
from helpers.grading.report.pictures import histogram
from helpers.grading.report.results import NOT_GRADED, Part, Result, order
from helpers.grading.report.results import parts as parts_of

ATTENTION = ("rejected", "crashed", NOT_RECORDED, NOT_GRADED)
MOST = 10  # complaints that are shown


def render(
    root: Path,
    author: intake.Assignment,
    results: Sequence[Result],
    absent: Sequence[str] = (),
) -> str:
    """The page.

    Parameters
    ----------
    root : Path
        The course's folder, whose corpus of wrong answers is looked into.
    author : Assignment
    results : sequence of Result
        Of all who handed in.
    absent : sequence of str
        Who is known to the gradebook and did not.
    """
    parts = parts_of(author)
    ran = [result for result in results if result.tests]
    finished = [result for result in ran if result.status in ("graded", NOT_RECORDED)]
    most = sum(part.of for part in parts)
    explained: dict[str, Explanation] = {}
    no_corpus = ""
    try:
        corpus = read_corpus(root, author.name, parts, order(author))
        explained = {result.student: explain(result, corpus) for result in finished}
    except NoCorpus as reason:
        no_corpus = str(reason)
    return _template().render(
        assignment=author.name,
        parts=parts,
        most=most,
        results=results,
        ran=ran,
        absent=absent,
        attention=[result for result in results if result.status in ATTENTION],
        stopped=_stopped(results),
        points=figures.points(ran, most),
        seconds=figures.seconds(ran),
        items=figures.items(ran, parts),
        complaints=complaints.commonest(ran, MOST),
        no_corpus=no_corpus,
        shared=shared(explained),
        unknown=_unknown(explained),
        undone=_undone(explained, parts),
    )


def _stopped(results: Sequence[Result]) -> list[tuple[str, list[str]]]:
    """Who ran into a limit, by the limit."""
    limits = ("timed_out", "out_of_memory")
    found = [(name, [r.student for r in results if r.status == name]) for name in limits]
    return [(name, students) for name, students in found if students]


def _unknown(explained: Mapping[str, Explanation]) -> list[tuple[frozenset[str], list[str]]]:
    """Who fails which tests in no known way, the most first."""
    groups: dict[frozenset[str], list[str]] = defaultdict(list)
    for student, explanation in explained.items():
        if explanation.left:
            groups[explanation.left].append(student)
    return sorted(groups.items(), key=lambda group: (-len(group[1]), sorted(group[0])))


def _undone(
    explained: Mapping[str, Explanation], parts: Sequence[Part]
) -> list[tuple[str, list[str]]]:
    """Who did not begin which task, by its tests."""
    found = [(p.name, [s for s, why in explained.items() if p.name in why.undone]) for p in parts]
    return [(name, students) for name, students in found if students]


def _template() -> jinja2.Template:
    made = environment()
    made.filters |= {"specimen": complaints.specimen, "histogram": histogram}
    return made.get_template("report.html.j2")
