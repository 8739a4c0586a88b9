"""One warm kernel: how it is asked for, and how its client holds on to it."""

import os
import resource
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from typing import Any

from helpers.kernels.warm import (
    WarmUnavailable,
    ask,
    connect,
    encode,
    last_lines,
    read_message,
    server_files,
    split,
)


class WarmKernel:
    """A kernel that is a fork of the server, with the interface of ``subprocess.Popen``."""

    stdin = stdout = stderr = None  # never pipes

    def __init__(self, connection: socket.socket, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.lost = False  #: whether it ended because its server did
        self._connection = connection

    def poll(self) -> int | None:
        """The return code if the kernel has ended, else None."""
        return self._listen(0)

    def wait(self, timeout: float | None = None) -> int:
        """Block until the kernel has ended; raise ``subprocess.TimeoutExpired`` if it does not."""
        code = self._listen(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("warm kernel", timeout or 0)
        return code

    def _listen(self, timeout: float | None) -> int | None:
        if self.returncode is None:
            readable, _, _ = select.select([self._connection], [], [], timeout)
            if readable:
                # Kernels end with their server: end of file is a death notice, too.
                message = read_message(self._connection)
                self.lost = "exit" not in message
                self.returncode = message.get("exit", -signal.SIGKILL)
                self._connection.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Signal the kernel's process group, unless it has ended."""
        if self.poll() is None:
            with suppress(OSError):
                self._connection.sendall(encode({"signal": int(number)}))

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the kernel."""
        self.send_signal(signal.SIGKILL)


def launch(
    cmd: list[str],
    *,
    stdin: Any = None,
    stdout: Any = None,
    stderr: Any = None,
    env: Mapping[str, str] | None = None,
    cwd: str | os.PathLike | None = None,
    independent: bool = False,
    room: Mapping[str, Any] | None = None,
    **others: Any,
) -> WarmKernel:
    """Start a kernel as a fork of the server; the arguments are those of ``launch_kernel``.

    It has the limits and, on Linux, the cores of the thread that calls, as a child of it would.

    With ``room`` the server, which then must run in the sandbox, locks the kernel in: see
    ``isolation.py``.

    Raises
    ------
    WarmUnavailable
        If that cannot be done on this system, or with these arguments.
    FileNotFoundError, NotADirectoryError
        If ``cwd`` is not a folder.
    """
    interpreter, arguments = split(cmd)
    if independent or others or subprocess.PIPE in (stdout, stderr):
        raise WarmUnavailable("a warm kernel neither outlives its client nor writes to pipes")
    environment = dict(os.environ if env is None else env)
    folder = os.path.abspath(cwd or os.getcwd())
    os.scandir(folder).close()  # a folder that is not there is the caller's error, as for Popen
    limits = {
        name: resource.getrlimit(getattr(resource, name))
        for name in dir(resource)
        if name.startswith("RLIMIT_")
    }
    request = {
        "command": cmd,
        "arguments": arguments,
        "env": environment,
        "cwd": folder,
        "limits": limits,
        "cores": sorted(os.sched_getaffinity(0)) if sys.platform == "linux" else None,
        "room": room,
    }
    with ExitStack() as stack:
        nowhere = os.open(os.devnull, os.O_RDWR)
        stack.callback(os.close, nowhere)
        streams = [
            stdin or nowhere,
            1 if stdout is None else stdout,
            2 if stderr is None else stderr,
        ]
        descriptors = [usable(stream, nowhere) for stream in streams]
        files = server_files(interpreter, environment)
        # A server that was about to end when it was found hangs up; the next one is new.
        for _ in range(3):
            connection = connect(interpreter, environment, files)
            answer = ask(connection, {"start": request}, descriptors)
            if "pid" in answer:
                return WarmKernel(connection, answer["pid"])
            connection.close()
            if "error" in answer:
                raise WarmUnavailable(f"the warm server says: {answer['error']}")
    raise WarmUnavailable(f"the warm server does not come up:\n{last_lines(files.log)}")


def usable(stream: Any, nowhere: int) -> int:
    """The file descriptor of a stream in Popen's terms; one that is closed goes nowhere."""
    if stream == subprocess.DEVNULL:
        return nowhere
    number = stream if isinstance(stream, int) else stream.fileno()
    try:
        os.fstat(number)
    except OSError:
        return nowhere
    return number
