"""Limits of their own for what is built from a stranger's description."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

MEMORY = 1_000_000_000  # bytes beyond what the process has
SECONDS = 20.0  # of processor time
AGAIN = 1.0  # seconds, should a library catch what ends it


class TooMuch(Exception):
    """Building something takes longer than any network of a course."""


@contextmanager
def bounded() -> Iterator[None]:
    """Have the block fail if it takes too much memory or time, where the system can.

    Raises
    ------
    TooMuch
        If it takes too long; too much memory is an error of whoever asks for it.
    """
    with ExitStack() as stack:
        if resource is not None and (data := _data()):
            soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
            stack.callback(resource.setrlimit, resource.RLIMIT_DATA, (soft, hard))
            most = data + MEMORY
            if soft == resource.RLIM_INFINITY or most < soft:
                resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
        main = threading.current_thread() is threading.main_thread()
        if main and hasattr(signal, "ITIMER_PROF"):
            stack.callback(signal.signal, signal.SIGPROF, signal.signal(signal.SIGPROF, _end))
            stack.callback(signal.setitimer, signal.ITIMER_PROF, 0)
            signal.setitimer(signal.ITIMER_PROF, SECONDS, AGAIN)
        yield


def _data() -> int:
    """Bytes that this process has of what is limited; 0 where the system does not tell."""
    try:
        found = re.search(r"^VmData:\s*(\d+) kB", Path("/proc/self/status").read_text(), re.M)
    except OSError:
        return 0
    return 1024 * int(found[1]) if found else 0


def _end(*_: object) -> None:
    raise TooMuch(f"it takes more than {SECONDS:.0f} s to build")
