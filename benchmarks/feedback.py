"""How many pages of feedback a second, of an assignment whose outputs have figures and tables.

``python benchmarks/feedback.py [PAGES]`` (100), all of them of `exploding`, in one process: pages
a second of the wall, and of the processor, which a busy machine does not change.
"""

import base64
import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NAME = "exploding"
FIGURE = base64.b64encode(b"\x89PNG" + bytes(20_000)).decode()
ROW = "<tr><th>1</th>" + "<td>0.25</td>" * 6 + "</tr>\n"
SHOWN = [
    {"output_type": "stream", "name": "stdout", "text": "epoch 1: loss 0.1234\n" * 20},
    {"output_type": "display_data", "metadata": {}, "data": {"image/png": FIGURE}},
    {"output_type": "display_data", "metadata": {}, "data": {"text/html": f"<table>{ROW}</table>"}},
]


def make_course(folder):
    """A course with the one assignment, in which one student has handed in."""
    from tools.release_exercises import release

    (folder / "solutions").mkdir()
    shutil.copy(ROOT / "solutions" / f"{NAME}.md", folder / "solutions")
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    release(folder)
    shutil.copytree(folder / "_build" / "source" / NAME, folder / "submitted" / "one" / NAME)
    return folder


def record_class(course, names):
    """Enter the same work for everybody, with a test in two that failed."""
    from helpers.grading import intake, pipeline
    from helpers.grading.ledger import Entry, Ledger
    from helpers.grading.limits import Limits
    from helpers.grading.places import configuration
    from helpers.grading.record import Graded, Register

    author, known = intake.read_assignment(course, NAME), intake.releases(course, NAME)
    taken = intake.take(course, "one", author, known)
    job = intake.job(taken.notebook, author, Limits(), sandbox=False)
    verdict = pipeline.nothing(author, "graded", "AssertionError: not what was asked for")
    for test in list(verdict["tests"].values())[::2]:
        test |= {"points": test["max"], "message": ""}
    own = [cell.grade_id for cell in job.cells if cell.points is None]
    verdict["outputs"] = dict.fromkeys(own, SHOWN)
    register, ledger = Register(configuration(course), NAME), Ledger.of(course, NAME)
    assert not register.record([Graded(name, taken, verdict) for name in names])
    register.close()
    for name in names:
        ledger.write(Entry(pipeline.row_of(name, verdict), "key", verdict, "recorded"))


def main():
    """Print pages a second."""
    from helpers.grading import returning

    pages = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    names = [f"student-{number:04}" for number in range(pages)]
    with tempfile.TemporaryDirectory() as folder:
        course = make_course(Path(folder))
        record_class(course, names)
        begun, spent = time.perf_counter(), time.process_time()
        results = list(returning.give_back(course, NAME, names))
        seconds, spent = time.perf_counter() - begun, time.process_time() - spent
        size = (course / "feedback" / names[0] / NAME / f"{NAME}.html").stat().st_size
    assert [why for _, why in results] == [""] * pages, results[0]
    print(
        f"{pages} pages of {size / 1e3:.0f} kB: {pages / seconds:.1f} a second, "
        f"{pages / spent:.1f} a processor second"
    )


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
