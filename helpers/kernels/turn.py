"""How commands behave: they take turns, can be stopped at any time, and leave nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from pathlib import Path
from types import FrameType
from typing import IO, Any

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

STOPS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
CAN_REPEAT = hasattr(signal, "setitimer")  # not on Windows
AGAIN = 0.2  # seconds


class Stopped(KeyboardInterrupt):
    """Somebody wants this command to end, as with Ctrl-C; ``code`` is its exit code."""

    def __init__(self, number: int = signal.SIGINT) -> None:
        super().__init__()
        self.code = 128 + number


@contextmanager
def one_at_a_time(path: Path, tell: Callable[[str], None]) -> Iterator[None]:
    """Hold the turn that the file ``path`` stands for; wait for whoever has it.

    The turn ends with the block or with the process, however that ends; the file stays. Where
    nothing can be written, nothing can be spoilt either: there, and on Windows, nobody waits.

    Parameters
    ----------
    path : Path
        Any file name; its folder is made.
    tell : callable
        Is told in a sentence who has the turn, before we wait.
    """
    file = _turn(path)
    if file is None or fcntl is None:
        yield
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            tell(f"Waiting for {file.read().strip() or 'another command'} to end: one at a time.")
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(f"`{' '.join([Path(sys.argv[0]).name, *sys.argv[1:]])}` (process {os.getpid()})")
        file.flush()
        try:
            yield
        finally:
            with suppress(OSError):
                file.truncate(0)


def _turn(path: Path) -> IO[str] | None:
    """The file, open for reading and writing; None where that is not allowed."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a+")
    except OSError:
        return None


@contextmanager
def stoppable() -> Iterator[None]:
    """Have SIGTERM and SIGHUP end the block as Ctrl-C does, and nothing interrupt its clean-up.

    What was told to be ignored when the process was started, as by ``nohup``, is ignored.
    Python drops what is raised while an object is finalised or garbage is collected, and prints it
    (``Exception ignored in``); an exception that is gone while the block still runs was lost in
    this way, and is raised again, so that nothing need be printed.

    Raises
    ------
    Stopped
        In the place of ``KeyboardInterrupt``, too.
    """
    on_its_way: list[weakref.ref[Stopped]] = []

    def stop(number: int, frame: FrameType | None) -> None:
        for each in before:
            signal.signal(each, signal.SIG_IGN)  # whoever is impatient presses Ctrl-C twice
        if CAN_REPEAT:
            signal.signal(signal.SIGALRM, lambda *_: None if on_its_way[0]() else tell(number))
            signal.setitimer(signal.ITIMER_REAL, AGAIN, AGAIN)
        tell(number)

    def tell(number: int) -> None:
        stopped = Stopped(number)
        on_its_way[:] = [weakref.ref(stopped)]
        try:
            raise stopped
        finally:
            del stopped  # which this frame, hence the exception itself, would keep alive

    def hook(lost: sys.UnraisableHookArgs) -> None:
        if not (CAN_REPEAT and isinstance(lost.exc_value, Stopped)):
            before_hook(lost)

    before_hook, sys.unraisablehook = sys.unraisablehook, hook
    before: dict[int, Any] = {}
    for number in (signal.SIGINT, *STOPS):
        if (found := signal.getsignal(number)) not in (signal.SIG_IGN, None):
            before[number] = found
            signal.signal(number, stop)
    try:
        yield
    finally:
        if CAN_REPEAT:
            signal.setitimer(signal.ITIMER_REAL, 0)
        for number, found in before.items():
            signal.signal(number, found)
        sys.unraisablehook = before_hook


@contextmanager
def ctrl_c_is_for_us_alone() -> Iterator[None]:
    """Threads and processes that start within the block never see it, nor a terminal that closes.

    Both reach every process of the terminal, where Python would answer with a traceback. What
    comes in the meantime is raised here at the end of the block.
    """
    if not hasattr(signal, "pthread_sigmask"):  # on Windows
        yield
        return
    deaf = {signal.SIGINT, signal.SIGHUP}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, deaf)
    try:
        resource_tracker.ensure_running()  # which lets them through again here
        signal.pthread_sigmask(signal.SIG_BLOCK, deaf)
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def own_temporary_folder() -> Iterator[None]:
    """All temporary files of this process and its children go with the block, or with us."""
    before = os.environ.get("TMPDIR")
    with tempfile.TemporaryDirectory(prefix="course-") as name, cleared_away(Path(name)):
        os.environ["TMPDIR"], tempfile.tempdir = name, None
        try:
            yield
        finally:
            os.environ.pop("TMPDIR")
            if before is not None:
                os.environ["TMPDIR"] = before
            tempfile.tempdir = None


def remove(folder: Path) -> None:
    """Remove a folder with all that is in it, however deep it goes and whoever may not enter it.

    Python 3.11 cannot go deeper than it can call, and what cannot be entered stays.
    """
    with suppress(RecursionError):
        shutil.rmtree(folder, ignore_errors=True)
    if folder.exists() and fcntl is not None:
        for words in (["chmod", "-R", "u+rwx"], ["rm", "-rf"]):
            subprocess.run([*words, "--", str(folder)], capture_output=True)


@contextmanager
def cleared_away(folder: Path) -> Iterator[None]:
    """Have a folder removed when this process ends within the block, however it ends.

    A process of its own waits for that: it reads from a pipe that nobody writes to.
    """
    if fcntl is None:
        yield
        return
    # More than once: whatever still runs may make files while others are removed.
    remove = 'for _ in 1 2 3 4 5; do rm -rf -- "$1" && sleep 1; [ -e "$1" ] || break; done'
    waits = subprocess.Popen(
        ["/bin/sh", "-c", f"read -r _; {remove}", "sh", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
    )
    try:
        yield
    finally:
        waits.kill()
        waits.communicate()
