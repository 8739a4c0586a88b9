"""Warm kernels as a Jupyter client meets them."""

import os
import signal
import socket
import sys
import time
from pathlib import Path

import pytest

from helpers.kernels import provisioner, warm, warm_kernel
from tests.helpers.kernels import kernels
from tests.helpers.kernels.kernels import COLD, alive, connect, eventually, kernel, printed, run

# What a notebook can find out about its process, once it has imported the libraries.
PROBES = {
    "imports": "import keras, matplotlib.pyplot as plt, numpy as np, pandas as pd, seaborn, sys\n"
    "import tensorflow as tf, myst_nb.ext.glue\n"
    "import logging, warnings, os, signal, threading, resource, gc",
    "main": "import __main__; print(sorted(vars(__main__)), type(__main__), __name__)",
    "argv": "print([os.path.basename(a) for a in sys.argv[:2]], sys.orig_argv[1:-1], sys.flags)",
    "path": "print(sys.path, [str(f) for f in sys.meta_path], sys.warnoptions)",
    "environment": "print(sorted(e for e in os.environ.items() if e[0] != 'JPY_PARENT_PID'))\n"
    "print(os.getcwd())",
    "signals": "print({s.name: str(signal.getsignal(s)) for s in signal.Signals})\n"
    "print(signal.pthread_sigmask(signal.SIG_BLOCK, []), signal.set_wakeup_fd(-1))",
    "logging": "known = {'': logging.root, **logging.root.manager.loggerDict}\n"
    "print([(n, l.level, l.propagate, l.disabled, [(type(h).__name__, h.level,\n"
    "  type(getattr(h, 'stream', None)).__name__) for h in l.handlers])\n"
    "  for n, l in sorted(known.items()) if isinstance(l, logging.Logger)\n"
    "  if l.handlers or l.level or l.disabled])",
    "tensorflow's log": "tf.get_logger().warning('from TensorFlow')",
    "absl's log": "from absl import logging as absl_log; absl_log.warning('from absl')",
    "warnings": "print(*warnings.filters, sep='\\n')\nwarnings.warn('told')",
    "rcParams": "import matplotlib; print(dict(matplotlib.rcParams), plt.isinteractive())",
    "figure": "plt.plot([1, 3, 2]); plt.gca().set_title('a figure')",
    "streams": "print([str(getattr(sys, n)) for n in ('stdin', 'stdout', '__stdout__')])\n"
    "print(sys.excepthook, sys.displayhook, sys.breakpointhook, sys.__stdout__.line_buffering)",
    "limits": "print({n: resource.getrlimit(getattr(resource, n)) for n in dir(resource)\n"
    "  if n.startswith('RLIMIT')}, os.getpriority(os.PRIO_PROCESS, 0))",
    "process": "print(os.getsid(0) == os.getpid(), gc.isenabled(), gc.get_threshold())\n"
    "print(threading.current_thread() is threading.main_thread(), sys.getrecursionlimit())",
    "seeded": "keras.utils.set_random_seed(1)\n"
    "print(np.random.rand(), keras.random.normal((2,)), tf.random.uniform((2,)))",
    "summary": "m = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]); m.summary()",
    "training": "m.compile('adam', 'mse'); h = m.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)\n"
    "print(h.history, tf.config.list_physical_devices(), keras.config.floatx())",
    "table": "pd.DataFrame({'a': [1, 2]})",
    "error": "def f():\n    return 1 / 0\nf()",
    "shell": "ip = get_ipython(); print({n: len(c) for n, c in ip.events.callbacks.items()},\n"
    "  ip.display_formatter.active_types, ip.display_formatter.formatters['image/png'])",
    "system": "!echo from the shell",
    "input": "input('?')",
}


