"""Locks a fork of the warm server into a room of its own, before it becomes a student's kernel.

Not part of the package: :mod:`helpers.kernels.forkserver`, a script, finds it in its own folder.
The server runs inside bubblewrap (:mod:`helpers.kernels.sandbox`), without a network and with a
read-only view of Python alone, but may still make namespaces; what is done here takes that away.

Rooms may not even meet through what their server left them: as an ordinary user they all belong
to one user, so that each gets namespaces of users, processes, files, networks and the rest for
itself, and nothing is writable in a room but a folder in memory that ends with it.
"""

import ctypes
import os
import resource
import shutil
import signal
import socket
import sys
from contextlib import suppress

from syscalls import confine  # type: ignore[import-not-found]

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWPID = 0x00020000, 0x08000000, 0x20000000
CLONE_NEWNET, CLONE_NEWUSER = 0x40000000, 0x10000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS, PR_CAPBSET_DROP = 1, 38, 24
CAPABILITY_VERSION_3 = 0x20080522
ROOM_ENDS = signal.SIGUSR1  # blocked in the server, and so in each fork until it is prepared
FIRST_UID = 200_000  # a user for each kernel, so that each has a count of processes of its own
FILES, DESCRIPTORS = 50_000, 1024  # in memory, where each costs the machine about a kilobyte
HELPERS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NEEDED = sorted({sys.base_prefix, sys.prefix, HELPERS})
libc = ctypes.CDLL(None, use_errno=True)


def isolate(room):
    """Enter the room: own processes, own files, own user; return in the process that is locked in.

    ``room`` names ``place``, the one folder that is shared with the outside (sockets, data files
    in ``files``), and the limits ``processes``, ``cpu_seconds``, ``file_size`` and ``disk``. The
    data files are copied to the current folder, ``/tmp/work``, which is as large as ``disk``.

    Returns the way to whoever stands by at the door: see `seal`.
    """
    user = FIRST_UID + os.getpid() if os.getuid() == 0 else None
    if user is None:
        own_user_namespace()
    check(
        libc.unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET),
        "unshare",
    )
    door, inside = socket.socketpair()
    child = os.fork()
    if child:
        inside.close()
        stand_by(child, door, room["place"])
    door.close()
    os.setsid()  # to signal one's own group must not reach whoever stands by
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {ROOM_ENDS})
    check(libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL), "prctl")
    furnish(room, user)
    limit(room)
    drop_privileges(user)
    return inside


def own_user_namespace():
    """Have a count of processes, and keys, apart from those of the same user's other rooms."""
    uid, gid = os.getuid(), os.getgid()
    check(libc.unshare(CLONE_NEWUSER), "unshare")
    for name, text in (
        ("uid_map", f"{uid} {uid} 1"),
        ("setgroups", "deny"),
        ("gid_map", f"{gid} {gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def furnish(room, user):
    """Lay over all that can be written elsewhere what is the room's own."""
    mount(None, "/", MS_REC | MS_PRIVATE)
    mount("proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, kind="proc")
    terminals = "newinstance,ptmxmode=666,mode=600"
    mount("devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, kind="devpts", data=terminals)
    # Other kernels' places disappear behind empty folders; ours is put back into them.
    place, hall = os.open(room["place"], os.O_PATH | os.O_DIRECTORY), os.path.dirname(room["place"])
    # A Python or a course that lives below /tmp would disappear with it, too.
    kept = {path: os.open(path, os.O_PATH) for path in NEEDED if path.startswith("/tmp/")}
    size = f"size={room['disk']},nr_inodes={FILES},mode=1777"
    mount("tmpfs", "/tmp", MS_NOSUID | MS_NODEV, kind="tmpfs", data=size)
    mount("/tmp", "/dev/shm", MS_BIND)  # one and the same, so that one size holds for both
    for path, descriptor in kept.items():
        os.makedirs(path, exist_ok=True)
        mount(f"/proc/self/fd/{descriptor}", path, MS_BIND | MS_REC)  # read-only, as it was
        os.close(descriptor)
    os.makedirs(hall, exist_ok=True)
    mount("tmpfs", hall, MS_NOSUID | MS_NODEV, kind="tmpfs", data="size=1m,mode=755")
    os.mkdir(room["place"])
    mount(f"/proc/self/fd/{place}", room["place"], MS_BIND)
    os.close(place)
    make_read_only(hall)
    make_read_only("/proc")
    shutil.copytree(os.path.join(room["place"], "files"), "/tmp/work")
    if user is not None:
        for folder, _, names in os.walk("/tmp/work"):
            for path in (folder, *(os.path.join(folder, name) for name in names)):
                os.chown(path, user, user)
    os.chdir("/tmp/work")


def limit(room):
    """Set what the system itself sees to."""
    seconds = room["cpu_seconds"] + 5  # the supervisor ends it earlier, and says why
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    for name, value in (
        ("RLIMIT_FSIZE", room["file_size"]),
        ("RLIMIT_NPROC", room["processes"]),
        ("RLIMIT_NOFILE", DESCRIPTORS),
        ("RLIMIT_CORE", 0),
    ):
        resource.setrlimit(getattr(resource, name), (value, value))


def seal(inside):
    """Have the shared place made read-only, now that the kernel's sockets are in it.

    Nothing of the student's has run before; afterwards nothing is written there.
    """
    with suppress(OSError):
        inside.send(b"!")
        if inside.recv(1) == b"!":
            inside.close()
            return
    os._exit(70)


def stand_by(child, door, place):
    """Outside of the room: seal it, and pass on signals to it and how the kernel in it ends."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: signal_group(child, number))
    signal.signal(ROOM_ENDS, lambda *_: os.kill(child, signal.SIGKILL))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {ROOM_ENDS})
    with suppress(OSError), door:
        if door.recv(1):
            make_read_only(place)
            door.send(b"!")
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code < 0:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code if code >= 0 else 128 - code)


def signal_group(pid, number):
    """Signal a process and its group; one that has ended, or has no group yet, does not mind."""
    with suppress(OSError):
        os.killpg(pid, number)


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
    check(confine(), "filter system calls")


def make_read_only(folder):
    """Let nothing be written any more through what is mounted there."""
    kept = os.statvfs(folder).f_flag & (MS_NOSUID | MS_NODEV | MS_NOEXEC)
    mount(None, folder, MS_REMOUNT | MS_BIND | MS_RDONLY | kept)


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
