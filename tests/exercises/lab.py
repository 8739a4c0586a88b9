"""A JupyterLab in a course, for tests that look at it with a browser."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.exercises.course import ROOT


@contextmanager
def serving(course: Path, home: Path) -> Iterator[str]:
    """The address of a JupyterLab that opens in ``course`` and keeps its settings in ``home``."""
    log = home / "lab.log"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ServerApp.root_dir=."]
    command += ["--IdentityProvider.token=", "--ServerApp.password="]
    environment = {**os.environ, "HOME": str(home), "PYTHONPATH": str(ROOT)}
    environment["PYTHONFAULTHANDLER"] = "1"  # its log says where it hangs, if it does
    with open(log, "w", encoding="utf-8") as output:
        server = subprocess.Popen(
            command, cwd=course, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_up(f"{address}/lab", server, log)
        yield address
    finally:
        _stop(server, log)


def _stop(server: subprocess.Popen, log: Path) -> None:
    """End the server; on a busy machine its last clearing up alone may take a minute."""
    server.terminate()
    try:
        server.wait(120)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGABRT)
        server.wait()
        pytest.fail(f"JupyterLab does not stop:\n{log.read_text('utf-8')[-4000:]}")


def _wait_until_up(address: str, server: subprocess.Popen, log: Path) -> None:
    for _ in range(120):
        try:
            with urllib.request.urlopen(address):
                return
        except urllib.error.URLError:
            assert server.poll() is None, log.read_text("utf-8")[-2000:]
            time.sleep(0.5)
    pytest.fail(f"no JupyterLab at {address}:\n{log.read_text('utf-8')[-2000:]}")
