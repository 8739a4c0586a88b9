"""What the processes of a room may not ask the system for: a filter on system calls (seccomp).

Not part of the package: :mod:`helpers.kernels.isolation`, which the server imports, finds it in
its own folder. Namespaces hide what is outside of a room. These calls reach past them, or take
memory that no process's figures show; no notebook on networks needs one.
"""

import ctypes
import errno
import os
import struct

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
ALLOW, REFUSE = 0x7FFF0000, 0x00050000  # the latter with an error number
# Offsets into what the filter sees of a call.
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16
LOAD, EQUAL, AT_LEAST, ANY_BIT, AND, RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32 = 0x40000000  # another table of calls on x86_64
# Numbers on x86_64 and aarch64; None where there is no such call.
CALLS: dict[str, tuple[int, int | None]] = {
    # New rooms within the room, and other views of its files.
    **{"unshare": (272, 97), "setns": (308, 268), "chroot": (161, 51), "pivot_root": (155, 41)},
    **{"mount": (165, 40), "umount2": (166, 39), "open_tree": (428, 428), "move_mount": (429, 429)},
    **{"fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433)},
    **{"mount_setattr": (442, 442), "open_tree_attr": (467, 467)},
    # What belongs to a user, who may be the same in all rooms, and stays when a process ends.
    **{"add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219)},
    **{"inotify_init": (253, None), "inotify_init1": (294, 26), "fanotify_init": (300, 262)},
    # Memory behind a descriptor, a name or a number.
    **{"memfd_create": (319, 279), "memfd_secret": (447, 447)},
    **{"shmget": (29, 194), "semget": (64, 190), "msgget": (68, 186), "io_setup": (206, 0)},
    "mq_open": (240, 180),
    # Parts of the kernel in which a fault is a way out.
    **{"bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282)},
    **{"io_uring_setup": (425, 425), "io_uring_enter": (426, 426)},
    **{"io_uring_register": (427, 427), "syslog": (103, 116)},
    **{"open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264), "modify_ldt": (154, None)},
    **{"init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106)},
    **{"kexec_load": (246, 104), "kexec_file_load": (320, 294), "reboot": (169, 142)},
    **{"swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89), "quotactl": (179, 60)},
    # The inside of other processes.
    **{"ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271)},
    **{"kcmp": (312, 272), "pidfd_getfd": (438, 438), "process_madvise": (440, 440)},
    # Cores that were given to the kernel beside.
    "sched_setaffinity": (203, 122),
}
# A lock on a file that other rooms read would be a signal to them. HDF5 needs a yes, and it is one:
# nobody else opens the files of a room.
FLOCK, GRANTED = (73, 32), 0
CLONE, CLONE3, PRCTL = (56, 220), (435, 435), (157, 167)
MMAP, SOCKET, SETSOCKOPT, FCNTL = (9, 222), (41, 198), (54, 208), (72, 25)
NAMESPACES = 0x7E020000  # all of clone's flags that make one
MAP_PRIVATE, MAP_TYPE, MAP_ANONYMOUS = 2, 0xF, 0x20  # every other type is shared
PR_SET_PDEATHSIG = 1
# How much a socket holds, which no process's figures show: as much as all do, and no more.
SOL_SOCKET, SO_SNDBUF, SO_RCVBUF = 1, 7, 8
# Who has locked a file, or waits for it to be opened, or is told what is opened in a folder. SQLite
# needs locks of its own files, which nobody else can see without asking.
ABOUT_OTHERS = {"F_GETLK": 5, "F_OFD_GETLK": 36, "F_SETLEASE": 1024, "F_NOTIFY": 1026}
# Unix, IPv4, IPv6 and netlink: each ends at the walls of the room's own network.
FAMILIES = (1, 2, 10, 16)


def program(machine: str) -> bytes:
    """The filter for a machine as instructions of the kernel's packet filter.

    Raises
    ------
    ValueError
        For a machine whose calls are not known.
    """
    if machine not in MACHINES:
        raise ValueError(f"no table of the system calls of {machine}")
    column = list(MACHINES).index(machine)
    calls = [numbers[column] for numbers in CALLS.values()]
    steps = [
        *(step(LOAD, ARCHITECTURE), step(EQUAL, MACHINES[machine], yes=1), refuse(errno.EPERM)),
        *(step(LOAD, NUMBER), step(AT_LEAST, X32, no=1), refuse(errno.EPERM)),
        # Its flags are out of a filter's sight; the C library then takes the older call.
        *(step(EQUAL, CLONE3[column], no=1), refuse(errno.ENOSYS)),
        *(step(EQUAL, FLOCK[column], no=1), refuse(GRANTED)),
    ]
    for call in calls:
        if call is not None:
            steps += [step(EQUAL, call, no=1), refuse(errno.EPERM)]
    others = list(ABOUT_OTHERS.values())
    about = [step(EQUAL, command, yes=len(others) - i) for i, command in enumerate(others)]
    families = [step(EQUAL, family, yes=len(FAMILIES) - i) for i, family in enumerate(FAMILIES)]
    for number, argument, checks in (
        (CLONE, 0, [step(ANY_BIT, NAMESPACES, no=1), refuse(errno.EPERM)]),
        # The room ends with whoever stands at its door.
        (PRCTL, 0, [step(EQUAL, PR_SET_PDEATHSIG, no=1), refuse(errno.EPERM)]),
        # Shared memory without a file stays while anybody has it in view, and is nobody's.
        (
            MMAP,
            3,
            [
                *(step(ANY_BIT, MAP_ANONYMOUS, no=3), step(AND, MAP_TYPE)),
                *(step(EQUAL, MAP_PRIVATE, yes=1), refuse(errno.EPERM)),
            ],
        ),
        (
            SETSOCKOPT,
            1,
            [
                *(step(EQUAL, SOL_SOCKET, no=4), step(LOAD, ARGUMENTS + 8 * 2)),
                *(step(EQUAL, SO_SNDBUF, yes=1), step(EQUAL, SO_RCVBUF, no=1)),
                refuse(errno.EPERM),
            ],
        ),
        (FCNTL, 1, [*about, step(RETURN, ALLOW), refuse(errno.EPERM)]),
        (SOCKET, 0, [*families, refuse(errno.EAFNOSUPPORT)]),
    ):
        # Each ends the filter, so that what follows still sees the number of the call.
        body = [step(LOAD, ARGUMENTS + 8 * argument), *checks, step(RETURN, ALLOW)]
        steps += [step(EQUAL, number[column], no=len(body)), *body]
    return b"".join([*steps, step(RETURN, ALLOW)])


def step(code: int, value: int, *, yes: int = 0, no: int = 0) -> bytes:
    """One instruction; ``yes`` and ``no`` say how many to skip after a comparison."""
    return struct.pack("=HBBI", code, yes, no, value)


def refuse(error: int) -> bytes:
    """End the filter: the call fails with this error, or does nothing, if that is zero."""
    return step(RETURN, REFUSE | error)


def confine() -> int:
    """Put this process and all that it starts under the filter, for good; 0 as prctl(2) has it."""
    text = program(os.uname().machine)
    steps = ctypes.create_string_buffer(text, len(text))
    # struct sock_fprog, padded as a C compiler would
    whole = struct.pack("@HP", len(text) // 8, ctypes.addressof(steps))
    return ctypes.CDLL(None, use_errno=True).prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, whole, 0, 0)
