"""What a process costs the machine."""

import re
from pathlib import Path

import psutil

# Pages in use, pages that were swapped out, and the tables in which either stand.
COSTS = re.compile(r"^Vm(?:RSS|Swap|PTE):\s*(\d+) kB$", re.MULTILINE)


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
