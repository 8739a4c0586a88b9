"""The Jupyter side of warm kernels: a provisioner that every Jupyter client can use unchanged.

A kernelspec asks for it with ``metadata.kernel_provisioner.provisioner_name: warm``. Where a
warm kernel cannot be had, the kernel starts cold, and the log says why once.
"""

import asyncio
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner

try:
    from helpers.kernels import warm_kernel
except ImportError:  # no fork and no fcntl: Windows
    warm_kernel = None  # type: ignore[assignment]

_said: set[str] = set()


class WarmProvisioner(LocalProvisioner):
    """Launches forks of the warm server; all else is as for a local kernel."""

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
