"""A PostgreSQL server that ends with the test, if PostgreSQL is installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.helpers.kernels.kernels import eventually


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of an empty database in a server of its own; without PostgreSQL the test is skipped.

    Other databases of the server may be created by way of it.
    """
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    # Not below tmp_path, into which another user cannot look; and as root it refuses to run.
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        as_user: list[str] = []
        if os.geteuid() == 0:
            as_user = ["runuser", "-u", "postgres", "--"]
            shutil.chown(folder, "postgres")
        with _served(Path(folder), programs[-1], as_user) as url:
            yield url


@contextmanager
def _served(place: Path, programs: Path, as_user: list[str]) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = str(place / "data")
    made = [*as_user, str(programs / "initdb"), "-A", "trust", "-U", "course", "-D", data]
    subprocess.run(made, check=True, capture_output=True, cwd=place)
    serve = [str(programs / "postgres"), "-D", data, "-p", str(port), "-k", str(place)]
    server = subprocess.Popen(
        [*as_user, *serve, "-c", "fsync=off"],
        cwd=place,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        ready = [str(programs / "pg_isready"), "-h", "127.0.0.1", "-p", str(port)]
        assert eventually(lambda: subprocess.run(ready, capture_output=True).returncode == 0, 60)
        yield f"postgresql+psycopg://course@127.0.0.1:{port}/postgres"
    finally:
        server.terminate()
        server.wait(120)
