"""The warm server: who may use it, how long it lives, what it leaves behind."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from helpers.kernels import warm, warm_kernel
from tests.helpers.kernels.kernels import alive, eventually, kernel, printed

ROOT = Path(__file__).resolve().parents[3]
CLIENT = """
import os, signal, sys, time
from pathlib import Path
from helpers.kernels import warm
from tests.helpers.kernels.kernels import kernel
warm.SERVER = Path(sys.argv[1])
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job inherits none
with warm.private_servers(), kernel() as (manager, client):
    pid = manager.provisioner.pid
    print(pid, open(f"/proc/{pid}/stat").read().split()[3], flush=True)
    exec(sys.argv[2])
"""


@pytest.fixture(autouse=True)
def lean(tmp_path, monkeypatch) -> Path:
    """The server without the libraries: what is tested here does not depend on them."""
    for part in warm.PARTS:
        shutil.copy(warm.SERVER.with_name(part), tmp_path)
    script, process = tmp_path / "forkserver.py", tmp_path / "kernel_process.py"
    text = process.read_text()
    process.write_text(
        re.sub(r"^LIBRARIES = \(.*?^\)$", 'LIBRARIES = ("numpy",)', text, flags=re.M | re.S)
    )
    assert process.read_text() != text
    monkeypatch.setattr(warm, "SERVER", script)
    return script


@pytest.fixture
def own_server():
    """Servers of this test alone."""
    with warm.private_servers() as folder:
        yield folder


def _server(client) -> int:
    return int(printed(client, "import os; print(os.getppid())"))


def _client(script: Path, last: str) -> tuple[subprocess.Popen, int, int]:
    """Another process with a kernel, which then does ``last``: it, the kernel, and the server."""
    process = subprocess.Popen(
        [sys.executable, "-c", CLIENT, str(script), last],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    kernel_pid, server_pid = map(int, process.stdout.readline().split())
    return process, kernel_pid, server_pid


def test_the_server_is_reused_and_ends_with_its_block():
    with warm.private_servers() as folder:
        servers = set()
        for _ in range(2):
            with kernel() as (_, client):
                servers.add(_server(client))
        assert len(servers) == 1
        assert sorted(path.suffix or path.name for path in folder.iterdir()) == [
            ".log",
            ".sock",
            "lock",
        ]
    assert eventually(lambda: not any(map(alive, servers)), 2)
    assert not folder.exists()


def test_a_different_import_time_environment_gets_a_server_of_its_own(own_server):
    with kernel() as (_, one), kernel(env={**os.environ, "TF_PROBE": "1"}) as (_, two):
        assert _server(one) != _server(two)
        assert printed(two, "import os; print(os.environ['TF_PROBE'])") == "1"


def test_the_socket_is_its_users_alone(own_server):
    with kernel():
        assert own_server.stat().st_mode & 0o077 == 0
        assert all(path.stat().st_uid == os.getuid() for path in own_server.iterdir())


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_a_stranger_is_hung_up_on(own_server):
    with kernel():
        path = next(own_server.glob("*.sock"))
        own_server.chmod(0o777)
        path.chmod(0o777)
        stranger = f"import os, socket; os.setuid(65534); s = socket.socket(socket.AF_UNIX); \
s.connect({str(path)!r}); s.settimeout(5); print(s.recv(1))"
        done = subprocess.run([sys.executable, "-c", stranger], capture_output=True, text=True)
        assert done.stdout == "b''\n", done.stderr


def test_an_idle_server_ends_and_takes_its_socket_along(own_server, monkeypatch):
    monkeypatch.setattr(warm, "IDLE", 1.0)
    with kernel() as (_, client):
        server = _server(client)
        time.sleep(2.5)
        assert alive(server)  # a kernel is enough to stay for
    assert eventually(lambda: not alive(server), 10)
    assert [path.name for path in own_server.iterdir()] == ["lock"]
    with kernel() as (_, client):
        assert _server(client) != server


def test_a_server_that_nobody_can_reach_ends(own_server):
    with kernel() as (_, client):
        server = _server(client)
        next(own_server.glob("*.sock")).unlink()
        time.sleep(2)
        assert alive(server)  # its kernel goes on
    assert eventually(lambda: not alive(server), 10)


def test_a_kernel_dies_with_its_client_and_the_server_with_its_owner(lean):
    process, kernel_pid, server = _client(lean, "os.kill(os.getpid(), signal.SIGKILL)")
    process.wait()
    assert eventually(lambda: not alive(kernel_pid) and not alive(server), 10)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_whoever_ends_its_owner_the_servers_folder_goes(lean, number):
    last = f"print(os.environ[{warm.FOLDER!r}], flush=True); os.kill(os.getpid(), {int(number)})"
    process, kernel_pid, server = _client(lean, last)
    assert process.stdout is not None
    folder = Path(process.stdout.readline().strip())
    # Nobody asks for its exit code yet: an owner that is not buried has ended all the same.
    assert eventually(lambda: not alive(kernel_pid) and not alive(server), 10)
    process.wait()
    assert eventually(lambda: not folder.exists(), 10)


def test_a_client_that_is_interrupted_leaves_nothing(lean):
    process, kernel_pid, server = _client(lean, "time.sleep(3600)")
    process.send_signal(signal.SIGINT)
    assert process.wait(400) == -signal.SIGINT
    assert eventually(lambda: not alive(kernel_pid) and not alive(server), 10)


def test_the_server_survives_clients_that_talk_nonsense(own_server):
    with kernel() as (_, client):
        server, path = _server(client), next(own_server.glob("*.sock"))
        for message in (b"", b"not json\n", b"17\n", b'{"start": {}}\n', b'{"signal": 9}\n', b"{"):
            with warm.dial(path) as connection:
                connection.sendall(message)
        with warm.dial(path) as silent, kernel() as (_, another):
            assert silent.fileno() > 0 and _server(another) == server
        assert printed(client, "print('here')") == "here"


def test_a_killed_server_takes_its_kernels_along_and_is_replaced(own_server):
    with kernel() as (manager, client):
        server, pid, process = _server(client), manager.provisioner.pid, manager.provisioner.process
        os.kill(server, signal.SIGKILL)
        assert eventually(lambda: not alive(pid), 5)
        assert process.wait(100) == -signal.SIGKILL
        assert not manager.is_alive()
        with kernel() as (_, again):
            assert _server(again) != server


def test_a_stale_socket_file_is_replaced(own_server):
    with kernel() as (_, client):
        server = _server(client)
    path = next(own_server.glob("*.sock"))
    os.kill(server, signal.SIGKILL)
    assert eventually(lambda: not alive(server))
    assert path.exists()  # nobody listens there
    with kernel() as (_, client):
        assert _server(client) != server


def test_an_unreadable_socket_gives_a_reason(own_server):
    with kernel() as (_, client):
        _server(client)
    path = next(own_server.glob("*.sock"))
    path.unlink()
    path.mkdir()
    command = [sys.executable, "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "x"]
    with pytest.raises(warm.WarmUnavailable, match="no connection to a warm server"):
        warm_kernel.launch(command)


def test_only_a_python_kernel_can_be_warm():
    with pytest.raises(warm.WarmUnavailable, match="ipykernel_launcher"):
        warm_kernel.launch(["R", "--slave", "-e", "IRkernel::main()"])


def test_two_first_kernels_at_the_same_moment_share_one_server(own_server):
    with ThreadPoolExecutor() as pool:
        files = warm.server_files([sys.executable], os.environ)
        jobs = [pool.submit(warm.connect, [sys.executable], os.environ, files) for _ in range(6)]
        connections = [job.result() for job in jobs]

    def servers() -> list[psutil.Process]:
        # Our own children: a server that imports its libraries may have children of its name.
        return [p for p in psutil.Process().children() if str(files.socket) in p.cmdline()]

    assert eventually(servers, 10)  # it has its name a moment after it has begun
    assert len(servers()) == 1
    for connection in connections:
        connection.close()


def test_many_kernels_leave_no_process_and_no_descriptor_behind(own_server):
    with kernel() as (_, client):
        server = psutil.Process(_server(client))
        before, ours = server.num_fds(), psutil.Process().num_fds()

    def start_and_end(number: int) -> str:
        with kernel() as (_, client):
            return printed(client, f"print({number})")

    assert [start_and_end(number) for number in range(8)] == [*map(str, range(8))]
    with ThreadPoolExecutor(6) as pool:
        assert [*pool.map(start_and_end, range(12))] == [*map(str, range(12))]
    assert server.children(recursive=True) == []
    assert server.num_fds() < before
    assert psutil.Process().num_fds() <= ours
