"""A class, graded: submissions in, verdicts from a Dask cluster, the gradebook and a table out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from distributed import Client, KilledWorker, as_completed

from helpers.grading import intake, record
from helpers.grading.ledger import NOT_RECORDED, Entry, Ledger, Row
from helpers.grading.session import Limits
from helpers.grading.verdict import Job
from helpers.grading.worker import on_worker

IN_FLIGHT = 4  # tasks a slot: enough to keep it busy, few enough to keep our memory flat
ATTENTION = ("rejected", "crashed", NOT_RECORDED)
# Modules that carry a verdict without a part in it: a change to them grades nobody again.
CLERKS = ("course", "pipeline", "record", "ledger", "feedback", "kit")


def grade_class(
    root: Path,
    assignment: str,
    names: list[str],
    client: Client,
    *,
    limits: Limits,
    sandbox: bool,
    force: bool = False,
    tell: Callable[[Row], None] = lambda row: None,
) -> list[Row]:
    """Grade the submissions of these students that changed since they were graded last.

    Every submission gets a row, whatever happens to any other.
    """
    author = intake.read_assignment(root, assignment)
    ledger, config = Ledger.of(root, assignment), record.configuration(root)
    rows: dict[str, Row] = {}

    def finish(row: Row, key: str = "", verdict: dict[str, Any] | None = None) -> None:
        ledger.write(Entry(row, key, verdict))
        rows[row.student] = row
        tell(row)

    def settle(name: str, key: str, notebook: Any, verdict: dict[str, Any]) -> None:
        row = row_of(name, verdict)
        # Kept before the gradebook is asked: it may be locked, and we may be killed.
        waiting = replace(row, status=NOT_RECORDED, message="its recording was interrupted")
        ledger.write(Entry(waiting, key, verdict))
        try:
            record.record(config, root, assignment, name, notebook, verdict)
        except record.NotRecorded as error:
            row = replace(waiting, message=str(error))
        finish(row, key, verdict)

    def work() -> Iterator[tuple[str, str, Any, Job]]:
        for name in names:
            path = root / "submitted" / name / assignment / f"{assignment}.ipynb"
            try:
                cells = intake.read_submission(path)
                notebook = intake.rebuild(author, cells, path.name)
            except intake.Rejected as reason:
                finish(row_of(name, nothing(author, "rejected", str(reason))))
                continue
            todo = intake.job(notebook, author, limits, sandbox=sandbox)
            key = job_key(todo)
            before = ledger.read(name)
            if force or not before or not before.verdict or before.key != key:
                yield name, key, notebook, todo
            elif before.row.status == NOT_RECORDED:
                settle(name, key, notebook, before.verdict)
            else:
                rows[name] = before.row
                tell(before.row)

    def note(name: str, key: str, notebook: Any, future: Any) -> None:
        try:
            verdict = future.result()
        except KilledWorker:
            verdict = nothing(author, "crashed", "it ended three workers")
        except Exception as error:
            why = f"{type(error).__name__}: {error}"
            finish(row_of(name, nothing(author, "crashed", why)))
            return
        settle(name, key, notebook, verdict)

    _spread(client, work(), note)
    return [rows[name] for name in names]


def row_of(student: str, verdict: dict[str, Any]) -> Row:
    """The sum of a verdict."""
    tests = verdict["tests"].values()
    score, of = sum(test["points"] for test in tests), sum(test["max"] for test in tests)
    return Row(student, verdict["status"], score, of, verdict["message"])


def nothing(author: intake.Assignment, status: str, why: str) -> dict[str, Any]:
    """The verdict on what could not be graded: no points, and why."""
    tests = {
        intake.grade_id(cell): {"points": 0.0, "max": intake.facts(cell)["points"], "message": why}
        for cell in author.source.cells
        if intake.facts(cell).get("grade")
    }
    return {"status": status, "message": why, "tests": tests, "outputs": {}, "seconds": 0.0}


def _spread(client: Client, work: Iterator[tuple], note: Callable[..., None]) -> None:
    """Keep the cluster busy with a bounded number of tasks; note each result as it comes."""
    room = IN_FLIGHT * max(1, sum(client.nthreads().values()))
    waiting: dict[str, tuple] = {}
    done = as_completed([])

    def send() -> bool:
        for name, key, notebook, job in work:
            future = client.submit(on_worker, job, key=f"grade-{name}-{key}", retries=0)
            waiting[str(future.key)] = (name, key, notebook)
            done.add(future)
            return True
        return False

    while len(waiting) < room and send():
        pass
    for future in done:
        note(*waiting.pop(str(future.key)), future)
        future.release()
        send()


def job_key(job: Job) -> str:
    """What a verdict depends on, in a few letters: the job and the engine's own code."""
    digest = hashlib.sha256(engine_code())
    files = {name: hashlib.sha256(content).hexdigest() for name, content in job.files.items()}
    cells = [vars(cell) for cell in job.cells]
    about = [cells, job.imports, files, vars(job.limits), job.sandbox]
    digest.update(json.dumps(about, sort_keys=True).encode())
    return digest.hexdigest()[:24]


@cache
def engine_code() -> bytes:
    """The modules that a verdict may depend on, read once for a whole class."""
    helpers = Path(__file__).resolve().parents[1]
    modules = [path for path in sorted(helpers.rglob("*.py")) if path.stem not in CLERKS]
    return b"".join(path.read_bytes() for path in modules)


def table(root: Path, assignment: str) -> list[Row]:
    """How every submission of an assignment stands."""
    ledger = Ledger.of(root, assignment)
    known = ((name, ledger.read(name)) for name in intake.students(root, assignment))
    return [entry.row if entry else Row(name, "not graded", 0.0, 0.0) for name, entry in known]
