"""The warm process: it imports TensorFlow once, then turns forks of itself into kernels.

Started by :mod:`helpers.kernels.provisioner`, as a script, so that nothing of the course is
imported here: a kernel must find the course's modules as they are on disk when it starts.

A client connects to the server's Unix socket and speaks JSON, one object a line:

``{"start": {command, arguments, env, cwd, limits}}``, with stdin, stdout and stderr as passed file
descriptors, is answered ``{"pid": ...}`` and, when the kernel has ended, ``{"exit": ...}``
(as ``subprocess.Popen.returncode``). ``{"signal": n}`` signals the kernel's process group,
``{"stop": true}`` ends the server and its kernels. A client that goes away takes its kernel with
it, as a parent does.
"""

import argparse
import array
import json
import os
import selectors
import signal
import socket
import sys
import time
import warnings
from contextlib import suppress
from pathlib import Path

from isolation import ROOM_ENDS  # type: ignore[import-not-found]
from kernel_process import Snapshot, become_kernel  # type: ignore[import-not-found]
from relatives import began, end_with, reap  # type: ignore[import-not-found]

TICK = 1.0  # seconds between two looks at the idle clock, the socket file and the owner


class Client:
    """One connection: bytes and descriptors received so far, and the kernel, if any."""

    def __init__(self, connection):
        self.connection = connection
        self.buffer = b""
        self.descriptors = []
        self.pid = None
        self.locked_in = False

    def send(self, message):
        """Answer; a client that does not listen any more is noticed when it is read from."""
        with suppress(OSError):
            self.connection.sendall(json.dumps(message).encode() + b"\n")

    def receive(self):
        """The messages that arrived whole; None at the end of the connection."""
        try:
            data, descriptors, *_ = socket.recv_fds(self.connection, 1 << 16, 3)
        except BlockingIOError:
            return []
        except OSError:
            return None
        self.descriptors += descriptors
        if not data:
            return None
        *lines, self.buffer = (self.buffer + data).split(b"\n")
        messages = [json.loads(line) for line in lines]
        if not all(isinstance(message, dict) for message in messages):
            raise ValueError("a message is a JSON object")
        return messages

    def close(self):
        """Let go of the connection and of what came over it."""
        for descriptor in self.descriptors:
            os.close(descriptor)
        self.descriptors = []
        self.connection.close()


