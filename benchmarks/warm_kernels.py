"""Warm kernels against cold ones: time until TensorFlow is imported, memory, and what is left.

``python benchmarks/warm_kernels.py [KERNELS]``; the endurance run starts that many (200).
"""

import gc
import json
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from statistics import median

import psutil
from jupyter_client.manager import start_new_kernel

from helpers.kernels import warm

IMPORTS = "import tensorflow, keras, numpy, pandas, matplotlib.pyplot, seaborn"
WORK = """
import keras, numpy as np
model = keras.Sequential([keras.Input((None, 1)), keras.layers.LSTM(32), keras.layers.Dense(1)])
model.compile("adam", "mse")
history = model.fit(np.ones((256, 20, 1)), np.ones((256, 1)), verbose=0)
"""


def cold_kernelspec(folder):
    """A JUPYTER_PATH with the kernel ``cold``: the course's own less its provisioner."""
    spec = json.loads(Path(sys.prefix, "share/jupyter/kernels/python3/kernel.json").read_text())
    del spec["metadata"]["kernel_provisioner"]
    kernel = Path(folder, "kernels", "cold")
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(json.dumps(spec))


@contextmanager
def running(name):
    """A kernel that has imported the libraries: its process id and a function that runs code."""
    # Its messages about itself are not part of the table.
    with open(os.devnull, "w") as nowhere:
        manager, client = start_new_kernel(kernel_name=name, stdout=nowhere, stderr=nowhere)

        def run(code):
            reply = client.execute_interactive(code, timeout=120, output_hook=lambda _: None)
            assert reply["content"]["status"] == "ok", reply

        try:
            run(IMPORTS)
            yield manager.provisioner.pid, run
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


def seconds_until_ready(name):
    """From nothing to a kernel with the libraries imported."""
    begun = time.perf_counter()
    with running(name):
        return time.perf_counter() - begun


def proportional_memory(name, kernels=4):
    """Megabytes of that many kernels at work; pages that they share count once."""
    with ExitStack() as stack:
        pids = set()
        for _ in range(kernels):
            pid, run = stack.enter_context(running(name))
            run(WORK)
            pids |= {pid} | ({psutil.Process(pid).ppid()} if name == "python3" else set())
        return sum(psutil.Process(pid).memory_full_info().pss for pid in pids) / 1e6


def forks(server):
    """Processes that the server has made, whoever is their parent now; zombies count."""
    command, made = server.cmdline(), []
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess):
            zombie = process.status() == psutil.STATUS_ZOMBIE
            mine = process.ppid() in (server.pid, os.getpid()) if zombie else False
            if process.pid != server.pid and (mine or process.cmdline() == command):
                made.append(process)
    return made


def endure(kernels, at_once=8):
    """Start and end kernels, one by one and many at once; what is left of them anywhere."""
    with running("python3") as (pid, _):
        server = psutil.Process(psutil.Process(pid).ppid())
    before = server.num_fds(), psutil.Process().num_fds()
    one_by_one = [seconds_until_ready("python3") for _ in range(kernels // 2)]
    begun = time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        together = [*pool.map(seconds_until_ready, ["python3"] * (kernels - kernels // 2))]
    took = time.perf_counter() - begun
    gc.collect()  # event loops of the threads that have ended
    left, after = len(forks(server)), (server.num_fds(), psutil.Process().num_fds())
    print(f"{len(one_by_one)} kernels, one after the other: median {median(one_by_one):.2f} s")
    print(f"{len(together)} more, {at_once} at once: median {median(together):.2f} s, ", end="")
    print(f"all in {took:.0f} s")
    print(f"  processes left: {left}; descriptors of server and client: {before}, then {after}")
    with ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(running("python3"))
        alive = [process.pid for process in forks(server)]
        command = server.cmdline()
        server.kill()
        server.wait(10)
        deadline = time.perf_counter() + 5
        while time.perf_counter() < deadline and any(map(psutil.pid_exists, alive)):
            time.sleep(0.01)
    orphans = [p.pid for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"] == command]
    print(f"kill -9 of the server and its {len(alive)} kernels: {len(orphans)} processes left, ")
    print(f"  descriptors of the client {psutil.Process().num_fds()}; ", end="")
    print(f"the next kernel is ready in {seconds_until_ready('python3'):.1f} s")


def main():
    """Print the tables."""
    kernels = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder, warm.private_servers():
        cold_kernelspec(folder)
        os.environ["JUPYTER_PATH"] = folder
        first = seconds_until_ready("python3")
        cold = [seconds_until_ready("cold") for _ in range(5)]
        warmed = [seconds_until_ready("python3") for _ in range(10)]
        print(f"ready, TensorFlow imported: cold {median(cold):.2f} s, ", end="")
        print(f"warm {median(warmed):.2f} s, ratio {median(cold) / median(warmed):.1f}")
        print(f"  the first warm kernel waits for the server: {first:.2f} s")
        memory = {name: proportional_memory(name) for name in ("cold", "python3")}
        ratio = memory["cold"] / memory["python3"]
        print(f"4 kernels at work, proportional memory: cold {memory['cold']:.0f} MB, ", end="")
        print(f"warm {memory['python3']:.0f} MB with their server, ratio {ratio:.1f}")
        endure(kernels)


if __name__ == "__main__":
    main()
