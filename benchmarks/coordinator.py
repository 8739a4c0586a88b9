"""How many submissions a second the coordinator records, and what memory it needs for them.

``python benchmarks/coordinator.py [--stock N] [SUBMISSIONS …]`` (1000 5000): every task ends at
once with a verdict of full points, so that reading, sending, recording and the ledger are all that
is timed. Beside it, in the same run: N (50) submissions recorded alone, by stock nbgrader; a class
in PostgreSQL, if that is installed; and one of two workers, of which one is killed after every
hundred submissions.

Seconds of the wall say what a class takes; those of the processor, what a busy machine would have
done: the coordinator has a thread of its own work and one of Dask's scheduler.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, nullcontext
from pathlib import Path
from unittest import mock

import psutil

ROOT = Path(__file__).resolve().parents[1]
KILLED_EVERY = 100  # submissions


def instant(job):
    """Full points for everybody."""
    tests = {
        cell.grade_id: {"points": cell.points, "max": cell.points, "message": ""}
        for cell in job.cells
        if cell.points is not None
    }
    return {"status": "graded", "message": "", "tests": tests, "outputs": {}, "seconds": 0.0}


def make_course(folder, submissions, url):
    """A course in which everybody handed in the solution of a small assignment."""
    from tests.grading import toy

    config = (ROOT / "nbgrader_config.py").read_text()
    folder.joinpath("nbgrader_config.py").write_text(
        f"{config}\nc.CourseDirectory.db_url = {url!r}\n" if url else config
    )
    course = toy.make_course(folder)
    solution = json.dumps(toy.submission(toy.SOLUTION)).encode()
    for number in range(submissions):
        toy.hand_in(course, f"student-{number:05}", solution)
    return course


def kill_a_worker(cluster):
    """End one without a word, as a cluster of preemptible machines does."""
    pids = [nanny.pid for nanny in cluster.workers.values() if nanny.pid]
    if len(pids) > 1:  # somebody is left to go on
        os.kill(pids[0], signal.SIGKILL)


def measure(folder, submissions, url, lossy):
    """Record a class; seconds of the wall and the processor, and memory as it goes on."""
    import dask
    from distributed import Client, LocalCluster

    from helpers.grading import intake, pipeline
    from helpers.grading.limits import Limits

    course = make_course(folder, submissions, url)
    process, memory = psutil.Process(), []
    names = intake.students(course, "toy")
    own = {"n_workers": 2 if lossy else 1, "threads_per_worker": 1, "dashboard_address": ":0"}
    patient = {"distributed.scheduler.allowed-failures": 100} if lossy else {}
    with ExitStack() as stack:
        stack.enter_context(dask.config.set(patient))
        stack.enter_context(mock.patch.object(pipeline, "on_worker", instant))
        cluster = stack.enter_context(LocalCluster(**own, silence_logs=50))
        client = stack.enter_context(Client(cluster))

        def tell(row):
            memory.append(process.memory_info().rss)
            if lossy and len(memory) % KILLED_EVERY == 0:
                kill_a_worker(cluster)

        begun, spent = time.perf_counter(), time.process_time()
        rows = pipeline.grade_class(
            course,
            "toy",
            names,
            client,
            limits=Limits(),
            sandbox=False,
            tell=tell,
        )
        seconds, spent = time.perf_counter() - begun, time.process_time() - spent
    assert [row.status for row in rows] == ["graded"] * submissions
    return seconds, spent, [memory[int(submissions * part)] for part in (0.1, 0.5)] + memory[-1:]


def measure_stock(folder, submissions):
    """Record verdicts with a converter for each submission, as nbgrader does."""
    from helpers.grading import intake, record
    from helpers.grading.limits import Limits
    from helpers.grading.places import configuration

    course = make_course(folder, submissions, "")
    author, known = intake.read_assignment(course, "toy"), intake.releases(course, "toy")
    config = configuration(course)
    begun, spent = time.perf_counter(), time.process_time()
    for name in intake.students(course, "toy"):
        taken = intake.take(course, name, author, known)
        verdict = instant(intake.job(taken.notebook, author, Limits(), sandbox=False))
        record.alone(config, "toy", record.Graded(name, taken, verdict))
    return time.perf_counter() - begun, time.process_time() - spent, []


def database(kind):
    """The address of an empty database of this kind; none if the course's own file will do."""
    from tests.grading import databases

    return databases.postgresql() if kind == "PostgreSQL" else nullcontext("")


def apart(kind, submissions):
    """Measure in a process of its own."""
    command = [sys.executable, __file__, "--measure", kind, str(submissions)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def main():
    """Print one line for each kind of class and each size."""
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", nargs="*", type=int, default=[1000, 5000])
    parser.add_argument("--stock", type=int, default=50)
    parser.add_argument("--measure", metavar="KIND", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        with database(asked.measure) as url, tempfile.TemporaryDirectory() as name:
            [submissions] = asked.sizes
            if asked.measure == "stock":
                found = measure_stock(Path(name), submissions)
            else:
                lossy = asked.measure == "lost workers"
                found = measure(Path(name), submissions, url, lossy)
        print(json.dumps(found))
        return
    kinds = ["SQLite", "lost workers"]
    if any(Path("/usr/lib/postgresql").glob("*/bin")):
        kinds.insert(1, "PostgreSQL")
    runs = [("stock", asked.stock), *((kind, size) for size in asked.sizes for kind in kinds)]
    for kind, submissions in runs:
        seconds, spent, memory = apart(kind, submissions)
        steps = " -> ".join(f"{size / 1e6:.0f}" for size in memory)
        print(
            f"{kind:14}{submissions:7} submissions {submissions / seconds:7.1f} a second "
            f"{submissions / spent:7.1f} a processor second"
            + (f"  memory {steps} MB (a tenth, half, all)" if memory else ""),
            flush=True,
        )


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
