"""Locks a fork of the warm server into a room of its own, before it becomes a student's kernel.

Not part of the package: :mod:`helpers.grading.forkserver`, a script, finds it in its own folder.
The server runs inside bubblewrap (:mod:`helpers.grading.sandbox`), without a network and with a
read-only view of Python alone, but may still make namespaces; what is done here takes that away.
"""

import ctypes
import os
import resource
import shutil
import signal
import sys
from contextlib import suppress

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWPID = 0x00020000, 0x08000000, 0x20000000
MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 4096, 16384, 1 << 18
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS, PR_CAPBSET_DROP = 1, 38, 24
CAPABILITY_VERSION_3 = 0x20080522
ROOM_ENDS = signal.SIGUSR1  # blocked in the server, and so in each fork until it is prepared
FIRST_UID = 200_000  # a user for each kernel, so that each has a count of processes of its own
HELPERS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NEEDED = sorted({sys.base_prefix, sys.prefix, HELPERS})
libc = ctypes.CDLL(None, use_errno=True)


def isolate(room):
    """Enter the room: own processes, own files, own user; return in the process that is locked in.

    ``room`` names ``place``, the one folder that is shared with the outside (sockets, data files
    in ``files``), and the limits ``processes``, ``cpu_seconds``, ``file_size`` and ``disk``. The
    data files are copied to the current folder, ``/tmp/work``, which is as large as ``disk``.
    """
    check(libc.unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWPID), "unshare")
    outside = os.getpid()
    child = os.fork()
    if child:
        stand_by(child)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {ROOM_ENDS})
    check(libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL), "prctl")
    mount(None, "/", MS_REC | MS_PRIVATE)
    mount("proc", "/proc", MS_NOSUID | MS_NODEV, kind="proc")
    # Other kernels' places disappear behind empty folders; ours is put back into them.
    place, hall = os.open(room["place"], os.O_PATH | os.O_DIRECTORY), os.path.dirname(room["place"])
    size = f"size={room['disk']},mode=1777"
    # A Python or a course that lives below /tmp would disappear with it, too.
    kept = {path: os.open(path, os.O_PATH) for path in NEEDED if path.startswith("/tmp/")}
    mount("tmpfs", "/tmp", MS_NOSUID | MS_NODEV, kind="tmpfs", data=size)
    for path, descriptor in kept.items():
        os.makedirs(path, exist_ok=True)
        mount(f"/proc/self/fd/{descriptor}", path, MS_BIND)  # read-only, as it was
        os.close(descriptor)
    os.makedirs(hall, exist_ok=True)
    mount("tmpfs", hall, MS_NOSUID | MS_NODEV, kind="tmpfs", data="size=1m,mode=755")
    os.mkdir(room["place"])
    mount(f"/proc/self/fd/{place}", room["place"], MS_BIND)
    os.close(place)
    shutil.copytree(os.path.join(room["place"], "files"), "/tmp/work")
    user = FIRST_UID + outside if os.getuid() == 0 else None
    if user is not None:
        for folder, _, names in os.walk("/tmp/work"):
            for path in (folder, *(os.path.join(folder, name) for name in names)):
                os.chown(path, user, user)
    os.chdir("/tmp/work")
    seconds = room["cpu_seconds"] + 5  # the supervisor ends it earlier, and says why
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    for name, value in (
        ("RLIMIT_FSIZE", room["file_size"]),
        ("RLIMIT_NPROC", room["processes"]),
        ("RLIMIT_CORE", 0),
    ):
        resource.setrlimit(getattr(resource, name), (value, value))
    drop_privileges(user)


def stand_by(child):
    """Outside of the room: pass on how the kernel in it ends. Signals reach it by its group."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(ROOM_ENDS, lambda *_: os.kill(child, signal.SIGKILL))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {ROOM_ENDS})
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code < 0:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code if code >= 0 else 128 - code)


def drop_privileges(user):
    """Give up every capability and the user, for good."""
    check(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")
    for capability in range(64):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)  # fails above the last one that exists
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    check(libc.capset(header, (ctypes.c_uint32 * 6)()), "drop capabilities")
    # setresuid made the process undumpable and forgot whom it dies with.
    check(libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL), "prctl")


def mount(source, target, flags, kind=None, data=None):
    """mount(2)."""
    a, b, c, d = (None if text is None else text.encode() for text in (source, target, kind, data))
    check(libc.mount(a, b, c, flags, d), f"mount {target}")


def check(result, what):
    """Stop if a system call failed: a half-made room must hold nobody."""
    if result != 0:
        error = ctypes.get_errno()
        print(f"cannot isolate a kernel: {what}: {os.strerror(error)}", file=sys.stderr, flush=True)
        os._exit(70)
