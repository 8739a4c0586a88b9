"""A kernel under supervision: code runs in it until it is done, too late, or too much."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import zmq
from jupyter_client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

from helpers.grading import wire
from helpers.grading.limits import Limits
from helpers.kernels import sandbox, warm
from helpers.kernels.thrift import ONE_THREAD
from helpers.kernels.turn import remove
from helpers.kernels.usage import UNSEEN, held_by_room, memory_of

if TYPE_CHECKING:
    from helpers.kernels.warm_kernel import WarmKernel

ENVIRONMENT = {
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "PATH": "/usr/bin:/bin",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    **ONE_THREAD,
}
START_LIMIT = 60  # seconds
LOOK = 0.2  # seconds between two looks at memory and clock
FLOOD = 20  # times what is kept of a notebook's outputs is what it may show
SWOLLEN = 700_000_000  # bytes that reading a kernel's messages may add to our own memory
AGENT = "__import__('helpers.grading.agent', fromlist=['tell'])"
PROTOCOL = ("execute_reply", "status", "input_request", "execute_input", wire.TEXT)
PARTING = 10  # looks before a kernel that hung up is thought to be alive
GREETING = 0.05  # seconds after which a kernel that has not been heard is asked again


def prepare(*, sandbox: bool) -> None:
    """Start the server of the sessions to come: it imports its libraries beside what goes on."""
    interpreter, environment = _interpreter(sandbox), _environment()
    with suppress(warm.WarmUnavailable):  # the first session will say so
        files = warm.server_files(interpreter, environment)
        warm.connect(interpreter, environment, files).close()


class Ended(Exception):
    """The kernel is no more; ``status`` says what ended it, the text why."""

    def __init__(self, status: str, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass
class Session:
    """One kernel, in a folder with the given data files; use it as a context manager."""

    files: Mapping[str, bytes]
    limits: Limits
    sandbox: bool = True
    begun: float = math.inf  #: when it was ready: the wait for a server is not the student's
    looked: float = -math.inf  #: when its memory and clock were looked at
    shown: int = 0  #: bytes of output that arrived

    def _launch(self) -> str:
        """Start the kernel; the file that says how to reach it."""
        from helpers.kernels.warm_kernel import launch  # not on Windows: see `cold`

        # Everything of the kernel that the outside shares with it: sockets and data files.
        self._place = Path(tempfile.mkdtemp(prefix="k", dir=os.environ[warm.FOLDER]))
        self._place.chmod(0o777)
        work = self._place / "files"
        for name, content in {**self.files, ".keep": b""}.items():
            target = work / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        file, _ = write_connection_file(
            str(self._place / "k.json"), transport="ipc", ip=str(self._place / "s")
        )
        os.chmod(file, 0o644)  # its reader is another user; the folder around keeps others out
        self.process: WarmKernel = launch(
            [*_interpreter(self.sandbox), "-m", "ipykernel_launcher", "-f", file],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            cwd=work,
            room=self._room() if self.sandbox else None,
        )
        return file

    def __enter__(self) -> Session:
        file = self._launch()
        self.client = BlockingKernelClient(connection_file=file)
        self.client.context.reconnect_ivl = 10  # ms: its sockets come to be a moment after it
        self.client.load_connection_file()
        self._channels = wire.Channels(self.client)
        self._own = psutil.Process()
        self._at_first = self._own.memory_info().rss
        return self

    def wait_until_ready(self) -> None:
        """Wait, the first time only: until then the kernel starts beside what else goes on."""
        if self.begun < math.inf:
            return
        latest = time.monotonic() + START_LIMIT
        while time.monotonic() < latest:
            self._look()
            self._part()
            self.client.kernel_info()
            # What it publishes before we subscribe is lost; heard once, it will always be heard.
            while self._channels.iopub.poll(1000 * GREETING):
                if self._receive(self._channels.iopub).parent:
                    self.begun = time.monotonic()
                    return
        raise warm.WarmUnavailable(f"the kernel did not start within {START_LIMIT} s")

    def _room(self) -> dict[str, Any]:
        names = ("processes", "cpu_seconds", "file_size", "disk")
        limits = {name: int(getattr(self.limits, name)) for name in names}
        return {"place": str(self._place), **limits}

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the kernel and all that it left."""
        self.process.kill()
        self._channels.close()
        with suppress(Exception):
            self.process.wait(10)
        remove(self._place)

    def execute(
        self,
        code: str,
        *,
        on_output: Callable[[wire.Message], None] = lambda message: None,
        on_question: Callable[[str], str] | None = None,
        expression: str | None = None,
        quiet: bool = False,
    ) -> wire.Reply:
        """Run a cell; what the kernel replied.

        Raises
        ------
        Ended
            If the kernel ends, or is ended because a limit is passed.
        WarmUnavailable
            If it does not start, or the server under it ends, which is nobody's fault.
        """
        try:
            self.wait_until_ready()
            return self._execute(code, on_output, on_question, expression, quiet)
        except wire.Unreadable as error:
            raise Ended("crashed", f"the kernel sent what cannot be read: {error}") from None
        except zmq.ZMQError as error:
            raise Ended("crashed", f"the kernel cannot be talked to: {error}") from None

    def _execute(
        self,
        code: str,
        on_output: Callable[[wire.Message], None],
        on_question: Callable[[str], str] | None,
        expression: str | None,
        quiet: bool,
    ) -> wire.Reply:
        request = self.client.execute(
            code,
            silent=quiet,
            store_history=not quiet,
            allow_stdin=on_question is not None,
            stop_on_error=False,
            user_expressions={"answer": expression} if expression else {},
        )
        reply, text = None, None
        asked, idle, nudge = False, False, ""
        while reply is None or not idle:
            ready = self._wait()
            if reply is not None and not ready and not nudge:
                # A kernel drops what it cannot send, perhaps that it is done: what it says next
                # says so, too.
                nudge = self.client.kernel_info()
            for message in map(self._receive, ready):
                if message.parent != request:
                    idle = idle or (message.kind == "status" and message.parent == nudge != "")
                    continue
                if message.kind == "execute_reply":
                    reply = message
                elif message.kind == "status":
                    idle = idle or message.field("execution_state", str) == "idle"
                elif message.kind == wire.TEXT and text is None:
                    text = message
                elif message.kind == "input_request" and on_question is not None:
                    asked = True
                else:
                    on_output(message)
            if asked and text is not None and on_question is not None:
                self.client.input(on_question(text.text()))
                asked, text = False, None
        return wire.Reply(reply, text)

    def evaluate(self, expression: str, on_question: Callable[[str], str] | None = None) -> str:
        """The string that an expression has as its value.

        Raises
        ------
        ValueError
            If it has none.
        """
        telling = f"{AGENT}.tell({expression})"
        reply = self.execute("", expression=telling, on_question=on_question, quiet=True)
        if reply.text is None:
            raise ValueError(reply.fault())
        return reply.text.text()

    def _wait(self) -> list[zmq.Socket]:
        """The sockets at which messages wait, after a short while perhaps none."""
        self._look()
        for _ in range(PARTING):
            over = self.process.poll() is not None  # asked first: what it sent before is kept
            ready, lost = self._channels.wait(LOOK)
            if ready or not (over or lost):
                return ready
            time.sleep(LOOK)  # what it said last may be on its way
            if over and not self._channels.wait(0)[0]:
                self._part()  # a process that ended says more than its silence
        raise wire.Unreadable(f"more than {wire.LONGEST // 10**6} MB at once, or it hung up")

    def _receive(self, socket: zmq.Socket) -> wire.Message:
        """A message; those that a notebook sends of its own accord are counted."""
        message = self._channels.receive(socket)
        if message.kind not in PROTOCOL or len(message.raw) > wire.JSON:
            self.shown += message.size
        most = FLOOD * self.limits.output
        if self.shown > most:
            raise Ended("crashed", f"more than {most:,} characters of output")
        return message

    def _part(self) -> None:
        """Notice if the kernel has ended."""
        code = self.process.poll()
        if self.process.lost:
            raise warm.WarmUnavailable("the kernel's server ended")
        if code is not None:
            raise Ended("crashed", f"the notebook's process ended by itself ({_told(code)})")

    def _look(self) -> None:
        """Now and then: end the kernel if it has passed a limit."""
        if time.monotonic() - self.looked < LOOK:
            return
        self.looked = time.monotonic()
        if time.monotonic() - self.begun > self.limits.seconds:
            raise Ended("timed_out", f"more than {self.limits.seconds:.0f} s")
        memory = held_by_room(self.process.pid) if self.sandbox else 0
        count, seconds = 0, 0.0
        with suppress(psutil.NoSuchProcess):
            root = psutil.Process(self.process.pid)
            for process in [root, *root.children(recursive=True)]:
                with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                    memory += memory_of(process) + UNSEEN
                    seconds += sum(process.cpu_times()[:2])
                    count += 1
        if seconds > self.limits.cpu_seconds:
            raise Ended("timed_out", f"more than {self.limits.cpu_seconds:.0f} s of processor")
        if memory > self.limits.memory:
            raise Ended("out_of_memory", f"more than {self.limits.memory / 1e9:.1f} GB of memory")
        if count > self.limits.processes:
            raise Ended("crashed", f"more than {self.limits.processes} processes")
        if self._own.memory_info().rss > self._at_first + SWOLLEN:
            raise Ended("crashed", "its kernel sends more than can be read")


def _interpreter(locked_in: bool) -> list[str]:
    walls = sandbox.command(Path(os.environ[warm.FOLDER])) if locked_in else []
    return [*walls, sys.executable]


def _environment() -> dict[str, str]:
    return ENVIRONMENT | {name: os.environ[name] for name in (warm.FOLDER, warm.OWNER)}


def _told(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {-code}"