def test_a_warm_kernel_tells_a_notebook_the_same_as_a_cold_one(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", str(kernels.cold_spec(tmp_path / "jupyter")))
    told = {}
    # A cold kernel inherits what this process ignores, and under `nohup` that is SIGHUP.
    hung_up = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        for name in (kernels.WARM, COLD):
            with kernel(name, cwd=str(tmp_path)) as (_, client):
                told[name] = {probe: run(client, source) for probe, source in PROBES.items()}
    finally:
        signal.signal(signal.SIGHUP, hung_up)
    for probe in PROBES:
        warm_one, cold_one = (
            kernels.without_addresses(told[n][probe]) for n in (kernels.WARM, COLD)
        )
        assert warm_one == cold_one, probe


def test_tensorflow_is_there_and_has_run_nothing():
    with kernel() as (_, client):
        source = (
            "import sys, os; print('tensorflow' in sys.modules, 'helpers' in sys.modules)\n"
            "from tensorflow.python.eager import context\n"
            "print(context.context()._context_handle, os.getppid())"
        )
        known, helpers, handle, parent = printed(client, source).split()
        assert (known, helpers, handle) == ("True", "False", "None")
        assert b"forkserver.py" in Path(f"/proc/{parent}/cmdline").read_bytes()


def test_random_states_differ_between_kernels():
    source = (
        "import random, keras, numpy as np, tensorflow as tf\n"
        "print(random.random(), np.random.rand(), float(tf.random.uniform(())),"
        " float(keras.random.uniform(())))"
    )
    drawn = []
    for _ in range(2):
        with kernel() as (_, client):
            drawn.append(printed(client, source).split())
    assert all(one != other for one, other in zip(*drawn, strict=True)), drawn


def test_environment_and_folder_come_from_the_client(tmp_path):
    environment = {**os.environ, "COURSE_PROBE": "passed on"}
    with kernel(env=environment, cwd=str(tmp_path)) as (_, client):
        told = printed(client, "import os; print(os.environ['COURSE_PROBE'], os.getcwd())")
    assert told == f"passed on {tmp_path}"


@pytest.mark.parametrize("transport", ["tcp", "ipc"])
def test_interrupt_restart_and_shutdown(transport, tmp_path):
    # The name of an ipc socket is limited to about 100 bytes.
    place = {"ip": f"/tmp/ipc-{os.getpid()}"} if transport == "ipc" else {}
    with kernel(transport=transport, **place) as (manager, client):
        first = manager.provisioner.pid
        # Else the kernel drops what arrives while it still deals with the error.
        client.execute("import time; kept = 1; time.sleep(60)", stop_on_error=False)
        time.sleep(0.5)
        manager.interrupt_kernel()
        reply = client.get_shell_msg(timeout=200)
        assert reply["content"]["ename"] == "KeyboardInterrupt"
        assert printed(client, "print(kept)") == "1"
        client.stop_channels()
        manager.restart_kernel()
        again = connect(manager)
        assert manager.provisioner.pid != first
        assert run(again, "kept")[0][0] == "NameError"
        second = manager.provisioner.pid
        again.stop_channels()
        manager.shutdown_kernel()
        assert not alive(first) and not alive(second)


def test_several_kernels_at_once_share_nothing():
    with kernel() as (_, one), kernel() as (_, two), kernel() as (_, three):
        clients = (one, two, three)
        pids = {printed(client, "import os; print(os.getpid())") for client in clients}
        assert len(pids) == 3
        for number, client in enumerate(clients):
            run(client, f"mine = {number}; import numpy; numpy.mark = {number}")
        told = [printed(client, "print(mine, numpy.mark)") for client in clients]
    assert told == ["0 0", "1 1", "2 2"]


@pytest.mark.parametrize(
    ("last_words", "code"), [("os._exit(7)", 7), ("os.kill(os.getpid(), 9)", -9)]
)
def test_the_death_of_a_kernel_is_noticed_at_once(last_words, code):
    with kernel() as (manager, client):
        process = manager.provisioner.process
        client.execute(f"import os; {last_words}")
        assert eventually(lambda: not manager.is_alive(), 2)
        assert process.poll() == process.wait(1) == code


def test_what_a_kernel_started_ends_with_it():
    with kernel() as (manager, client):
        source = "import subprocess; print(subprocess.Popen(['sleep', '300']).pid)"
        child = int(printed(client, source))
        assert alive(child)
        manager.shutdown_kernel()
    assert eventually(lambda: not alive(child))


def test_the_learners_exit_handlers_run(tmp_path):
    mark = tmp_path / "mark"
    with kernel() as (manager, client):
        run(client, f"import atexit, pathlib; atexit.register(pathlib.Path({str(mark)!r}).touch)")
        manager.shutdown_kernel()
    assert mark.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="reserving a port is Linux's way")
