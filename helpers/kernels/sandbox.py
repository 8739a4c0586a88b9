"""The walls around the warm server whose forks run students' code: bubblewrap's command line."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from helpers.kernels.syscalls import MACHINES

HELPERS = Path(__file__).resolve().parents[1]
SYSTEM = ("/bin", "/sbin", "/lib", "/lib64", "/lib32", "/usr")
# Names and fonts; nothing that is anybody's.
SETTINGS = ("ld.so.cache", "localtime", "nsswitch.conf", "fonts", "alternatives")


class NoSandbox(Exception):
    """Students' code cannot be locked in; the text says what to install."""


def command(shared: Path) -> list[str]:
    """The start of a command that runs in the sandbox.

    In it there is no network, nothing can be written but ``shared`` and a temporary ``/tmp``, and
    nothing can be read but the system's programs, this Python and the course's helpers: neither
    assignments nor submissions nor gradebook.

    Raises
    ------
    NoSandbox
        If bubblewrap is not installed.
    """
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        raise NoSandbox(
            "students' code must run in a sandbox, and bubblewrap is not installed:\n"
            "  sudo apt-get install bubblewrap\n"
            "On a machine that is itself thrown away after grading: --no-sandbox"
        )
    words = [bwrap, "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    if os.getuid() != 0:
        words += ["--unshare-user"]
    for name in SYSTEM:
        path = Path(name)
        if path.is_symlink():
            words += ["--symlink", os.readlink(path), name]
        elif path.exists():
            words += ["--ro-bind", name, name]
    for name in SETTINGS:
        words += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    # Memory that is shared by mapping /dev/zero shows in no process's figures.
    words += ["--dev", "/dev", "--dev-bind", "/dev/null", "/dev/zero"]
    words += ["--proc", "/proc", "--tmpfs", "/tmp"]
    bound = (Path(sys.base_prefix), Path(sys.prefix), HELPERS)
    # Folders on the way, which bubblewrap would make for their owner alone.
    for folder in sorted({parent for path in bound for parent in path.parents} - {Path("/")}):
        words += ["--perms", "0755", "--dir", str(folder)]
    for path in bound:
        words += ["--ro-bind", str(path), str(path)]
    words += ["--bind", str(shared), str(shared)]
    # What bubblewrap made itself is an ordinary user's own, and common to all that runs in here:
    # a module left in a folder above the helpers would be imported by the next kernel.
    words += ["--remount-ro", "/dev", "--remount-ro", "/"]
    words += ["--cap-drop", "ALL"]
    # To make rooms and furnish them, and to end what is in them; a kernel keeps none of these.
    for capability in ("SYS_ADMIN", "SETUID", "SETGID", "SETPCAP", "CHOWN", "DAC_OVERRIDE", "KILL"):
        words += ["--cap-add", f"CAP_{capability}"]
    return [*words, "--"]


def probe() -> None:
    """Find out whether this machine lets the sandbox be built, before anybody waits for it.

    Raises
    ------
    NoSandbox
        If not.
    """
    if os.uname().machine not in MACHINES:
        raise NoSandbox(f"the sandbox knows {' and '.join(MACHINES)}, not {os.uname().machine}")
    with tempfile.TemporaryDirectory(prefix="probe-") as folder:
        kinds = ["--mount", "--pid", "--ipc", "--net", *(["--user"] if os.getuid() else [])]
        words = [*command(Path(folder)), "unshare", *kinds, "--fork", "true"]
        done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode != 0:
        raise NoSandbox(
            f"this machine does not let bubblewrap lock anything in: {done.stderr.strip()}\n"
            "In a container it needs the capability SYS_ADMIN, or user namespaces. On a machine "
            "that is itself thrown away after grading: --no-sandbox"
        )
