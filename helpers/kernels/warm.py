"""The warm server from outside: find it or start it, and talk to it.

It is the script ``forkserver.py``. It starts with the first kernel and is found again through a
socket in a folder that only its user can enter. It ends ``IDLE`` seconds after its last kernel,
when its socket is removed, or with its owner (:func:`private_servers`).
"""

import hashlib
import json
import os
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from jupyter_client.kernelspec import KernelSpecManager

from helpers.kernels.turn import cleared_away

try:
    import fcntl
except ImportError:  # Windows, where nothing can fork
    fcntl = None  # type: ignore[assignment]

IDLE = 300.0  # seconds
SERVER = Path(__file__).with_name("forkserver.py")
PARTS = (
    *("forkserver.py", "kernel_process.py", "relatives.py"),
    *("isolation.py", "packing.py", "syscalls.py"),
)
START_LIMIT = 120.0  # seconds for importing the libraries, on a slow disk
FOLDER = "WARM_KERNELS_DIR"  # environment variables: another folder for the sockets,
OWNER = "WARM_KERNELS_OWNER"  # and the process with which the servers there end
INLINE = "module://matplotlib_inline.backend_inline"
# What libraries read while they are imported: kernels that differ in it get different servers.
IMPORT_TIME = (
    *("ABSL", "CUDA", "DYLD_", "GLOG", "GOTO", "GRPC", "HOME", "KERAS", "KMP_", "LANG", "LC_"),
    *("LD_", "MKL_", "MPL", "NUMEXPR", "NVIDIA", "OMP_", "OPENBLAS", "PYTHON", "TF_", "TPU"),
    *("VIRTUAL_ENV", "XDG_", "XLA_"),
)


class WarmUnavailable(Exception):
    """No warm kernel can be had; the text says why."""


class Files(NamedTuple):
    """Where a server is found: another one for each Python and import-time environment."""

    socket: Path
    lock: Path
    log: Path


def split(cmd: list[str]) -> tuple[list[str], list[str]]:
    """A kernelspec's command as interpreter (with its options) and the kernel's arguments."""
    with suppress(ValueError):
        module = cmd.index("-m")
        if cmd[module + 1 : module + 2] == ["ipykernel_launcher"]:
            return cmd[:module], cmd[module + 2 :]
    raise WarmUnavailable(f"only `python -m ipykernel_launcher` can be warm, not {cmd}")


def server_files(interpreter: list[str], environment: Mapping[str, str]) -> Files:
    """Socket, lock and log of the server for this interpreter and this environment."""
    folder = own_folder(environment)
    read_early = {k: v for k, v in environment.items() if k.startswith(IMPORT_TIME)}
    packages = [Path(entry) for entry in sys.path if entry.endswith("site-packages")]
    installed = [entry.stat().st_mtime_ns for entry in packages if entry.is_dir()]
    code = [SERVER.with_name(name).read_text() for name in PARTS]
    identity = json.dumps([interpreter, sorted(read_early.items()), installed, code])
    key = hashlib.sha256(identity.encode()).hexdigest()[:16]
    return Files(folder / f"{key}.sock", folder / "lock", folder / f"{key}.log")


def own_folder(environment: Mapping[str, str]) -> Path:
    """The folder for sockets, which nobody else may enter."""
    if fcntl is None:
        raise WarmUnavailable("this system cannot fork processes")
    runtime = environment.get("XDG_RUNTIME_DIR")
    if named := environment.get(FOLDER):
        folder = Path(named)
    elif runtime and os.access(runtime, os.W_OK):
        folder = Path(runtime) / "warm-kernels"
    else:
        folder = Path(tempfile.gettempdir()) / f"warm-kernels-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise WarmUnavailable(f"no folder for the server's socket: {error}") from error
    if found.st_uid != os.getuid() or not stat.S_ISDIR(found.st_mode) or found.st_mode & 0o077:
        raise WarmUnavailable(f"{folder} is open to others; remove it, or set {FOLDER}")
    if len(str(folder)) > 80:  # the limit of a socket's name is about 100 bytes
        raise WarmUnavailable(f"the path {folder} is too long for a socket; set {FOLDER}")
    return folder


