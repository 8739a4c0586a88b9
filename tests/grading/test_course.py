"""The command `course`, as an instructor and a learner use it."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from helpers.kernels import warm
from tests.exercises.course import nbgrader, scores
from tests.grading import toy
from tests.helpers.kernels.kernels import eventually

pytestmark = pytest.mark.skipif(bool(toy.NO_SANDBOX), reason=toy.NO_SANDBOX)
ROOT = Path(__file__).resolve().parents[2]
HALF = "def double(x):\n    return 2 * x\n\nanswer, values = 0, [0]"
SLOW = "import time; time.sleep(1.5)\n" + toy.SOLUTION


def start(course: Path, *words: str, **options) -> subprocess.Popen:
    command = [str(Path(sys.executable).with_name("course")), "--course", str(course), *words]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=course, **options
    )


def run(course: Path, *words: str) -> tuple[int, str, str]:
    process = start(course, *words)
    out, err = process.communicate(timeout=3000)
    return process.returncode, out, err


def statuses(course: Path) -> dict[str, dict[str, str]]:
    _, out, _ = run(course, "status", "toy", "--csv")
    return {row["student"]: row for row in csv.DictReader(io.StringIO(out))}


def totals(course: Path) -> dict[str, float]:
    return {name: sum(filter(None, of.values())) for name, of in scores(course, "toy").items()}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A class of six, two of whom cannot be graded as they should."""
    course = toy.make_course(tmp_path_factory.mktemp("course"))
    toy.hand_in(course, "all", toy.SOLUTION)
    toy.hand_in(course, "half", HALF)
    toy.hand_in(course, "blank", toy.STUB)
    toy.hand_in(course, "broken", b"{")
    toy.hand_in(course, "endless", "while True: pass")
    toy.hand_in(course, "html", "from IPython.display import HTML\nHTML('<b>bold</b>')")
    code, out, err = run(course, "grade", "toy", "--seconds", "20")
    return course, code, out, err


def test_everybody_gets_one_status_and_the_rest_is_graded(graded):
    course, code, out, err = graded
    found = {name: row["status"] for name, row in statuses(course).items()}
    assert found == {
        "all": "graded",
        "half": "graded",
        "blank": "graded",
        "html": "graded",
        "broken": "rejected",
        "endless": "timed_out",
    }, err
    assert code == 1 and "need a person" in err
    assert "toy.ipynb is not a notebook" in out


def test_the_gradebook_is_nbgraders(graded):
    course, *_ = graded
    assert totals(course) == {"all": 10, "half": 5, "blank": 0, "endless": 0, "html": 0}
    assert scores(course, "toy")["half"] == {"test-double": 5, "test-answer": 0, "test-values": 0}


def test_stock_feedback_and_export_work_and_hide_the_tests(graded):
    course, *_ = graded
    for command in (("generate_feedback", "toy"), ("export",)):
        done = nbgrader(course, *command)
        assert done.returncode == 0, done.stderr[-2000:]
    page = (course / "feedback" / "half" / "toy" / "toy.html").read_text()
    assert "not the answer" in page and toy.SECRET not in page
    rows = csv.DictReader((course / "grades.csv").open())
    assert {row["student_id"]: float(row["score"] or 0) for row in rows}["half"] == 5
    kept = [path for path in course.rglob("*") if path.is_file() and "source" not in path.parts]
    leaks = [
        path
        for path in kept
        if path.suffix not in {".db", ".md"}
        and "autograded" not in path.parts
        and toy.SECRET.encode() in path.read_bytes()
    ]
    assert not leaks


def test_stock_autograde_gives_an_honest_submission_the_same(graded, tmp_path):
    course = toy.make_course(tmp_path / "stock")
    toy.hand_in(course, "all", toy.SOLUTION)
    toy.hand_in(course, "half", HALF)
    assert nbgrader(course, "autograde", "toy").returncode == 0
    assert scores(course, "toy") == {n: scores(graded[0], "toy")[n] for n in ("all", "half")}


