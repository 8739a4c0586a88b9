"""Kernels for the tests of warm kernels, run as a Jupyter client runs them."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import KernelManager

WARM, COLD = "python3", "cold"
_VARIES = re.compile(r"0x[0-9a-f]{6,}|ipykernel_\d+|pipe:\[\d+\]|/dev/null|\b(OutStream|Forward)\b")


def cold_spec(folder: Path) -> Path:
    """A JUPYTER_PATH whose kernel `cold` is the course's own without its provisioner."""
    spec = json.loads(Path(sys.prefix, "share/jupyter/kernels/python3/kernel.json").read_text())
    assert spec["metadata"].pop("kernel_provisioner") == {"provisioner_name": "warm"}
    kernel = folder / "kernels" / COLD
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(json.dumps(spec))
    return folder


@contextmanager
def kernel(name: str = WARM, **options) -> Iterator[tuple[KernelManager, BlockingKernelClient]]:
    """A running kernel and its client."""
    settings = {key: options.pop(key) for key in ("transport", "ip") if key in options}
    manager = KernelManager(kernel_name=name, **settings)
    manager.start_kernel(**options)
    client = connect(manager)
    try:
        yield manager, client
    finally:
        client.stop_channels()
        if manager.has_kernel:
            manager.shutdown_kernel(now=True)


def connect(manager: KernelManager) -> BlockingKernelClient:
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=1200)
    return client


def run(client: BlockingKernelClient, source: str, timeout: float = 1200) -> list:
    """The outputs of a cell, as a page would show them."""
    outputs = []

    def note(message):
        kind, content = message["msg_type"], message["content"]
        if kind == "stream":
            if outputs and outputs[-1][0] == content["name"]:  # in however many pieces it comes
                outputs[-1][1] += content["text"]
            else:
                outputs.append([content["name"], content["text"]])
        elif kind in ("display_data", "execute_result"):
            outputs.append([kind, content["data"]])
        elif kind == "error":
            outputs.append([content["ename"], content["evalue"], content["traceback"]])

    client.execute_interactive(source, output_hook=note, timeout=timeout, allow_stdin=False)
    return outputs


def printed(client: BlockingKernelClient, source: str) -> str:
    """What a cell prints, and nothing else may come from it."""
    outputs = run(client, source)
    assert [kind for kind, _ in outputs] == ["stdout"], outputs
    return outputs[0][1].strip()


def without_addresses(outputs: list) -> str:
    """Outputs as text, less what differs between any two processes."""
    return _VARIES.sub("…", json.dumps(outputs, sort_keys=True))


def eventually(condition: Callable[[], object], seconds: float = 10) -> bool:
    """Whether the condition comes true in so many seconds of an idle machine.

    A busy one has twenty times as many.
    """
    limit = time.monotonic() + 20 * seconds
    while time.monotonic() < limit:
        if condition():
            return True
        time.sleep(0.05)
    return False


def alive(pid: int) -> bool:
    """Whether the process runs: one that has ended and waits to be reaped does not."""
    try:
        os.kill(pid, 0)
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False