def connect(interpreter: list[str], environment: Mapping[str, str], files: Files) -> socket.socket:
    """A connection to the server, which is started if there is none."""
    try:
        with suppress(FileNotFoundError, ConnectionRefusedError):
            return dial(files.socket)
        with files.lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with suppress(FileNotFoundError, ConnectionRefusedError):
                return dial(files.socket)  # somebody else was faster
            start(interpreter, environment, files)
            return dial(files.socket)
    except OSError as error:
        raise WarmUnavailable(f"no connection to a warm server: {error}") from error


def dial(path: Path) -> socket.socket:
    """Connect to a server's socket."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(str(path))
    except OSError:
        connection.close()
        raise
    return connection


def start(interpreter: list[str], environment: Mapping[str, str], files: Files) -> None:
    """Start a server behind a socket that takes connections at once, while it still imports."""
    files.socket.unlink(missing_ok=True)
    at_import = {"MPLBACKEND": INLINE, **environment}
    at_import.pop("JPY_PARENT_PID", None)
    owner = ["--owner", environment[OWNER]] if environment.get(OWNER) else []
    if sys.platform == "darwin":
        at_import["OBJC_DISABLE_INITIALIZE_FORK_SAFETY"] = "YES"
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener,
        files.log.open("wb") as log,
    ):
        listener.bind(str(files.socket))
        listener.listen(128)
        process = subprocess.Popen(
            [
                *[*interpreter, str(SERVER)],
                *["--listener", str(listener.fileno()), "--path", str(files.socket)],
                *["--idle", str(IDLE), *owner],
            ],
            env=at_import,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[listener.fileno()],
            start_new_session=True,
        )
    # The server may end before we do, and nobody else could bury it.
    threading.Thread(target=process.wait, daemon=True, name="warm-server-reaper").start()


@contextmanager
def private_servers() -> Iterator[Path]:
    """Servers for this process and its children alone, which end with the block, or with us.

    Yields the folder of their sockets, which does not outlive us either.
    """
    with tempfile.TemporaryDirectory(prefix="warm-") as name, ExitStack() as stack:
        stack.enter_context(cleared_away(Path(name)))
        for variable, value in ((FOLDER, name), (OWNER, str(os.getpid()))):
            stack.callback(restore, variable, os.environ.get(variable))
            os.environ[variable] = value
        try:
            yield Path(name)
        finally:
            for path in Path(name).glob("*.sock"):
                with suppress(OSError), dial(path) as connection:
                    ask(connection, {"stop": True})  # answered by hanging up, at the very end


def restore(variable: str, value: str | None) -> None:
    """Set an environment variable, or unset it."""
    os.environ.pop(variable, None)
    if value is not None:
        os.environ[variable] = value


def encode(message: dict[str, Any]) -> bytes:
    """One message as one line."""
    return json.dumps(message).encode() + b"\n"


def ask(
    connection: socket.socket, message: dict[str, Any], descriptors: list[int] | None = None
) -> dict[str, Any]:
    """Send one message and wait for the answer; ``{}`` if the server hangs up."""
    payload = encode(message)
    connection.settimeout(START_LIMIT)
    try:
        sent = socket.send_fds(connection, [payload], descriptors or [])
        connection.sendall(payload[sent:])
        answer = read_message(connection)
    except TimeoutError:
        raise WarmUnavailable(f"the warm server is silent for {START_LIMIT:.0f} s") from None
    except OSError:
        return {}
    connection.settimeout(None)
    return answer


def read_message(connection: socket.socket) -> dict[str, Any]:
    """The next line as a message; ``{}`` at the end of the connection."""
    line = b""
    with suppress(ConnectionError):
        # Byte by byte, so that what follows stays in the socket, where select sees it.
        while not line.endswith(b"\n") and (byte := connection.recv(1)):
            line += byte
    return json.loads(line) if line.endswith(b"\n") else {}


def last_lines(log: Path) -> str:
    """The end of the server's log."""
    text = log.read_text(errors="replace") if log.is_file() else ""
    return "\n".join(text.strip().splitlines()[-8:]) or "(its log is empty)"


def prestart(kernel_name: str = "python3", environment: Mapping[str, str] = os.environ) -> None:
    """Start the server of a kernelspec in the background, so that its first kernel is warm.

    ``environment`` is what kernels will be started with; others have a server of their own.
    """
    spec = KernelSpecManager().get_kernel_spec(kernel_name)
    environment = {**environment, **spec.env}
    interpreter, _ = split(spec.argv)
    connect(interpreter, environment, server_files(interpreter, environment)).close()


if __name__ == "__main__":
    with suppress(WarmUnavailable):  # the first kernel will say so
        prestart()
