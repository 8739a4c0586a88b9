"""What a process and its room hold."""

import os
import socket
import sys
from contextlib import ExitStack

import psutil
import pytest

from helpers.kernels.usage import held_by_room, memory_of

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
