"""The workers that grade a class: of a Dask scheduler somewhere, or of a cluster of our own."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import dask
from distributed import Client, LocalCluster

from helpers.grading.worker import OneCore
from helpers.kernels import sandbox
from helpers.kernels.turn import ctrl_c_is_for_us_alone


def without_walls(client: Client) -> dict[str, str]:
    """Which workers cannot build the sandbox, by their addresses, and why."""
    return {address: fault for address, fault in client.run(_fault).items() if fault}


def _fault() -> str:
    try:
        sandbox.probe()
    except sandbox.NoSandbox as reason:
        return str(reason)
    return ""


@contextmanager
def workers_of(scheduler: str | None, workers: int) -> Iterator[Client]:
    """A client of the scheduler at this address, or of so many workers on this machine."""
    logging.getLogger("distributed").setLevel(logging.ERROR)
    logging.getLogger("tornado.application").setLevel(logging.CRITICAL)  # nbgrader's tracebacks
    if scheduler is not None:
        with Client(scheduler) as client:
            yield client
        return
    local = {"n_workers": workers, "threads_per_worker": 1, "dashboard_address": ":0"}
    # Workers that are stopped say so at length.
    quiet = {"distributed.nanny.pre-spawn-environ.DASK_LOGGING__DISTRIBUTED": "critical"}
    with ExitStack() as stack:
        with dask.config.set(quiet), ctrl_c_is_for_us_alone():
            cluster = stack.enter_context(LocalCluster(**local))
            client = stack.enter_context(Client(cluster))
        client.register_plugin(OneCore())
        yield client
