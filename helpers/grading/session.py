"""A kernel under supervision: code runs in it until it is done, too late, or too much."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import zmq
from jupyter_client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

from helpers.grading import wire
from helpers.grading.limits import Limits
from helpers.grading.watch import LOOK, Ended, Watch
from helpers.kernels import sandbox, warm
from helpers.kernels.thrift import ONE_THREAD
from helpers.kernels.turn import remove

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
AGENT = "__import__('helpers.grading.agent', fromlist=['tell'])"
PARTING = 10  # looks before what was not heard is thought to be lost
GREETING = 0.05  # seconds after which a kernel that has not been heard is asked again


def prepare(*, sandbox: bool) -> None:
    """Start the server of the sessions to come: it imports its libraries beside what goes on."""
    interpreter, environment = _interpreter(sandbox), _environment()
    with suppress(warm.WarmUnavailable):  # the first session will say so
        files = warm.server_files(interpreter, environment)
        warm.connect(interpreter, environment, files).close()


@dataclass
class Session:
    """One kernel, in a folder with the given data files; use it as a context manager."""

    files: Mapping[str, bytes]
    limits: Limits
    sandbox: bool = True
    _serving: str = ""  # the request in which it answers questions, while it does

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
        self._watch = Watch(self.process, self.limits, self.sandbox)
        return self

    def wait_until_ready(self) -> None:
        """Wait, the first time only: until then the kernel starts beside what else goes on."""
        if self._watch.begun < math.inf:
            return
        latest = time.monotonic() + START_LIMIT
        while time.monotonic() < latest:
            self._watch.look()
            self._watch.part()
            self.client.kernel_info()
            # What it publishes before we subscribe is lost; heard once, it will always be heard.
            while self._channels.iopub.poll(1000 * GREETING):
                if self._receive(self._channels.iopub).parent:
                    self._watch.begun = time.monotonic()
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
        with _heard():
            self.wait_until_ready()
            self._dismiss()
            request = self._request(code, expression, quiet=quiet, stdin=on_question is not None)
            return self._finish(request, on_output, on_question)

    def _request(self, code: str, expression: str | None, *, quiet: bool, stdin: bool) -> str:
        return str(
            self.client.execute(
                code,
                silent=quiet,
                store_history=not quiet,
                allow_stdin=stdin,
                stop_on_error=False,
                user_expressions={"answer": expression} if expression else {},
            )
        )

    def _finish(
        self,
        request: str,
        on_output: Callable[[wire.Message], None] = lambda message: None,
        on_question: Callable[[str], str] | None = None,
    ) -> wire.Reply:
        reply, text = None, None
        idle, nudge = False, ""
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
                    self.client.input(on_question(message.text()))
                else:
                    on_output(message)
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
        return _text(reply)

    def ask(self, question: str) -> str:
        """The answer of the agent in the kernel, which serves until the next cell runs.

        Raises
        ------
        ValueError
            If there is none.
        Ended, WarmUnavailable
            As `execute`.
        """
        with _heard():
            self.wait_until_ready()
            if not self._serving:
                self._serving = self._request("", f"{AGENT}.serve()", quiet=True, stdin=True)
                began = self._turn()
                if not self._serving:
                    raise ValueError(began.fault())
            self.client.input(question)
            reply = self._turn()
            if reply.text is None:
                self._dismiss()  # what comes late is not taken for the next answer
            return _text(reply)

    def _turn(self) -> wire.Reply:
        """What the agent says when it waits for a question, or serves no more."""
        while True:
            for message in map(self._receive, self._wait()):
                if message.parent != self._serving:
                    continue
                if message.kind == "input_request":
                    return wire.Reply(message, message if message.buffers else None)
                if message.kind == "execute_reply":
                    self._serving = ""
                    return wire.Reply(message, None)

    def _dismiss(self) -> None:
        """Let the agent end, if it serves."""
        if self._serving:
            request, self._serving = self._serving, ""
            self.client.input("")
            self._finish(request)

    def _wait(self) -> list[zmq.Socket]:
        """The sockets at which messages wait, after a short while perhaps none."""
        self._watch.look()
        for _ in range(PARTING):
            over = self.process.poll() is not None  # asked first: what it sent before is kept
            ready, lost = self._channels.wait(LOOK)
            if ready or not (over or lost):
                return ready
            time.sleep(LOOK)  # what it said last may be on its way
            if over and not self._channels.wait(0)[0]:
                self._watch.part()  # a process that ended says more than its silence
        raise wire.Unreadable(f"more than {wire.LONGEST // 10**6} MB at once, or it hung up")

    def _receive(self, socket: zmq.Socket) -> wire.Message:
        message = self._channels.receive(socket)
        self._watch.heard(message)
        return message


@contextmanager
def _heard() -> Iterator[None]:
    """Take a kernel that cannot be understood, or talked to, for one that has ended."""
    try:
        yield
    except wire.Unreadable as error:
        raise Ended("crashed", f"the kernel sent what cannot be read: {error}") from None
    except zmq.ZMQError as error:
        raise Ended("crashed", f"the kernel cannot be talked to: {error}") from None


def _interpreter(locked_in: bool) -> list[str]:
    walls = sandbox.command(Path(os.environ[warm.FOLDER])) if locked_in else []
    return [*walls, sys.executable]


def _environment() -> dict[str, str]:
    return ENVIRONMENT | {name: os.environ[name] for name in (warm.FOLDER, warm.OWNER)}


def _text(reply: wire.Reply) -> str:
    """The text that came with a reply; ValueError if there is none."""
    if reply.text is None:
        raise ValueError(reply.fault())
    return reply.text.text()
