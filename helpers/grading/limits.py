"""What a submission may use before it is stopped."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What one submission may use."""

    seconds: float = 300.0  #: wall clock, the whole notebook
    cpu_seconds: float = 600.0
    memory: int = 3_000_000_000  #: bytes, of its processes, files and sockets
    processes: int = 400  #: and threads
    file_size: int = 100_000_000  #: bytes of one file
    disk: int = 300_000_000  #: bytes of all files
    output: int = 1_000_000  #: characters kept of a notebook's outputs, a part of what it may show
