"""How commands behave: in turn, stoppable, and gone without a trace."""

import gc
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from helpers.kernels.turn import Stopped, one_at_a_time, own_temporary_folder, remove, stoppable
from tests.helpers.kernels.kernels import eventually

HOLD = """
import sys, time
from pathlib import Path
from helpers.kernels.turn import one_at_a_time
with one_at_a_time(Path(sys.argv[1]), lambda told: print(told, flush=True)):
    print("mine", flush=True)
    sys.stdin.readline()
"""
TEMPORARY = """
import os, sys, tempfile
from helpers.kernels.turn import own_temporary_folder, stoppable
with stoppable(), own_temporary_folder():
    inside = tempfile.mkdtemp()
    open(inside + "/file", "w").close()
    print(os.environ["TMPDIR"], inside, flush=True)
    sys.stdin.readline()
"""


def _python(source: str, *words: str) -> subprocess.Popen:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-c", source, *words], text=True, **pipes)


def test_the_second_waits_is_told_who_works_and_then_has_its_turn(tmp_path):
    lock = tmp_path / "deep" / "lock"
    with _python(HOLD, str(lock)) as first:
        assert first.stdout.readline() == "mine\n"
        with _python(HOLD, str(lock)) as second:
            told = second.stdout.readline()
            assert "Waiting for" in told and f"process {first.pid}" in told
            first.communicate("done\n", timeout=400)
            assert second.stdout.readline() == "mine\n"
            second.communicate("done\n", timeout=400)
    assert first.returncode == second.returncode == 0


def test_a_turn_ends_with_a_process_that_is_killed(tmp_path):
    lock = tmp_path / "lock"
    with _python(HOLD, str(lock)) as first:
        assert first.stdout.readline() == "mine\n"
        first.kill()
    told: list[str] = []
    with one_at_a_time(lock, told.append):
        assert told == []


def test_a_child_that_goes_on_does_not_keep_the_turn(tmp_path):
    lock, told = tmp_path / "lock", []
    with one_at_a_time(lock, told.append):
        child = subprocess.Popen(["sleep", "60"])
    try:
        with one_at_a_time(lock, told.append):
            assert told == []
    finally:
        child.kill()
        child.wait()


def test_where_nothing_can_be_written_nobody_waits(tmp_path):
    (tmp_path / "file").touch()
    with one_at_a_time(tmp_path / "file" / "lock", pytest.fail):
        pass


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_stops_the_block_and_clean_up_is_not_interrupted(name):
    number, cleaned = getattr(signal, name), []
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    found = signal.signal(number, signal.default_int_handler)  # `nohup` may surround us
    try:
        with pytest.raises(Stopped) as stop, stoppable():
            try:
                os.kill(os.getpid(), number)
                pytest.fail("it went on")
            finally:
                os.kill(os.getpid(), number)
                cleaned.append("all of it")
    finally:
        signal.signal(number, found)
    assert stop.value.code == 128 + number and cleaned
    assert {each: signal.getsignal(each) for each in before} == before


class _Finalised:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)


def _collect_garbage():
    def heard(phase, info):
        gc.callbacks.remove(heard)
        os.kill(os.getpid(), signal.SIGINT)

    gc.callbacks.append(heard)
    gc.collect()


@pytest.mark.parametrize("at_a_bad_moment", [_Finalised, _collect_garbage])
def test_a_signal_that_python_would_drop_is_not_lost_and_prints_nothing(
    monkeypatch, at_a_bad_moment
):
    printed, went_on = [], False
    hook = lambda lost: printed.append(lost.exc_value)  # noqa: E731 (compared below)
    monkeypatch.setattr(sys, "unraisablehook", hook)
    found = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(Stopped) as stop, stoppable():
            at_a_bad_moment()
            went_on = True
            time.sleep(20)
            pytest.fail("it was lost")
    finally:
        signal.signal(signal.SIGINT, found)
    assert went_on and not printed and sys.unraisablehook is hook
    assert stop.value.code == 128 + signal.SIGINT
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_what_else_python_drops_is_printed_as_ever(monkeypatch):
    class Faulty:
        def __del__(self):
            raise ValueError("told")

    printed = []
    monkeypatch.setattr(sys, "unraisablehook", lambda lost: printed.append(str(lost.exc_value)))
    with stoppable():
        Faulty()
    assert printed == ["told"]


def test_what_was_ignored_from_the_start_is_ignored():
    found = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stoppable():
            os.kill(os.getpid(), signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, found)


@pytest.mark.parametrize("number", [None, signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_temporary_files_go_however_a_process_ends(number):
    with _python(TEMPORARY) as process:
        outer, inner = map(Path, process.stdout.readline().split())
        assert inner.parent == outer and inner.is_dir()
        if number is None:
            process.communicate("done\n", timeout=400)
        else:
            process.send_signal(number)
            process.communicate(timeout=400)
    if number != signal.SIGKILL:
        assert not outer.exists()
    assert eventually(lambda: not outer.exists(), 10)


@pytest.mark.skipif(os.name == "nt", reason="needs folders that nobody may enter")
def test_a_folder_goes_however_deep_and_closed_it_is(tmp_path):
    top = tmp_path / "top"
    top.mkdir()
    (top / "closed" / "inner").mkdir(parents=True)
    (top / "closed").chmod(0)
    nest = "import os\nfor _ in range(3000):\n    os.mkdir('deeper')\n    os.chdir('deeper')"
    subprocess.run([sys.executable, "-c", nest], cwd=top, check=True)
    remove(top)
    assert not top.exists()
    remove(top)  # which is not there any more


def test_temporary_folders_nest_and_are_put_back(monkeypatch):
    monkeypatch.delenv("TMPDIR", raising=False)
    with own_temporary_folder():
        first = os.environ["TMPDIR"]
        with own_temporary_folder():
            assert Path(os.environ["TMPDIR"]).parent == Path(first)
        assert os.environ["TMPDIR"] == first
    assert "TMPDIR" not in os.environ
