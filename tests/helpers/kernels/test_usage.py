"""What a process and its room hold."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack

import psutil
import pytest

from helpers.kernels.usage import family, held_by_room, memory_of

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@linux
def test_sockets_count_as_if_they_were_full():
    with ExitStack() as stack:
        before = held_by_room(os.getpid())
        for _ in range(400):
            for end in socket.socketpair():
                stack.enter_context(end)
        with open("/proc/sys/net/core/wmem_default") as file:
            each = int(file.read())
        # Others on this machine may open and close some, too.
        assert held_by_room(os.getpid()) > before + 400 * each


def test_of_a_process_that_is_not_there_nothing_is_known():
    assert held_by_room(2**31 - 1) == 0


@linux
def test_memory_that_is_written_counts():
    before = memory_of(psutil.Process())
    written = b"x" * 100_000_000
    assert memory_of(psutil.Process()) > before + 90_000_000 and written


TREE = """
import os, subprocess, sys, threading
if int(sys.argv[1]):
    again = lambda: subprocess.run([sys.executable, "-c", sys.argv[2], str(int(sys.argv[1]) - 1),
                                    sys.argv[2]])
    for thread in [threading.Thread(target=again) for _ in range(2)]:
        thread.start()
else:
    os.write(1, b"leaf\\n")
    threading.Event().wait()
"""


def test_a_family_is_a_process_and_all_that_its_threads_started():
    words = [sys.executable, "-c", TREE, "2", TREE]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdout=pipe, text=True, start_new_session=True) as root:
        try:
            assert [root.stdout.readline() for _ in range(4)] == ["leaf\n"] * 4
            known = psutil.Process(root.pid).children(recursive=True)
            found = family(root.pid)
        finally:
            os.killpg(root.pid, signal.SIGKILL)
    assert len(known) == 6
    assert {each.pid for each in found} == {root.pid, *(each.pid for each in known)}


def test_a_process_that_has_ended_has_no_family():
    with subprocess.Popen([sys.executable, "-c", ""]) as root:
        pass
    assert family(root.pid) == []


def test_where_the_system_does_not_say_all_processes_are_looked_through(monkeypatch):
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        monkeypatch.setattr("helpers.kernels.usage.TELLS", False)
        assert child.pid in {each.pid for each in family(os.getpid())}
        child.communicate(b"\n")
