"""One submission, graded: the student's notebook in one kernel, the tests in another."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from jupyter_core.utils import ensure_event_loop

from helpers.grading import exchange
from helpers.grading.checker import LONGEST
from helpers.grading.limits import Limits
from helpers.grading.outputs import Outputs, plain
from helpers.grading.reasons import READ, Fault, explained, raised, stopped_at
from helpers.grading.scopes import NOTHING, Theirs
from helpers.grading.session import AGENT, Session
from helpers.grading.watch import Ended

SET_UP = """
import json as _json
from helpers.grading.agent import ask as _ask, settle as _settle
from helpers.grading.checker import Checker as _Checker
from helpers.grading.scopes import Theirs
__checker__ = _Checker(_ask, {imports}, {theirs})
def __check__(source, points):
    return _json.dumps(__checker__.run(source, points))
_settle()
"""
NOT_TESTED = "not tested"  # the status where a test is left to a person


@dataclass(frozen=True)
class Cell:
    """A code cell of a rebuilt notebook; ``points`` makes it a test cell."""

    grade_id: str
    source: str
    points: float | None = None
    task: str = ""  #: what the author calls the part that it belongs to, such as "Task 1"
    unfit: str = ""  #: why a test cell cannot be run apart from what it tests


@dataclass(frozen=True)
class Job:
    """All that a verdict depends on."""

    cells: tuple[Cell, ...]
    imports: str  #: of the author's cells: the checker repeats them
    files: Mapping[str, bytes] = field(default_factory=dict)  #: the assignment's data files
    limits: Limits = Limits()
    sandbox: bool = True
    theirs: Theirs = NOTHING  #: names that the learner's functions share with the tests


def grade(job: Job, session: type[Session] = Session) -> dict[str, Any]:
    """The verdict, as JSON data.

    ``status`` is graded, not tested, timed_out, out_of_memory or crashed, ``message`` says why it
    is not graded; ``tests`` has points, maximum and message of each test cell, and ``untested`` if
    a person has to grade it, and ``told`` if the student is to be told less than the message;
    ``outputs`` has what each of the student's cells showed, ``held`` names those of which the
    student is not shown it, ``seconds`` is how long the notebook's own cells took.

    Raises
    ------
    WarmUnavailable
        If the kernels, not what runs in them, fail: the same job may be tried again.
    """
    tests: dict[str, Any] = {}
    outputs = Outputs(job.limits.output)
    verdict: dict[str, Any] = {"status": "graded", "message": "", "tests": tests, "seconds": 0.0}
    held = verdict["held"] = list[str]()
    begun = time.monotonic()
    try:
        with (
            _event_loop(),
            session(job.files, job.limits, job.sandbox) as student,
            session(job.files, job.limits, job.sandbox) as checker,
        ):
            student.execute("", expression=AGENT + ".settle()")  # the checker starts meanwhile
            ready, faults, fresh, written = False, list[Fault](), 0, ""
            shared = False  # with the student's kernel: what hidden lines called it with
            for cell in job.cells:
                if cell.points is None:
                    if shared:
                        held.append(cell.grade_id)
                    cell_begun = time.monotonic()
                    student.execute(cell.source, on_output=partial(outputs.keep, cell.grade_id))
                    verdict["seconds"] += time.monotonic() - cell_begun
                    if len(written) < READ:
                        written += f"{cell.source}\n"
                    if fault := _fault(cell, outputs):
                        faults.append(replace(fault, silent=shared))
                        fresh += 1
                    continue
                if cell.unfit:
                    tests[cell.grade_id] = _untested(cell)
                    continue
                if not ready:
                    checker.execute(SET_UP.format(imports=repr(job.imports), theirs=job.theirs))
                    ready = True
                test = tests[cell.grade_id] = _check(checker, student, cell)
                shared = test.pop("shared", False) or shared
                failed = test["points"] < test["max"] or test["message"]
                if failed and not test.get("untested"):
                    _explain(test, cell.task, faults, fresh, written)
                fresh, written = 0, ""
                outputs.spend(tests[cell.grade_id]["message"])
    except Ended as end:
        verdict |= {"status": end.status, "message": str(end)}
    else:
        if untested := [name for name, test in tests.items() if test.get("untested")]:
            why = f"{', '.join(untested)}: see the feedback; grade by hand in formgrader"
            verdict |= {"status": NOT_TESTED, "message": why}
    verdict["outputs"] = outputs.by_cell()
    for cell in job.cells:
        if cell.points is not None and cell.grade_id not in tests:
            why = f"not reached: {verdict['message']}"
            tests[cell.grade_id] = {"points": 0.0, "max": cell.points, "message": why}
    verdict["total_seconds"] = time.monotonic() - begun
    return verdict


def _explain(
    test: dict[str, Any], task: str, faults: list[Fault], fresh: int, written: str
) -> None:
    """Put what went wrong first before what a test says, once in full and once for the student."""
    full = [replace(fault, silent=False) for fault in faults]
    message = explained(test["message"], task, full, fresh, written)[:LONGEST]
    told = explained(test.get("told", test["message"]), task, faults, fresh, written)[:LONGEST]
    test["message"] = message
    if told != message:
        test["told"] = told


def _fault(cell: Cell, outputs: Outputs) -> Fault | None:
    """What a cell that has just run stopped with, if it did."""
    shown = outputs.of(cell.grade_id)
    if not (error := raised(shown)):
        return None
    own, line = cell.grade_id.startswith("own-"), stopped_at(shown, cell.source)
    return Fault(cell.grade_id, cell.task, error, cell.source, own, line)


@contextmanager
def _event_loop() -> Iterator[None]:
    """At the end, close this thread's event loop, on which the kernels' clients wait.

    They leave it open. One that runs is somebody else's; the clients then wait elsewhere.
    """
    try:
        yield
    finally:
        loop = ensure_event_loop()
        if not loop.is_running():
            loop.close()


def _check(checker: Session, student: Session, cell: Cell) -> dict[str, Any]:
    """Run one test cell in the checker, which asks the student's kernel for what it needs."""
    trouble: list[Ended] = []

    def ask(question: str) -> str:
        try:
            return student.ask(question)
        except Ended as end:
            trouble.append(end)
            why = {"type": "RuntimeError", "message": f"the notebook was stopped: {end}"}
        except ValueError as error:
            why = {"type": "RuntimeError", "message": f"no answer: {error}"}
        return exchange.dumps({"error": why})

    call = f"__check__({cell.source!r}, {cell.points!r})"
    try:
        result = _read(checker.evaluate(call, ask), cell)
    except Ended as end:
        if not trouble:
            raise Ended("crashed", f"the test {cell.grade_id} did not end: {end}") from None
    except (ValueError, exchange.Refused) as error:
        raise Ended("crashed", f"the test {cell.grade_id} has no result: {error}") from None
    if trouble:
        raise trouble[0]
    return result


def _untested(cell: Cell) -> dict[str, Any]:
    """The result of a test that is left to a person."""
    return {"points": 0.0, "max": cell.points, "message": cell.unfit, "untested": True}


def _read(text: str, cell: Cell) -> dict[str, Any]:
    """The result of a test, whatever a student's data may have made of the checker."""
    result = exchange.loads(text)
    if type(result) is not dict or type(result.get("points")) not in (int, float):
        raise ValueError("it does not say how many points")
    points = min(max(float(result["points"]), 0.0), cell.points or 0.0)
    flags = {name: True for name in ("untested", "shared") if result.get(name) is True}
    told = {"told": plain(result["told"])[:LONGEST]} if "told" in result else {}
    message = plain(result.get("message"))[:LONGEST]
    return {"points": points, "max": cell.points, "message": message} | told | flags
