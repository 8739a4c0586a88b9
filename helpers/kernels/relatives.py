"""Who ends with whom: the server with its owner, a kernel with its server, and what it started.

Not part of the package: :mod:`helpers.kernels.forkserver`, a script, finds it in its own folder.
"""

import ctypes
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path


def began(pid):
    """When a process that still runs was started, where the system tells; None if it has ended."""
    try:
        os.kill(pid, 0)
        text = Path(f"/proc/{pid}/stat").read_text()
    except ProcessLookupError:
        return None
    except OSError:
        return 0  # it runs; there is no /proc, or not for us
    # After the name, which may hold anything; one that has ended may wait long to be buried.
    state, *fields = text.rpartition(")")[2].split()
    return None if state in "ZX" else int(fields[18])


def end_with(parent):
    """Have this process killed when its parent ends, however that ends."""
    if sys.platform == "linux":
        PR_SET_PDEATHSIG = 1
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def reap(pid, block=False):
    """The return code of a kernel that has ended, else None; what it left running ends too."""
    ended, status = os.waitpid(pid, 0 if block else os.WNOHANG)
    if not ended:
        return None
    with suppress(OSError):
        os.killpg(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(status)