def test_a_port_chosen_for_a_kernel_is_given_to_nobody_else(monkeypatch):
    # A kernel whose port was taken before it bound it dies before it replies: 4,000 who ask for
    # any port, before the kernel starts, are enough to be given one of five.
    launch, given, chosen = provisioner.WarmProvisioner.launch_kernel, [], set()

    async def crowded(self, cmd, **kwargs):
        chosen.update(getattr(self.parent, name) for name in provisioner.PORTS)
        for port in chosen:
            with socket.socket() as other, pytest.raises(OSError, match="in use"):
                other.bind(("127.0.0.1", port))
        for _ in range(4000):
            with socket.socket() as other:
                other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as ZeroMQ does
                other.bind(("127.0.0.1", 0))
                given.append(other.getsockname()[1])
        return await launch(self, cmd, **kwargs)

    monkeypatch.setattr(provisioner.WarmProvisioner, "launch_kernel", crowded)
    with kernel() as (manager, client):
        assert chosen == {getattr(manager, name) for name in provisioner.PORTS}
        assert not chosen & set(given)
        assert printed(client, "print('ready')") == "ready"
        manager.restart_kernel(now=True)
    assert manager.provisioner is None or not manager.provisioner._reserved


def test_a_folder_that_is_not_there_is_the_clients_error(tmp_path):
    with pytest.raises(FileNotFoundError), kernel(cwd=str(tmp_path / "gone")):
        pass


class Log:
    """Where a provisioner's warnings go, whichever application is running around it."""

    def __init__(self):
        self.told = []

    def warning(self, text, *values):
        self.told.append(text % values)

    def __getattr__(self, name):
        return lambda *_, **__: None


@pytest.fixture
def log(monkeypatch):
    monkeypatch.setattr(provisioner, "_said", set())
    log = Log()
    monkeypatch.setattr(provisioner.WarmProvisioner, "log", log)
    return log


def _starts_cold(log, reason):
    for _ in range(2):
        with kernel() as (manager, client):
            assert not isinstance(manager.provisioner.process, warm_kernel.WarmKernel)
            assert printed(client, "import sys; print('tensorflow' in sys.modules)") == "False"
    assert len(log.told) == 1, log.told
    assert "starts cold" in log.told[0] and reason in log.told[0]


def test_where_processes_cannot_fork_a_kernel_starts_cold_and_says_so_once(monkeypatch, log):
    monkeypatch.setattr(provisioner, "warm_kernel", None)
    _starts_cold(log, "cannot fork")


def test_a_folder_that_others_can_enter_is_not_used(monkeypatch, log, tmp_path):
    folder = tmp_path / "open"
    folder.mkdir(mode=0o755)
    monkeypatch.setenv(warm.FOLDER, str(folder))
    _starts_cold(log, f"{folder} is open to others")
    assert not any(folder.iterdir())


def test_a_server_that_cannot_import_is_quoted(monkeypatch, log, tmp_path):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "seaborn.py").write_text("raise ImportError('no seaborn today')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "broken"), prepend=os.pathsep)
    _starts_cold(log, "no seaborn today")
