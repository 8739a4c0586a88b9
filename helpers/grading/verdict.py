"""One submission, graded: the student's notebook in one kernel, the tests in another."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from jupyter_core.utils import ensure_event_loop

from helpers.grading import exchange
from helpers.grading.session import Ended, Limits, Session

SET_UP = """
import json as _json
from helpers.grading.agent import settle as _settle
from helpers.grading.checker import Checker as _Checker
__checker__ = _Checker(get_ipython().kernel.raw_input, {imports})
def __check__(source, points):
    return _json.dumps(__checker__.run(source, points))
_settle()
"""
# What reading a message raises that no kernel sends by itself.
MALFORMED = (AttributeError, KeyError, TypeError, ValueError, MemoryError, RecursionError)
AGENT = "__import__('helpers.grading.agent', fromlist=['answer'])"
ANSWER = AGENT + ".answer({question})"


@dataclass(frozen=True)
class Cell:
    """A code cell of a rebuilt notebook; ``points`` makes it a test cell."""

    grade_id: str
    source: str
    points: float | None = None


@dataclass(frozen=True)
class Job:
    """All that a verdict depends on."""

    cells: tuple[Cell, ...]
    imports: str  #: of the author's cells: the checker repeats them
    files: Mapping[str, bytes] = field(default_factory=dict)  #: the assignment's data files
    limits: Limits = Limits()
    sandbox: bool = True


def grade(job: Job, session: type[Session] = Session) -> dict[str, Any]:
    """The verdict, as JSON data.

    ``status`` is graded, timed_out, out_of_memory or crashed, ``message`` says why it is not
    graded; ``tests`` has points, maximum and message of each test cell, ``outputs`` what each of
    the student's cells showed, ``seconds`` how long the notebook's own cells took.

    Raises
    ------
    WarmUnavailable
        If the kernels, not what runs in them, fail: the same job may be tried again.
    """
    tests: dict[str, Any] = {}
    outputs: dict[str, list] = {}
    verdict: dict[str, Any] = {"status": "graded", "message": "", "tests": tests}
    verdict |= {"outputs": outputs, "seconds": 0.0}
    begun = time.monotonic()
    try:
        with (
            _event_loop(),
            session(job.files, job.limits, job.sandbox) as student,
            session(job.files, job.limits, job.sandbox) as checker,
        ):
            student.evaluate(AGENT + ".settle()")  # the checker starts meanwhile
            ready = False
            for cell in job.cells:
                if cell.points is None:
                    cell_begun = time.monotonic()
                    outputs[cell.grade_id] = _run(student, cell.source, job.limits.output)
                    verdict["seconds"] += time.monotonic() - cell_begun
                    continue
                if not ready:
                    checker.execute(SET_UP.format(imports=repr(job.imports)))
                    ready = True
                tests[cell.grade_id] = _check(checker, student, cell)
    except Ended as end:
        verdict |= {"status": end.status, "message": str(end)}
    except MALFORMED as error:
        why = f"the kernel sent messages that cannot be read: {type(error).__name__}: {error}"
        verdict |= {"status": "crashed", "message": why[:2000]}
    for cell in job.cells:
        if cell.points is not None and cell.grade_id not in tests:
            why = f"not reached: {verdict['message']}"
            tests[cell.grade_id] = {"points": 0.0, "max": cell.points, "message": why}
    verdict["total_seconds"] = time.monotonic() - begun
    return verdict


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


def _run(student: Session, source: str, cap: int) -> list[dict[str, Any]]:
    """Run one of the student's cells; its outputs, as far as they fit."""
    outputs: list[dict[str, Any]] = []
    left = cap

    def keep(kind: str, content: dict[str, Any]) -> None:
        nonlocal left
        output = _output(kind, content)
        if output is None or left <= 0:
            return
        size = len(str(output))
        if size > left:
            output = {"output_type": "stream", "name": "stdout", "text": "\n[output cut here]\n"}
        left -= size
        outputs.append(output)

    student.execute(source, on_output=keep)
    return outputs


def _output(kind: str, content: dict[str, Any]) -> dict[str, Any] | None:
    match kind:
        case "stream":
            name = "stderr" if content["name"] == "stderr" else "stdout"
            return {"output_type": kind, "name": name, "text": str(content["text"])}
        case "display_data" | "execute_result":
            data = {str(mime): _shown(mime, value) for mime, value in content["data"].items()}
            output = {"output_type": kind, "data": data, "metadata": {}}
            return output | ({"execution_count": None} if kind == "execute_result" else {})
        case "error":
            names = {name: str(content[name]) for name in ("ename", "evalue")}
            return {"output_type": kind, "traceback": list(map(str, content["traceback"]))} | names
    return None


def _shown(mime: str, value: Any) -> Any:
    return value if str(mime).endswith("json") else str(value)


def _check(checker: Session, student: Session, cell: Cell) -> dict[str, Any]:
    """Run one test cell in the checker, which asks the student's kernel for what it needs."""
    trouble: list[Ended] = []

    def ask(question: str) -> str:
        try:
            return student.evaluate(ANSWER.format(question=repr(question)))
        except Ended as end:
            trouble.append(end)
            why = {"type": "RuntimeError", "message": f"the notebook was stopped: {end}"}
        except (*MALFORMED, SyntaxError) as error:
            why = {"type": "RuntimeError", "message": f"no answer: {error}"}
        return exchange.dumps({"error": why})

    call = f"__check__({cell.source!r}, {cell.points!r})"
    try:
        result = exchange.loads(checker.evaluate(call, ask))
    except Ended as end:
        if not trouble:
            raise Ended("crashed", f"the test {cell.grade_id} did not end: {end}") from None
    if trouble:
        raise trouble[0]
    return result
