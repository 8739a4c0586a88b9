"""The answers to all assignments: what they must be, and what the engine gives them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from distributed import Client, LocalCluster, as_completed

from helpers.grading import intake
from helpers.grading.limits import Limits
from helpers.grading.rebuild import rebuild
from helpers.grading.submission import parse
from helpers.grading.verdict import Job
from helpers.grading.worker import OneCore, on_worker
from tests.exercises import course as courses
from tests.exercises.course import Answer
from tests.exercises.ledger import Verdict

Verdicts = dict[str, dict[str, Verdict]]  # by assignment and answer


def grade(
    course: Path,
    wanted: Mapping[str, Iterable[Answer]],
    tell: Callable[[], object] = lambda: None,
) -> Verdicts:
    """What the engine gives these answers; the arguments are those of `graded`."""
    return dict(graded(course, wanted, tell))


def graded(
    course: Path,
    wanted: Mapping[str, Iterable[Answer]],
    tell: Callable[[], object] = lambda: None,
) -> Iterator[tuple[str, dict[str, Verdict]]]:
    """Each assignment with what the engine gives its answers, as soon as all of them are graded.

    One cluster and one fork server grade them all. The gradebook has no part in it: what reaches
    it is proved with a small class.

    Parameters
    ----------
    course : Path
        Where the assignments are released; nothing is written there.
    wanted : mapping of str to iterable of Answer
        The answers by their assignment.
    tell : callable
        Called after each answer.
    """
    verdicts: Verdicts = {}
    with _cluster() as client:
        futures = {
            client.submit(on_worker, job, key=f"{assignment}/{name}", retries=0): (assignment, name)
            for assignment, answers in wanted.items()
            for name, job in _jobs(intake.read_assignment(course, assignment), answers)
        }
        left = Counter(assignment for assignment, _ in futures.values())
        for future in as_completed(futures):
            assignment, name = futures[future]
            verdicts.setdefault(assignment, {})[name] = _told(future)
            tell()
            left[assignment] -= 1
            if not left[assignment]:
                yield assignment, verdicts[assignment]


def _jobs(author: intake.Assignment, answers: Iterable[Answer]) -> Iterator[tuple[str, Job]]:
    """What `course grade` would send to a worker, had these been handed in."""
    for answer in answers:
        content = nbformat.writes(courses.complete(author, answer)).encode()
        rebuilt, _ = rebuild(author, parse(content), f"{author.name}.ipynb")
        yield answer.name, intake.job(rebuilt, author, Limits(), sandbox=True)


def _told(future: Any) -> Verdict:
    try:
        verdict = future.result()
    except Exception as error:  # one answer that ends its worker says nothing about the others
        why = {"": f"{type(error).__name__}: {error}"}
        return {"status": "crashed", "points": {}, "messages": why}
    tests = verdict["tests"]
    messages = {name: test["message"] for name, test in tests.items() if test["message"]}
    points = {name: test["points"] for name, test in tests.items()}
    return {"status": verdict["status"], "points": points, "messages": messages}


@contextmanager
def _cluster() -> Iterator[Client]:
    """A worker a core, on the warm server of whoever calls."""
    local = {"n_workers": os.cpu_count(), "threads_per_worker": 1, "dashboard_address": ":0"}
    with LocalCluster(**local) as cluster, Client(cluster) as client:
        client.register_plugin(OneCore())
        yield client


def check_mix(answers: list[Answer], *, draft: bool = False) -> None:
    """Enough right answers, enough wrong ones, a blank, and every cell can be lost.

    A draft needs one more right answer than the solution, and one that is wrong.
    """
    full = next(answer.points for answer in answers if answer.name == "solution")
    right = [answer for answer in answers if answer.points == full]
    wrong = [answer for answer in answers if answer.base == "solution" and answer.points != full]
    blank = [answer for answer in answers if answer.base == "blank" and not answer.cells]
    assert sum(full.values()) > 0 and sum(full.values()) == int(sum(full.values()))
    assert all(set(answer.points) == set(full) for answer in answers), "declare every test cell"
    assert len(right) >= (2 if draft else 4), "the solution, and right ones written differently"
    assert len(wrong) >= (1 if draft else 8)
    assert [set(answer.points.values()) for answer in blank] == [{0}]
    alone = {name for answer in wrong for name in full if answer.points[name] < full[name]}
    assert alone == set(full), "a test cell that no wrong answer fails proves nothing"
