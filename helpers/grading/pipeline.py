"""A class, graded: submissions in, verdicts from a Dask cluster, the gradebook and a table out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from distributed import Client, KilledWorker, as_completed

from helpers.grading import intake
from helpers.grading.cells import facts, grade_id, is_test
from helpers.grading.converter import Failed
from helpers.grading.ledger import NOT_RECORDED, Entry, Ledger, Row, storable
from helpers.grading.limits import Limits
from helpers.grading.places import configuration
from helpers.grading.platforms import people
from helpers.grading.record import Graded, Register
from helpers.grading.verdict import NOT_TESTED, Job
from helpers.grading.worker import on_worker

IN_FLIGHT = 4  # tasks a slot: enough to keep it busy, few enough to keep our memory flat
TOGETHER = 50  # submissions in one transaction of the gradebook
INTERRUPTED = "its recording was interrupted"
ABSENT = "not handed in"
ATTENTION = ("rejected", "crashed", NOT_RECORDED, NOT_TESTED)
# Modules that make a job or carry a verdict, without a part in it: the key holds what they made,
# and a change to them grades nobody again.
CLERKS = {
    *("submission", "rebuild", "intake", "pipeline", "course", "check"),
    *("record", "bulk", "gradebook", "converter", "ledger"),
    *("feedback", "sanitise", "returning", "kit", "cold", "sources"),
    *("by_hand", "table", "intrusions", "autotests", "places", "new", "cluster"),
    *("report", "platforms"),  # packages
}


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
    author, known = intake.read_assignment(root, assignment), intake.releases(root, assignment)
    ledger, register = Ledger.of(root, assignment), Register(configuration(root), assignment)
    names = list(dict.fromkeys(names))
    try:
        terms = people.terms(root, assignment)
    except people.NoGradebook:
        terms = ""  # who is recorded stays so, until the gradebook can be asked again
    rows: dict[str, Row] = {}
    waiting: list[tuple[Entry, Graded]] = []

    def finish(entry: Entry) -> None:
        ledger.write(entry)
        rows[entry.row.student] = entry.row
        tell(entry.row)

    def refuse(name: str, status: str, why: str) -> None:
        finish(Entry(row_of(name, nothing(author, status, why))))

    def settle(name: str, key: str, taken: intake.Taken, verdict: dict[str, Any]) -> None:
        row = row_of(name, verdict, taken.note)
        # Kept before the gradebook is asked: it may be locked, and we may be killed.
        ledger.write(Entry(replace(row, status=NOT_RECORDED, message=INTERRUPTED), key, verdict))
        entry = Entry(row, key, verdict, beside(taken, terms))
        waiting.append((entry, Graded(name, taken, verdict)))
        if len(waiting) >= TOGETHER:
            enter()

    def enter() -> None:
        """Record those who have a verdict; only then does the ledger say that they are."""
        together, waiting[:] = waiting[:], []
        faults = register.record([graded for _, graded in together]) if together else {}
        for entry, graded in together:
            if fault := faults.get(graded.student):
                row = replace(entry.row, status=NOT_RECORDED, message=told(fault))
                entry = replace(entry, row=row, recorded="")
            finish(entry)

    def work() -> Iterator[Task]:
        for name in names:
            try:
                taken = intake.take(root, name, author, known)
                todo = intake.job(taken.notebook, author, limits, sandbox=sandbox)
                key = job_key(todo)
            except intake.Rejected as reason:
                refuse(name, "rejected", str(reason))
                continue
            except Exception as error:
                refuse(name, "rejected", f"it could not be read: {told(error)}")
                continue
            before = ledger.read(name)
            if force or not before or not before.verdict or before.key != key:
                yield Task(name, key, taken, todo)
            elif not before.recorded or (terms and before.recorded != beside(taken, terms)):
                settle(name, key, taken, before.verdict)
            else:
                rows[name] = before.row
                tell(before.row)

    def note(task: Task, future: Any) -> None:
        try:
            verdict = storable(future.result())
        except KilledWorker:
            verdict = nothing(author, "crashed", "it ended four workers, one after the other")
        except Exception as error:
            refuse(task.name, "crashed", told(error))
            return
        settle(task.name, task.key, task.taken, verdict)

    with closing(register):
        _spread(client, work(), note, enter)
        enter()
    return [rows[name] for name in names]


class Task(NamedTuple):
    """One submission on its way to a worker."""

    name: str
    key: str
    taken: intake.Taken
    job: Job


def told(error: Exception) -> str:
    """An exception in the words of a row."""
    kind = "" if isinstance(error, Failed) else f"{type(error).__name__}: "
    return storable(f"{kind}{error}"[:1000])


def beside(taken: intake.Taken, terms: str) -> str:
    """What the gradebook is told beside a verdict, in a few letters: a change is recorded again."""
    told = f"{taken.timestamp}\n{taken.note}\n{terms}"
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def row_of(student: str, verdict: dict[str, Any], note: str = "") -> Row:
    """The sum of a verdict, and what there is to know beside it."""
    tests = verdict["tests"].values()
    score, of = sum(test["points"] for test in tests), sum(test["max"] for test in tests)
    message = "; ".join(filter(None, [verdict["message"], note]))
    return Row(student, verdict["status"], score, of, message)


def nothing(author: intake.Assignment, status: str, why: str) -> dict[str, Any]:
    """The verdict on what could not be graded: no points, and why."""
    tests = {
        grade_id(cell): {"points": 0.0, "max": facts(cell)["points"], "message": why}
        for cell in author.source.cells
        if is_test(cell)
    }
    return {"status": status, "message": why, "tests": tests, "outputs": {}, "seconds": 0.0}


def _spread(
    client: Client,
    work: Iterator[Task],
    note: Callable[[Task, Any], None],
    pause: Callable[[], None],
) -> None:
    """Keep the cluster busy with a bounded number of tasks; note each result as it comes.

    When no result is there yet is the time for a ``pause``.
    """
    room = IN_FLIGHT * max(1, sum(client.nthreads().values()))
    waiting: dict[str, Task] = {}
    done = as_completed([])
    numbered = enumerate(work)

    def send() -> bool:
        for number, task in numbered:
            future = client.submit(on_worker, task.job, key=f"grade-{number}-{task.key}", retries=0)
            waiting[str(future.key)] = task
            done.add(future)
            return True
        return False

    while len(waiting) < room and send():
        pass
    for future in done:
        note(waiting.pop(str(future.key)), future)
        future.release()
        send()
        if not done.has_ready():
            pause()


def job_key(job: Job) -> str:
    """What a verdict depends on, in a few letters: the job and the engine's own code."""
    digest = hashlib.sha256(engine_code())
    files = {name: hashlib.sha256(content).hexdigest() for name, content in job.files.items()}
    cells = [vars(cell) for cell in job.cells]
    shared = [sorted(job.theirs.read), sorted(job.theirs.changed)]
    about = [cells, job.imports, files, vars(job.limits), job.sandbox, shared]
    digest.update(json.dumps(about, sort_keys=True).encode())
    return digest.hexdigest()[:24]


@cache
def engine_code() -> bytes:
    """The modules that a verdict may depend on, read once for a whole class."""
    helpers = Path(__file__).resolve().parents[1]
    found = sorted(helpers.rglob("*.py"))
    modules = [path for path in found if not {path.stem, path.parent.name} & CLERKS]
    return b"".join(path.read_bytes() for path in modules)


def table(root: Path, assignment: str) -> list[Row]:
    """How every submission of an assignment stands, and who of the gradebook has none."""
    ledger = Ledger.of(root, assignment)
    known = ((name, ledger.read(name)) for name in intake.students(root, assignment))
    rows = [entry.row if entry else Row(name, "not graded", 0.0, 0.0) for name, entry in known]
    with suppress(people.NoGradebook):  # the table is needed when that is away, too
        rows += [Row(name, ABSENT, 0.0, 0.0) for name in people.absent(root, assignment)]
    return rows