class Server:
    """Accept clients, fork kernels, tell how they end."""

    def __init__(self, listener, path, idle, owner):
        self.listener, self.path, self.idle, self.owner = listener, path, idle, owner
        self.owner_began = owner and began(owner)
        self.inode = os.stat(path).st_ino
        self.selector = selectors.DefaultSelector()
        self.clients = {}
        self.busy = time.monotonic()
        self.stopping = False
        self.wake, wakes = socket.socketpair()
        self.wakes = wakes
        for end in (self.wake, wakes, listener):
            end.setblocking(False)
        self.selector.register(listener, selectors.EVENT_READ)
        self.selector.register(self.wake, selectors.EVENT_READ)
        signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: None)
        signal.pthread_sigmask(signal.SIG_BLOCK, {ROOM_ENDS})

    def serve(self):
        """Run until there is nobody left to serve; in a new kernel, return its request."""
        while not self.finished():
            for key, _ in self.selector.select(TICK):
                if key.fileobj is self.listener:
                    self.accept()
                elif key.fileobj is self.wake:
                    self.signalled()
                elif (client := self.clients.get(key.fd)) is not None:
                    request = self.listen(client)
                    if request is not None:
                        return request
        for client in list(self.clients.values()):
            self.drop(client)
        return None

    def finished(self):
        """Whether to stop: told to, without the owner, or with nobody to serve any more."""
        if self.stopping or (self.owner and self.orphaned()):
            return True
        if self.clients:
            self.busy = time.monotonic()
            return False
        try:
            reachable = os.stat(self.path).st_ino == self.inode
        except OSError:
            reachable = False
        if reachable and time.monotonic() - self.busy < self.idle:
            return False
        if reachable:
            os.unlink(self.path)
            self.path.with_suffix(".log").unlink(missing_ok=True)
        self.accept()  # whoever connected before the file was gone is served
        return not self.clients

    def orphaned(self):
        """Whether the owner has ended; another process may have its number by now."""
        return self.owner_began is None or began(self.owner) != self.owner_began

    def accept(self):
        """Take every client that waits, if it is our own user's."""
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            if peer_uid(connection) not in (None, os.getuid()):
                connection.close()
                continue
            connection.setblocking(False)
            self.clients[connection.fileno()] = Client(connection)
            self.selector.register(connection, selectors.EVENT_READ)

    def listen(self, client):
        """Do what one client asks; in the child of a fork, return the request."""
        try:
            messages = client.receive()
        except ValueError:
            messages = None  # not one of ours
        if messages is None:
            self.drop(client)
            return None
        for message in messages:
            if "start" in message and client.pid is None and len(client.descriptors) == 3:
                client.locked_in = bool(message["start"].get("room"))
                if self.fork(client):
                    return {**message["start"], "descriptors": client.descriptors}
            elif "signal" in message and client.pid is not None:
                send_signal(client, message["signal"])
            elif "stop" in message:
                self.stopping = True
        return None

    def fork(self, client):
        """Fork a kernel for the client; True in the child, which forgets all other clients."""
        parent = os.getpid()
        with warnings.catch_warnings():
            # NumPy's idle threads, which Python 3.12 warns of, look after themselves.
            warnings.simplefilter("ignore", DeprecationWarning)
            try:
                pid = os.fork()
            except OSError as error:
                client.send({"error": f"cannot fork: {error}"})
                return False
        if pid == 0:
            os.setsid()
            end_with(parent)
            self.forget()
            for other in self.clients.values():
                if other is not client:
                    other.close()
            client.connection.close()
            return True
        client.pid = pid
        for descriptor in client.descriptors:
            os.close(descriptor)
        client.descriptors = []
        client.send({"pid": pid})
        return False

    def forget(self):
        """Close what belongs to the server alone."""
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self.selector.close()
        for end in (self.listener, self.wake, self.wakes):
            end.close()

    def signalled(self):
        """Tell of every kernel that has ended; stop if somebody said so."""
        numbers = set()
        with suppress(BlockingIOError):
            while data := self.wake.recv(4096):
                numbers |= set(data)
        if numbers & {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}:
            self.stopping = True
        for client in list(self.clients.values()):
            if client.pid is not None and (code := reap(client.pid)) is not None:
                client.pid = None
                client.send({"exit": code})

    def drop(self, client):
        """Forget a client, and end its kernel."""
        self.selector.unregister(client.connection)
        del self.clients[client.connection.fileno()]
        if client.pid is not None:
            send_signal(client, signal.SIGKILL)
            reap(client.pid, block=True)
        client.close()


def send_signal(client, number):
    """Signal the process group of a kernel, or the kernel alone before it has a group."""
    with suppress(OSError):
        if client.locked_in and number == signal.SIGKILL:
            # Whoever stands by at the room's door ends what is in it, and sees it buried.
            os.kill(client.pid, ROOM_ENDS)
            return
        try:
            os.killpg(client.pid, number)
        except ProcessLookupError:
            os.kill(client.pid, number)


def peer_uid(connection):
    """The user at the other end, where the system tells (the folder keeps others out anyway)."""
    if not hasattr(socket, "SO_PEERCRED"):
        return None
    size = 3 * array.array("i").itemsize
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    return array.array("i", credentials)[1]


def main():
    """Serve on the inherited socket; return only in a kernel that has ended."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--listener", type=int, required=True, help="inherited descriptor")
    parser.add_argument("--path", type=Path, required=True, help="the socket's file")
    parser.add_argument("--idle", type=float, required=True, help="seconds without a client")
    parser.add_argument("--owner", type=int, help="process without which to end")
    arguments = parser.parse_args()
    sys.path.pop(0)  # this script's folder
    os.chdir("/")
    snapshot = Snapshot()
    listener = socket.socket(fileno=arguments.listener)
    server = Server(listener, arguments.path, arguments.idle, arguments.owner)
    request = server.serve()
    if request is None:
        os._exit(0)  # at once: TensorFlow takes its time to leave
    become_kernel(snapshot, request)


if __name__ == "__main__":
    main()
