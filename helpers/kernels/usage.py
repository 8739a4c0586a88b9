"""What a process costs the machine."""

import os
import re
from contextlib import suppress
from pathlib import Path

import psutil

# What no figure of a process shows: the list of what it has mapped, and pipes that are full.
UNSEEN = 20_000_000  # bytes, at most
# Pages in use, pages that were swapped out, and the tables in which either stand.
COSTS = re.compile(r"^Vm(?:RSS|Swap|PTE):\s*(\d+) kB$", re.MULTILINE)

# Whether the system says who the children of a thread are.
TELLS = Path(f"/proc/self/task/{os.getpid()}/children").exists()


def memory_of(process: psutil.Process) -> int:
    """Bytes of memory that a process holds, resident or not.

    Raises
    ------
    psutil.NoSuchProcess, psutil.AccessDenied
        If it has ended, or is somebody else's.
    """
    try:
        text = Path(f"/proc/{process.pid}/status").read_text()
    except OSError:  # it has ended, or this is no Linux
        return int(process.memory_info().rss)
    return 1024 * sum(map(int, COSTS.findall(text)))


def family(pid: int) -> list[psutil.Process]:
    """A process and all that come from it, as far as they have not ended meanwhile.

    Linux says who a process's children are; elsewhere all processes of the machine are looked
    through, which on a busy one takes longer than grading does.
    """
    found, left = list[psutil.Process](), [pid]
    while left:
        with suppress(psutil.Error):
            process = psutil.Process(left.pop())
            found.append(process)
            left += _children(process)
    return found


def _children(process: psutil.Process) -> list[int]:
    if not TELLS:
        return [child.pid for child in process.children()]
    children, tasks = list[int](), f"/proc/{process.pid}/task"
    with suppress(OSError):  # it has ended
        for task in os.listdir(tasks):
            with suppress(OSError), open(f"{tasks}/{task}/children") as file:
                children += map(int, file.read().split())
    return children


def held_by_room(pid: int) -> int:
    """Bytes that a kernel's room holds beside the memory of its processes.

    They are files in memory, and what waits in sockets, counted as if each were full. Where the
    system does not tell, it is nothing.

    Parameters
    ----------
    pid : int
        A process of the room, which has a network and a ``/tmp`` of its own.
    """
    try:
        folder = os.statvfs(Path("/proc", str(pid), "root", "tmp"))
        files = (folder.f_blocks - folder.f_bfree) * folder.f_frsize
    except OSError:
        files = 0
    try:
        used = re.search(r"sockets: used (\d+)", Path(f"/proc/{pid}/net/sockstat").read_text())
        buffer = int(Path("/proc/sys/net/core/wmem_default").read_text())
    except (OSError, ValueError):
        used, buffer = None, 0
    return files + (int(used[1]) * buffer if used else 0)