def test_what_has_not_changed_is_not_graded_again(graded):
    course, *_ = graded
    store = course / "_build" / "grading" / "toy"
    before = {path.name: path.stat().st_mtime_ns for path in store.iterdir()}
    toy.hand_in(course, "blank", HALF)
    run(course, "grade", "toy", "--seconds", "20")
    after = {path.name: path.stat().st_mtime_ns for path in store.iterdir()}
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"blank.json", "broken.json"}  # a rejected one is read again: it is cheap
    assert totals(course)["blank"] == 5


def test_check_tells_a_learner_what_is_wrong(tmp_path):
    course = toy.make_course(tmp_path)
    toy.hand_in(course, "me", HALF)
    mine = str(course / "submitted" / "me" / "toy" / "toy.ipynb")
    code, out, err = run(course, "check", mine)
    assert code == 0, err
    assert "not the answer" in out and "toy: 5 of 10 points" in out and toy.SECRET not in out
    code, out, _ = run(course, "check", mine, "--json")
    told = json.loads(out)
    assert set(told) == {"assignment", "status", "score", "max_score", "tests"}
    assert (told["assignment"], told["status"], told["score"]) == ("toy", "graded", 5.0)
    assert told["tests"]["test-answer"]["message"] == "AssertionError: not the answer"
    assert not (course / "autograded").exists()


def test_bad_calls_say_what_to_do(tmp_path):
    course = toy.make_course(tmp_path)
    for words, told in (
        (("grade", "nothing"), "make exercises"),
        (("grade", "toy"), "nothing in"),
        (("check", "nowhere.ipynb"), "no file nowhere.ipynb"),
    ):
        code, _, err = run(course, *words)
        assert code == 1 and told in err and "Traceback" not in err


def test_without_bubblewrap_nothing_is_graded(tmp_path):
    course = toy.make_course(tmp_path)
    toy.hand_in(course, "all", toy.SOLUTION)
    process = start(course, "grade", "toy", env={**os.environ, "PATH": str(tmp_path)})
    _, err = process.communicate(timeout=3000)
    assert process.returncode == 1 and "apt-get install bubblewrap" in err
    assert not (course / "autograded").exists()


@pytest.fixture
def big_class(tmp_path):
    course = toy.make_course(tmp_path)
    for number in range(8):
        toy.hand_in(course, f"s{number}", SLOW)
    return course


def test_a_coordinator_killed_in_the_middle_goes_on_where_it_was(big_class):
    process = start(big_class, "grade", "toy")
    store = big_class / "_build" / "grading" / "toy"
    assert eventually(lambda: len(list(store.glob("*.json"))) >= 2, 90)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    done = {path.name: json.loads(path.read_text()) for path in store.glob("*.json")}
    assert 2 <= len(done) < 8
    code, _, err = run(big_class, "grade", "toy")
    assert code == 0, err
    for name, entry in done.items():  # nothing was computed twice: the very seconds are the same
        assert json.loads((store / name).read_text())["verdict"] == entry["verdict"]
    assert totals(big_class) == {f"s{number}": 10 for number in range(8)}


def test_an_outside_cluster_of_which_one_worker_is_killed(big_class, tmp_path):
    dask = str(Path(sys.executable).with_name("dask"))
    address = tmp_path / "scheduler.json"
    # As on another machine: without the warm server of this process.
    there = {k: v for k, v in os.environ.items() if k not in (warm.FOLDER, warm.OWNER)}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": there}
    file = ["--scheduler-file", str(address)]
    cluster = [
        subprocess.Popen([dask, "scheduler", *file, "--port", "0", "--no-dashboard"], **quiet)
    ]
    try:
        assert eventually(address.exists, 60)
        for _ in range(2):
            worker = [dask, "worker", *file, "--nthreads", "1", "--no-nanny"]
            cluster.append(subprocess.Popen(worker, cwd=ROOT, **quiet))
        where = json.loads(address.read_text())["address"]
        process = start(big_class, "grade", "toy", "--scheduler", where)
        store = big_class / "_build" / "grading" / "toy"
        assert eventually(lambda: len(list(store.glob("*.json"))) >= 1, 90)
        cluster[1].kill()
        _, err = process.communicate(timeout=3000)
        assert process.returncode == 0, err
        assert totals(big_class) == {f"s{number}": 10 for number in range(8)}
    finally:
        for process in cluster:
            process.kill()
            process.wait()
        time.sleep(1)
