"""How many submissions a second the coordinator records, and what memory it needs for them.

``python benchmarks/coordinator.py [SUBMISSIONS …]`` (100 1000): every task ends at once with a
verdict of full points, so that reading, sending, recording and the ledger are all that is timed.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from unittest import mock

import psutil

ROOT = Path(__file__).resolve().parents[1]


def instant(job):
    """Full points for everybody."""
    tests = {
        cell.grade_id: {"points": cell.points, "max": cell.points, "message": ""}
        for cell in job.cells
        if cell.points is not None
    }
    return {"status": "graded", "message": "", "tests": tests, "outputs": {}, "seconds": 0.0}


def measure(folder, submissions):
    """Record a class in this process; seconds, and bytes of memory at a tenth and at the end."""
    from distributed import Client, LocalCluster

    from helpers.grading import intake, pipeline
    from helpers.grading.limits import Limits
    from tests.grading import toy

    course = toy.make_course(folder)
    for number in range(submissions):
        toy.hand_in(course, f"student-{number:05}", toy.SOLUTION)
    process, memory = psutil.Process(), []
    names = intake.students(course, "toy")
    with (
        mock.patch.object(pipeline, "on_worker", instant),
        LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster) as client,
    ):
        begun = time.perf_counter()
        rows = pipeline.grade_class(
            course,
            "toy",
            names,
            client,
            limits=Limits(),
            sandbox=False,
            tell=lambda row: memory.append(process.memory_info().rss),
        )
        seconds = time.perf_counter() - begun
    assert [row.status for row in rows] == ["graded"] * submissions
    print(json.dumps([seconds, memory[submissions // 10], memory[-1]]))


def main():
    """Print one line for each size of class, each measured in a process of its own."""
    for submissions in map(int, sys.argv[1:] or ["100", "1000"]):
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, __file__, "--measure", folder, str(submissions)]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        seconds, early, late = json.loads(done.stdout.splitlines()[-1])
        print(
            f"{submissions:6} submissions {submissions / seconds:6.1f} a second, memory "
            f"{early / 1e6:.0f} MB after a tenth, {late / 1e6:.0f} MB at the end"
        )


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    if sys.argv[1:2] == ["--measure"]:
        measure(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
