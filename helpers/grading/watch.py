"""What a kernel may take of the machine: looked at now and then, and its end if it takes more."""

from __future__ import annotations

import math
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psutil

from helpers.grading import wire
from helpers.grading.limits import Limits
from helpers.kernels import warm
from helpers.kernels.usage import UNSEEN, family, held_by_room, memory_of

if TYPE_CHECKING:
    from helpers.kernels.warm_kernel import WarmKernel

LOOK = 0.2  # seconds between two looks at memory and clock
FLOOD = 20  # times what is kept of a notebook's outputs is what it may show
SWOLLEN = 700_000_000  # bytes that reading a kernel's messages may add to our own memory
PROTOCOL = ("execute_reply", "status", "input_request", "execute_input", wire.TEXT)


class Ended(Exception):
    """The kernel is no more; ``status`` says what ended it, the text why."""

    def __init__(self, status: str, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass
class Watch:
    """One kernel's process, and what it has taken so far."""

    process: WarmKernel
    limits: Limits
    room: bool  #: whether it has one of its own
    begun: float = math.inf  #: when it was ready: the wait for a server is not the student's
    _looked: float = -math.inf
    _shown: int = 0  # bytes of output that arrived
    _own: psutil.Process = field(default_factory=psutil.Process)

    def __post_init__(self) -> None:
        self._at_first = self._own.memory_info().rss

    def heard(self, message: wire.Message) -> None:
        """Count a message, if the notebook sent it of its own accord."""
        if message.kind not in PROTOCOL or len(message.raw) > wire.JSON:
            self._shown += message.size
        most = FLOOD * self.limits.output
        if self._shown > most:
            raise Ended("crashed", f"more than {most:,} characters of output")

    def part(self) -> None:
        """Notice if the kernel has ended."""
        code = self.process.poll()
        if self.process.lost:
            raise warm.WarmUnavailable("the kernel's server ended")
        if code is not None:
            raise Ended("crashed", f"the notebook's process ended by itself ({_told(code)})")

    def look(self) -> None:
        """Now and then: end the kernel if it has passed a limit."""
        if time.monotonic() - self._looked < LOOK:
            return
        self._looked = time.monotonic()
        if time.monotonic() - self.begun > self.limits.seconds:
            raise Ended("timed_out", f"more than {self.limits.seconds:.0f} s")
        memory = held_by_room(self.process.pid) if self.room else 0
        count, seconds = 0, 0.0
        for process in family(self.process.pid):
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                memory += memory_of(process) + UNSEEN
                seconds += sum(process.cpu_times()[:2])
                count += 1
        if seconds > self.limits.cpu_seconds:
            raise Ended("timed_out", f"more than {self.limits.cpu_seconds:.0f} s of processor")
        if memory > self.limits.memory:
            raise Ended("out_of_memory", f"more than {self.limits.memory / 1e9:.1f} GB of memory")
        if count > self.limits.processes:
            raise Ended("crashed", f"more than {self.limits.processes} processes")
        if self._own.memory_info().rss > self._at_first + SWOLLEN:
            raise Ended("crashed", "its kernel sends more than can be read")


def _told(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {-code}"
