"""What a kernel is forked from, and how a fork becomes one.

Not part of the package: :mod:`helpers.kernels.forkserver`, a script, finds it in its own folder.
"""

import gc
import importlib
import importlib.metadata
import io
import os
import resource
import signal
import sys
import tempfile
import time
import types
import warnings
from contextlib import suppress
from typing import Any

from isolation import ROOM_ENDS, isolate, seal  # type: ignore[import-not-found]
from packing import packed  # type: ignore[import-not-found]

# In the order of a cold kernel, whose cells import the libraries when it runs already.
KERNEL = (
    *("IPython", "ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.zmqshell"),
    # What those import only when a kernel starts: half of the time that it takes to start.
    *("ipykernel.debugger", "sqlite3", "tornado.platform.asyncio"),
    *("IPython.core.completerlib", "IPython.core.pylabtools", "IPython.extensions.storemagic"),
    *("IPython.core.debugger", "IPython.core.oinspect"),
)
LIBRARIES = (  # in the order in which cells import them: so do their warning filters lie
    *("keras", "matplotlib.pyplot", "numpy", "pandas", "seaborn", "tensorflow"),
    "myst_nb.ext.glue",  # first used where a page's prose quotes a number; it imports nbformat
)
LAUNCHER = "ipykernel_launcher.py"


class Forward:
    """Stands for ``sys.stdout`` or ``sys.stderr``, whichever object that is when it is used.

    A library that keeps the stream it finds while it is imported would otherwise write, in
    every kernel, to the server's log.
    """

    def __init__(self, name):
        self._name = name

    def __getattr__(self, attribute):
        stream = getattr(sys, self._name)
        stream = getattr(sys, f"__{self._name}__") if stream is self else stream
        return getattr(stream, attribute)

    def close(self):
        """Close nothing: a logging handler that is done with its stream must not end ours."""


class Snapshot:
    """What importing the libraries changed in the process, to be put in order in each kernel."""

    def __init__(self):
        """Import everything, and note the state before and after."""
        self.path = list(sys.path)
        environment = dict(os.environ)
        self.launcher = str(importlib.metadata.distribution("ipykernel").locate_file(LAUNCHER))
        sys.ps1 = "In : "  # libraries ask for this prompt to find out whether a person types
        sys.stdout, sys.stderr = Forward("stdout"), Forward("stderr")
        for name in KERNEL:
            importlib.import_module(name)
        self.filters = list(warnings.filters)
        for name in LIBRARIES:
            importlib.import_module(name)
        sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
        start = warnings.filters.index(self.filters[0]) if self.filters else 0
        self.first_filters = warnings.filters[:start]
        self.last_filters = warnings.filters[start + len(self.filters) :]
        self.environment = {k: v for k, v in os.environ.items() if environment.get(k) != v}
        # Frozen objects are never looked at again by a collection in a kernel, which would
        # otherwise copy all the pages that kernels share.
        gc.collect()
        gc.freeze()

    def restore(self, request):
        """Make this fork what a new interpreter with the same libraries would be.

        Returns the way out of its room, if it is in one.
        """
        os.environ.clear()
        os.environ.update({**self.environment, **request["env"]})
        os.environ["JPY_PARENT_PID"] = str(os.getppid())
        if cores := request["cores"]:
            with suppress(OSError):  # client and server are in containers with different cores
                os.sched_setaffinity(0, cores)
        inside = None
        if request.get("room"):
            inside = isolate(request["room"])
        else:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {ROOM_ENDS})
            os.chdir(request["cwd"])
        for name, pair in request["limits"].items():
            with suppress(ValueError, OSError):  # cannot be raised above the server's own
                resource.setrlimit(getattr(resource, name), pair)
        sys.argv[:] = [self.launcher, *request["arguments"]]
        sys.orig_argv[:] = request["command"]
        sys.path[:] = self.path
        sys.modules["__main__"] = types.ModuleType("__main__")
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(line_buffering=os.isatty(1))
        tempfile.tempdir = None
        set_filters(self.filters)
        reseed()
        return inside


def set_filters(filters):
    """Replace all warning filters."""
    warnings.resetwarnings()  # which also has decisions made under the old ones forgotten
    in_force: Any = warnings.filters
    in_force[:] = filters


def reseed():
    """Give the global random states that a fork inherits back their randomness."""
    import multiprocessing

    import numpy as np

    np.random.seed()  # noqa: NPY002 (the global state is just what it is about)
    multiprocessing.current_process().authkey = os.urandom(32)


def become_kernel(snapshot, request):
    """Run what ``python -m ipykernel_launcher`` runs, in this fork."""
    for target, descriptor in enumerate(request["descriptors"]):
        os.dup2(descriptor, target)
        os.close(descriptor)
    inside = snapshot.restore(request)
    from ipykernel.kernelapp import IPKernelApp

    app = IPKernelApp.instance(parent_handle=os.getppid())
    app.initialize(request["arguments"])
    session: Any = app.session
    session.pack = packed
    # In a cold kernel the libraries put their filters around those of the running shell.
    set_filters([*snapshot.first_filters, *warnings.filters, *snapshot.last_filters])
    if inside is not None:
        # The thread of the heartbeat binds a socket of its own, and is not waited for.
        beat: Any = app.heartbeat
        while beat.is_alive() and not os.path.exists(f"{beat.ip}-{beat.port}"):
            time.sleep(0.001)
        seal(inside)
    app.start()
