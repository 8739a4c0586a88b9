"""A kernel under supervision: code runs in it until it is done, too late, or too much."""

from __future__ import annotations

import ast
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import zmq
from jupyter_client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

from helpers.grading import sandbox, warm
from helpers.grading.usage import memory_of
from helpers.grading.warm_kernel import WarmKernel, launch
from helpers.thrift import ONE_THREAD

ENVIRONMENT = {
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "PATH": "/usr/bin:/bin",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    **ONE_THREAD,
}
START_LIMIT = 60  # seconds
LONGEST = 128_000_000  # characters of an answer, as Python writes a string
LOOK = 0.2  # seconds between two looks at memory and clock
GREETING = 0.05  # seconds after which a kernel that has not been heard is asked again


@dataclass(frozen=True)
class Limits:
    """What one submission may use."""

    seconds: float = 300.0  #: wall clock, the whole notebook
    cpu_seconds: float = 600.0
    memory: int = 3_000_000_000  #: bytes, resident, of all its processes
    processes: int = 400  #: and threads
    file_size: int = 100_000_000  #: bytes of one file
    disk: int = 300_000_000  #: bytes of all files
    output: int = 1_000_000  #: characters kept of a notebook's outputs


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

    def __enter__(self) -> Session:
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
        self.client = BlockingKernelClient(connection_file=file)
        self.client.context.reconnect_ivl = 10  # ms: its sockets come to be a moment after it
        self.client.load_connection_file()
        self.client.start_channels(hb=False)
        return self

    def wait_until_ready(self) -> None:
        """Wait, the first time only: until then the kernel starts beside what else goes on."""
        if self.begun < math.inf:
            return
        latest = time.monotonic() + START_LIMIT
        while time.monotonic() < latest:
            self._look()
            self.client.kernel_info()
            # What it publishes before we subscribe is lost; heard once, it will always be heard.
            while self.client.iopub_channel.socket.poll(1000 * GREETING):
                if self.client.get_iopub_msg(timeout=0)["parent_header"]:
                    self.begun = time.monotonic()
                    return
        raise warm.WarmUnavailable(f"the kernel did not start within {START_LIMIT} s")

    def _room(self) -> dict[str, Any]:
        return {
            "place": str(self._place),
            "processes": self.limits.processes,
            "cpu_seconds": int(self.limits.cpu_seconds),
            "file_size": self.limits.file_size,
            "disk": self.limits.disk,
        }

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the kernel and all that it left."""
        self.process.kill()
        self.client.stop_channels()
        with suppress(Exception):
            self.process.wait(10)
        shutil.rmtree(self._place, ignore_errors=True)

    def execute(
        self,
        code: str,
        *,
        on_output: Callable[[str, dict[str, Any]], None] = lambda kind, content: None,
        on_input: Callable[[str], str] | None = None,
        expression: str | None = None,
        quiet: bool = False,
    ) -> dict[str, Any]:
        """Run a cell; the content of the kernel's reply.

        Raises
        ------
        Ended
            If the kernel ends, or is ended because a limit is passed.
        WarmUnavailable
            If it does not start, or the server under it ends, which is nobody's fault.
        """
        self.wait_until_ready()
        message = self.client.execute(
            code,
            silent=quiet,
            store_history=not quiet,
            allow_stdin=on_input is not None,
            stop_on_error=False,
            user_expressions={"answer": expression} if expression else {},
        )
        channels = {
            getattr(self.client, f"{name}_channel").socket: getattr(self.client, f"get_{name}_msg")
            for name in ("iopub", "shell", "stdin")
        }
        poller = zmq.Poller()
        for socket in channels:
            poller.register(socket, zmq.POLLIN)
        reply, idle = None, False
        while reply is None or not idle:
            self._look()
            for socket, _ in poller.poll(int(1000 * LOOK)):
                received = channels[socket](timeout=0)
                if received["parent_header"].get("msg_id") != message:
                    continue
                kind, content = received["msg_type"], received["content"]
                if kind == "execute_reply":
                    reply = content
                elif kind == "status":
                    idle = idle or content["execution_state"] == "idle"
                elif kind == "input_request" and on_input is not None:
                    self.client.input(on_input(content["prompt"]))
                else:
                    on_output(kind, content)
        return reply

    def evaluate(self, expression: str, on_input: Callable[[str], str] | None = None) -> str:
        """The string that an expression has as its value; ValueError if it has none."""
        reply = self.execute("", expression=expression, on_input=on_input, quiet=True)
        result = reply.get("user_expressions", {}).get("answer", {})
        if result.get("status") != "ok":
            raise ValueError(f"{result.get('ename')}: {result.get('evalue')}")
        text = result["data"]["text/plain"]
        if len(text) > LONGEST:
            raise ValueError("an answer of more than 128 MB")
        value = ast.literal_eval(text)
        if type(value) is not str:
            raise ValueError("not a string")
        return value

    def _look(self) -> None:
        """Now and then: end the kernel if it has passed a limit, notice if it has ended."""
        if time.monotonic() - self.looked < LOOK:
            return
        self.looked = time.monotonic()
        code = self.process.poll()
        if self.process.lost:
            raise warm.WarmUnavailable("the kernel's server ended")
        if code is not None:
            raise Ended("crashed", f"the notebook's process ended by itself ({_told(code)})")
        if time.monotonic() - self.begun > self.limits.seconds:
            raise Ended("timed_out", f"more than {self.limits.seconds:.0f} s")
        memory, count, seconds = 0, 0, 0.0
        with suppress(psutil.NoSuchProcess):
            root = psutil.Process(self.process.pid)
            for process in [root, *root.children(recursive=True)]:
                with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                    memory += memory_of(process)
                    seconds += sum(process.cpu_times()[:2])
                    count += 1
        if seconds > self.limits.cpu_seconds:
            raise Ended("timed_out", f"more than {self.limits.cpu_seconds:.0f} s of processor")
        if memory > self.limits.memory:
            raise Ended("out_of_memory", f"more than {self.limits.memory / 1e9:.1f} GB of memory")
        if count > self.limits.processes:
            raise Ended("crashed", f"more than {self.limits.processes} processes")


def _interpreter(locked_in: bool) -> list[str]:
    walls = sandbox.command(Path(os.environ[warm.FOLDER])) if locked_in else []
    return [*walls, sys.executable]


def _environment() -> dict[str, str]:
    return ENVIRONMENT | {name: os.environ[name] for name in (warm.FOLDER, warm.OWNER)}


def _told(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {-code}"
