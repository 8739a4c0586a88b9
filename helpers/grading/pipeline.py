"""A class, graded: submissions in, verdicts from a Dask cluster, the gradebook and a table out."""

from __future__ import annotations

import atexit
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from distributed import Client, KilledWorker, as_completed

from helpers.grading import intake, record, warm
from helpers.grading.session import Limits
from helpers.grading.verdict import Job, grade

IN_FLIGHT = 4  # tasks a slot: enough to keep it busy, few enough to keep our memory flat
ATTEMPTS = 3  # of a worker, when its own kernels fail
ATTENTION = ("rejected", "crashed", "not recorded")


@dataclass(frozen=True)
class Row:
    """How one submission stands."""

    student: str
    status: str
    score: float
    of: float
    message: str = ""


def students(root: Path, assignment: str) -> list[str]:
    """Who handed in the assignment."""
    found = (root / "submitted").glob(f"*/{assignment}")
    return sorted(path.parent.name for path in found if path.is_dir() and not path.is_symlink())


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
    store = root / "_build" / "grading" / assignment
    store.mkdir(parents=True, exist_ok=True)
    rows: dict[str, Row] = {}

    def finish(row: Row, key: str = "") -> None:
        rows[row.student] = row
        _write(store / f"{row.student}.json", {"key": key, "row": vars(row)})
        tell(row)

    def work() -> Iterator[tuple[str, str, Any, Job]]:
        for name in names:
            path = root / "submitted" / name / assignment / f"{assignment}.ipynb"
            try:
                cells = intake.read_submission(path)
                notebook = intake.rebuild(author, cells, path.name)
            except intake.Rejected as reason:
                finish(Row(name, "rejected", 0.0, _maximum(author), str(reason)))
                continue
            todo = intake.job(notebook, author, limits, sandbox=sandbox)
            key = job_key(todo)
            before = _read(store / f"{name}.json")
            if not force and before and before["key"] == key:
                rows[name] = Row(**before["row"])
                tell(rows[name])
                continue
            yield name, key, notebook, todo

    def note(name: str, key: str, notebook: Any, future: Any) -> None:
        try:
            verdict = future.result()
        except KilledWorker:
            verdict = _nothing(author, "crashed", "it ended three workers")
        except Exception as error:
            finish(Row(name, "crashed", 0.0, _maximum(author), f"{type(error).__name__}: {error}"))
            return
        tests = verdict["tests"].values()
        score, of = sum(test["points"] for test in tests), sum(test["max"] for test in tests)
        try:
            record.record(root, assignment, name, notebook, verdict)
        except record.NotRecorded as error:
            finish(Row(name, "not recorded", score, of, str(error)))
            return
        finish(Row(name, verdict["status"], score, of, verdict["message"]), key)

    _spread(client, work(), note)
    return [rows[name] for name in names]


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


_worker = ExitStack()


def on_worker(job: Job) -> dict[str, Any]:
    """Grade one job in a worker, which keeps its warm server for the next one."""
    if os.environ.get(warm.OWNER) != str(os.getpid()):
        _worker.enter_context(warm.private_servers())
        atexit.register(_worker.close)
    for _ in range(ATTEMPTS - 1):
        with suppress(warm.WarmUnavailable):
            return grade(job)
    return grade(job)


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
    """The engine's modules, read once for a whole class."""
    return b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))


def table(root: Path, assignment: str) -> list[Row]:
    """How every submission of an assignment stands."""
    store = root / "_build" / "grading" / assignment
    known = {}
    for name in students(root, assignment):
        before = _read(store / f"{name}.json")
        known[name] = Row(**before["row"]) if before else Row(name, "not graded", 0.0, 0.0)
    return list(known.values())


def _maximum(author: intake.Assignment) -> float:
    about = (intake.facts(cell) for cell in author.source.cells)
    return float(sum(fact["points"] for fact in about if fact.get("grade")))


def _nothing(author: intake.Assignment, status: str, why: str) -> dict[str, Any]:
    tests = {
        intake.grade_id(cell): {"points": 0.0, "max": intake.facts(cell)["points"], "message": why}
        for cell in author.source.cells
        if intake.facts(cell).get("grade")
    }
    return {"status": status, "message": why, "tests": tests, "outputs": {}, "seconds": 0.0}


def _read(path: Path) -> dict[str, Any] | None:
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return None  # none yet, or half-written when a run was killed


def _write(path: Path, content: dict[str, Any]) -> None:
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(content))
    partial.replace(path)
