"""Grade the same submissions with stock nbgrader on cold kernels, and with `course grade`.

``python benchmarks/grading.py [SUBMISSIONS]`` (20), all of them the solution of `exploding`. What
the engine adds to a submission is what it takes beyond the same notebook, tests and all, in a warm
kernel without walls, as many at once as there are cores. The last line compares the run with what
the page for instructors reckons: submissions, times seconds of each, shared by the cores.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from statistics import median

import nbformat
from nbclient import NotebookClient
from warm_kernels import cold_kernelspec

from helpers.kernels.thrift import ONE_THREAD

ROOT = Path(__file__).resolve().parents[1]
NAME = "exploding"


def make_course(folder, submissions):
    """A released course in which everybody handed in the solution."""
    sys.path.insert(0, str(ROOT))
    from tools.release_exercises import release

    folder.mkdir()
    shutil.copytree(ROOT / "solutions", folder / "solutions")
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    release(folder)
    for number in range(submissions):
        target = folder / "submitted" / f"student-{number:02}" / NAME
        shutil.copytree(folder / "_build" / "source" / NAME, target)
    return folder


def timed(command, folder, **environment):
    """Seconds of a command that must succeed."""
    begun = time.perf_counter()
    done = subprocess.run(
        [str(Path(sys.executable).with_name(command[0])), *command[1:]],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return time.perf_counter() - begun


def without_walls(path):
    """Seconds that the cells of a notebook take, those of its tests among them."""
    notebook = nbformat.read(path, nbformat.NO_CONVERT)
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=None,
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute(env={**os.environ, **ONE_THREAD, "PYTHONPATH": str(ROOT)})
    moments = [cell.metadata["execution"] for cell in notebook.cells if cell.cell_type == "code"]
    return sum(
        (
            datetime.fromisoformat(moment["shell.execute_reply"])
            - datetime.fromisoformat(moment["iopub.execute_input"])
        ).total_seconds()
        for moment in moments
    )


def main():
    """Print seconds a submission, and the ratio."""
    submissions = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cold_kernelspec(folder)
        (folder / "kernels" / "cold").rename(folder / "kernels" / "python3")
        stock, ours = (make_course(folder / which, submissions) for which in ("stock", "ours"))
        slow = timed(["nbgrader", "autograde", NAME], stock, JUPYTER_PATH=name)
        fast = timed(["course", "--course", str(ours), "grade", NAME], ours)
        verdicts = sorted((ours / "_build" / "grading" / NAME).glob("*.json"))
        found = [json.loads(path.read_text()) for path in verdicts]
        notebooks = sorted((ours / "submitted").glob(f"*/{NAME}/{NAME}.ipynb"))
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            plain = list(pool.map(without_walls, notebooks))
    assert [entry["row"]["score"] for entry in found] == [10.0] * submissions
    own = [entry["verdict"]["seconds"] for entry in found]
    all_of_it = [entry["verdict"]["total_seconds"] for entry in found]
    print(f"{submissions} submissions of {NAME}, {os.cpu_count()} cores")
    print(f"stock nbgrader  {slow:6.0f} s  {slow / submissions:5.1f} s each")
    print(f"course grade    {fast:6.0f} s  {fast / submissions:5.1f} s each")
    print(f"ratio           {slow / fast:6.2f}")
    print(f"learner's cells {median(own):6.1f} s, with all tests {median(plain):.1f} s (medians)")
    print(f"course adds     {median(all_of_it) - median(plain):6.2f} s a submission (medians)")
    limit = submissions * median(plain) / os.cpu_count()
    print(f"without engine  {limit:6.0f} s; it took {fast / limit:.2f} times that")
    reckoned = submissions * median(all_of_it) / os.cpu_count()
    print(f"reckoned        {reckoned:6.0f} s; it took {fast / reckoned:.2f} times that")


if __name__ == "__main__":
    main()
