"""What a Dask worker does: grade one job after the other.

It imports nothing of nbgrader, which only the coordinator needs and which takes seconds.
"""

from __future__ import annotations

import atexit
import os
import sys
from contextlib import ExitStack, suppress
from typing import Any

from distributed import Worker, WorkerPlugin

from helpers.grading.verdict import Job, grade
from helpers.kernels import warm

ATTEMPTS = 3  # of a worker, when its own kernels fail

_own = ExitStack()


class OneCore(WorkerPlugin):
    """Gives a local cluster's workers, and with them their kernels, a core each, in turn.

    TensorFlow's threads hand each other work all the time, which between cores takes longer.
    """

    def setup(self, worker: Worker) -> None:
        """Bind this thread, from which the worker starts those that call `on_worker`."""
        if sys.platform == "linux" and isinstance(worker.name, int):
            cores = sorted(os.sched_getaffinity(0))
            turn = worker.name + os.getppid()  # two classes at a time begin with different ones
            os.sched_setaffinity(0, {cores[turn % len(cores)]})


def on_worker(job: Job) -> dict[str, Any]:
    """Grade one job on the coordinator's warm server, or on one that is kept for the next job.

    Workers of a local cluster share the server that the coordinator has started.
    """
    if not os.environ.get(warm.OWNER):
        _own.enter_context(warm.private_servers())
        atexit.register(_own.close)
    for _ in range(ATTEMPTS - 1):
        with suppress(warm.WarmUnavailable):
            return grade(job)
    return grade(job)
