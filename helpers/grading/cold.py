"""A session without walls, for one's own notebook where the system has none: a cold kernel.

It needs nothing of the system that Windows does not have.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import psutil
from jupyter_client.connect import write_connection_file
from jupyter_client.launcher import launch_kernel

from helpers.grading.session import ENVIRONMENT, Session
from helpers.kernels.packing import PACKER
from helpers.kernels.usage import family

#: What a kernel reads of a person's own settings; those for the sandbox's places stay behind.
PLACES = ("HOME", "LANG", "PATH")


class ColdSession(Session):
    """A kernel that starts as any other does, on its owner's machine and with all its rights."""

    def _launch(self) -> str:
        self._place = Path(tempfile.mkdtemp(prefix="check-"))
        work = self._place / "files"
        for name, content in {**self.files, ".keep": b""}.items():
            target = work / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        file, _ = write_connection_file(str(self._place / "kernel.json"))
        settings = {name: value for name, value in ENVIRONMENT.items() if name not in PLACES}
        process = launch_kernel(
            [sys.executable, "-m", "ipykernel_launcher", "-f", file, PACKER],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | settings | {"IPYTHONDIR": str(self._place)},
            cwd=str(work),
        )
        process.lost = False  # type: ignore[attr-defined]  # no server that it could lose
        self.process = process  # type: ignore[assignment]
        return file

    def close(self) -> None:
        """End the kernel and its children: no room ends with it."""
        for process in family(self.process.pid)[1:]:
            with suppress(psutil.Error):
                process.kill()
        super().close()
