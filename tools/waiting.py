"""A process that gets ready ahead of time, and goes on once it is told to."""

import multiprocessing
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from helpers.kernels.turn import ctrl_c_is_for_us_alone

#: On Linux a fork, which has all that its parent has imported.
FORK: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")


@contextmanager
def running(process: Any, patience: float = 0) -> Iterator[None]:
    """A process that lasts as long as the block, and leaves Ctrl-C to us.

    While processes fork, Python drops what a signal raises. With ``patience``, it has so many
    seconds to end by itself.
    """
    try:
        with ctrl_c_is_for_us_alone():
            process.start()
        yield
    finally:
        if process.pid is not None:
            if patience:
                process.terminate()
                process.join(patience)
            process.kill()
            process.join()


@contextmanager
def waiting(
    target: Callable[..., object], *given: Any, patience: float = 0
) -> Iterator[Callable[[], int]]:
    """``target(*given, wait)`` in a process of its own, and what has it go on to its end.

    That returns its exit code. ``wait`` ends the process if nobody is there to tell it any more.
    """
    here, there = FORK.Pipe(duplex=False)
    process = FORK.Process(target=_with_a_gate, args=(target, given, here, there))

    def go_on() -> int:
        with suppress(BrokenPipeError):  # it has ended already
            there.send(None)
        process.join()
        return process.exitcode or 0

    with running(process, patience):
        here.close()
        yield go_on


def _with_a_gate(target: Callable[..., object], given: tuple, here: Any, there: Any) -> None:
    there.close()  # or this process would keep itself waiting for a parent that is gone

    def wait() -> None:
        try:
            here.recv()
        except (EOFError, KeyboardInterrupt):
            raise SystemExit(1) from None

    target(*given, wait)
