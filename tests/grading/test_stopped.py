"""Commands that are stopped or killed, and two at a time: nothing is left, nothing is spoilt."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from helpers.kernels import warm
from tests.exercises.course import scores
from tests.grading import toy
from tests.helpers.kernels.kernels import eventually

pytestmark = pytest.mark.skipif(bool(toy.NO_SANDBOX), reason=toy.NO_SANDBOX)
SLOW = "import time; time.sleep(2.5)\n" + toy.SOLUTION
GROUP = (signal.SIGINT, signal.SIGHUP)  # what a terminal sends to all that runs in it


@pytest.fixture
def temporary():
    """A folder for temporary files; its name is short, for sockets will be in it."""
    folder = Path(tempfile.mkdtemp(prefix="t"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def course(tmp_path):
    return toy.make_class(tmp_path, [f"s{number}" for number in range(6)], SLOW)


def start(course: Path, temporary: Path, *words: str) -> subprocess.Popen:
    own = {k: v for k, v in os.environ.items() if k not in (warm.FOLDER, warm.OWNER)}
    return subprocess.Popen(
        [str(Path(sys.executable).with_name("course")), "--course", str(course), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=course,
        env={**own, "TMPDIR": str(temporary)},
        start_new_session=True,
    )


def ours(temporary: Path) -> list[psutil.Process]:
    """Processes that a command has started, wherever they are now."""
    found = []
    for process in psutil.process_iter(["cmdline", "environ"]):
        told = " ".join(process.info["cmdline"] or []) + str(process.info["environ"] or {})
        if str(temporary) in told and process.status() != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found


def stop(process: subprocess.Popen, number: int) -> tuple[str, str]:
    (os.killpg if number in GROUP else os.kill)(process.pid, number)
    return process.communicate(timeout=60)


def gone(temporary: Path) -> bool:
    return eventually(lambda: not ours(temporary) and not any(temporary.iterdir()), 20)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"])
def test_a_class_that_is_stopped_leaves_nothing_and_goes_on(course, temporary, name):
    number = getattr(signal, name)
    store = course / "_build" / "grading" / "toy"
    process = start(course, temporary, "grade", "toy")
    assert eventually(lambda: any(store.glob("*.json")), 120)
    assert ours(temporary)
    out, err = stop(process, number)
    if number == signal.SIGKILL:
        assert process.returncode == -number
    else:
        assert process.returncode == 128 + number
        assert err.count("same command goes on") == 1
        assert not ours(temporary) and not any(temporary.iterdir())
    assert "Traceback" not in out + err
    assert gone(temporary), (ours(temporary), list(temporary.rglob("*")))
    assert not list(course.rglob("*.partial"))
    done = {path: json.loads(path.read_text())["verdict"] for path in store.glob("*.json")}
    again = start(course, temporary, "grade", "toy")
    _, err = again.communicate(timeout=200)
    assert again.returncode == 0, err
    assert {path: json.loads(path.read_text())["verdict"] for path in done} == done
    totals = {who: sum(filter(None, of.values())) for who, of in scores(course, "toy").items()}
    assert totals == {f"s{number}": 10 for number in range(6)}
    assert gone(temporary)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_a_check_that_is_stopped_leaves_nothing(course, temporary, name):
    number = getattr(signal, name)
    toy.hand_in(course, "me", "while True: pass")
    mine = course / "submitted" / "me" / "toy" / "toy.ipynb"
    process = start(course, temporary, "check", str(mine))
    assert eventually(lambda: len(ours(temporary)) > 2, 60)
    out, err = stop(process, number)
    assert process.returncode == (-number if number == signal.SIGKILL else 128 + number)
    assert "Traceback" not in out + err
    assert gone(temporary), (ours(temporary), list(temporary.rglob("*")))


def test_a_second_class_waits_for_the_first_and_says_so(course, temporary):
    first = start(course, temporary, "grade", "toy")
    turn = course / "_build" / "grading" / "lock"
    assert eventually(lambda: turn.is_file() and turn.read_text(), 60)
    second = start(course, temporary, "grade", "toy", "--student", "s0", "--force")
    _, err = first.communicate(timeout=200)
    assert first.returncode == 0, err
    _, err = second.communicate(timeout=200)
    assert second.returncode == 0, err
    assert f"Waiting for `course --course {course} grade toy` (process {first.pid})" in err
    assert scores(course, "toy")["s0"] == toy.FULL
