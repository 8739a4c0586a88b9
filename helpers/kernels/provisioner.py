"""The Jupyter side of warm kernels: a provisioner that every Jupyter client can use unchanged.

A kernelspec asks for it with ``metadata.kernel_provisioner.provisioner_name: warm``. Where a
warm kernel cannot be had, the kernel starts cold, and the log says why once.
"""

import asyncio
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner

try:
    from helpers.kernels import warm_kernel
except ImportError:  # no fork and no fcntl: Windows
    warm_kernel = None  # type: ignore[assignment]

PORTS = ("shell_port", "iopub_port", "stdin_port", "hb_port", "control_port")

_said: set[str] = set()


def reserve(ip: str, port: int) -> socket.socket:
    """Keep a port from everybody but the one who is told its number.

    A kernel's ports are chosen before it starts, and until it binds them the system may give one
    to somebody else who asks for any: each kernel does so itself, for the pipe of its
    subprocesses. On Linux a port that is bound but not listened at is given to nobody who asks
    for any, and still to who asks for it by number.
    """
    keeper = socket.socket()
    keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    with suppress(OSError):  # taken already: the kernel will say so
        keeper.bind((ip, port))
    return keeper


class WarmProvisioner(LocalProvisioner):
    """Launches forks of the warm server; all else is as for a local kernel."""

    _reserved: tuple[socket.socket, ...] = ()

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Prepare the launch, and keep the ports that were chosen from others."""
        prepared = await super().pre_launch(**kwargs)
        manager = self.parent
        if sys.platform == "linux" and manager and manager.transport == "tcp":
            self._release()
            self._reserved = tuple(reserve(manager.ip, getattr(manager, name)) for name in PORTS)
        return prepared

    async def cleanup(self, restart: bool = False) -> None:
        """Let go of the ports, unless the kernel starts again."""
        if not restart:
            self._release()
        await super().cleanup(restart=restart)

    def _release(self) -> None:
        for keeper in self._reserved:
            keeper.close()
        self._reserved = ()

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Launch a warm kernel, or a cold one where a warm one cannot be had."""
        if warm_kernel is None:
            self._say("this system cannot fork processes")
            return await super().launch_kernel(cmd, **kwargs)
        try:
            # In a thread: the first kernel waits for the server's imports.
            kernel = await asyncio.to_thread(warm_kernel.launch, cmd, **self._scrub_kwargs(kwargs))
        except warm_kernel.WarmUnavailable as reason:
            self._say(str(reason))
            return await super().launch_kernel(cmd, **kwargs)
        # Without a process group: signals go through the server, which knows whose number it is.
        self.process: Any = kernel
        self.pid, self.pgid = kernel.pid, None
        self.cwd = kwargs.get("cwd") or Path.cwd()
        return self.connection_info

    def _say(self, reason: str) -> None:
        if reason not in _said:
            _said.add(reason)
            self.log.warning("This kernel starts cold, and TensorFlow with it: %s", reason)
