"""Messages of a kernel, read as a stranger's: their size first, and no more than is needed.

Their JSON is short. What may be long, the answer to a question, travels beside it in a frame of
its own, which is text and is never parsed here.
"""

from __future__ import annotations

import hmac
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

import zmq
from jupyter_client import BlockingKernelClient
from jupyter_client.session import DELIM

LARGEST = 64_000_000  # characters of a text that travels beside a message
TEXT = "text"  # the kind of such a message
LONGEST = LARGEST + 1_000_000  # bytes of a message
MOST_FRAMES = 20
HEAD = 20_000  # bytes of a header
JSON = 100_000  # bytes of the content of a message that shows nothing


class Unreadable(Exception):
    """A message that no honest kernel sends; the text says what is wrong with it."""


@dataclass(frozen=True)
class Message:
    """One message, its content still unread."""

    kind: str
    parent: str  #: which request it belongs to
    size: int  #: bytes, of all its frames
    raw: bytes
    buffers: tuple[bytes, ...] = ()

    def content(self, longest: int = JSON) -> dict[str, Any]:
        """What it says, if that has at most so many bytes.

        Raises
        ------
        Unreadable
            If it is longer, or not a JSON object.
        """
        return _object(self.raw, longest, "the content of a message")

    def field(self, name: str, kind: type) -> Any:
        """One part of what it says; Unreadable if that is not of this type."""
        return checked(self.content(), name, kind)

    def text(self) -> str:
        """The text beside it.

        Raises
        ------
        ValueError
            If there is none, or it is not UTF-8.
        """
        if len(self.buffers) != 1:
            raise ValueError("a message with no text beside it")
        return self.buffers[0].decode()


class Reply(NamedTuple):
    """What a kernel says at the end of a request, and the text that it sent before."""

    last: Message
    text: Message | None

    def fault(self) -> str:
        """Why there is no text."""
        answer: Any = None
        with suppress(Unreadable, AttributeError):
            answer = self.last.content().get("user_expressions", {}).get("answer")
        if type(answer) is dict and answer.get("status") == "error":
            return f"{answer.get('ename')!s:.100}: {answer.get('evalue')!s:.1000}"
        return "nothing was sent"


class Channels:
    """The sockets on which a client hears its kernel; none receives or waits without bounds."""

    def __init__(self, client: BlockingKernelClient) -> None:
        client.context.maxmsgsize = LONGEST
        client.context.rcvhwm = 20  # messages that wait to be read
        client.context.sndtimeo = 10_000  # ms: a kernel that reads no requests holds nobody up
        client.start_channels(hb=False)
        names = ("iopub", "shell", "stdin")
        self._client = client
        self.iopub, *_ = self._sockets = [getattr(client, f"{n}_channel").socket for n in names]
        # A socket that is sent more at once than it may hold hangs up, and only its monitor knows.
        lost = zmq.EVENT_DISCONNECTED
        self._monitors = [socket.get_monitor_socket(lost) for socket in self._sockets]
        self._poller = zmq.Poller()
        for socket in (*self._sockets, *self._monitors):
            self._poller.register(socket, zmq.POLLIN)

    def wait(self, seconds: float) -> tuple[list[zmq.Socket], bool]:
        """The sockets at which messages wait, perhaps none; whether one was hung up."""
        ready = [socket for socket, _ in self._poller.poll(int(1000 * seconds))]
        return [s for s in ready if s in self._sockets], any(m in ready for m in self._monitors)

    def receive(self, socket: zmq.Socket) -> Message:
        """The message that waits at a socket.

        Raises
        ------
        Unreadable
            If it is too long, not signed, or not of the form that the protocol prescribes.
        """
        frames: list[zmq.Frame] = []
        size = 0
        while not frames or frames[-1].more:
            frames.append(socket.recv(zmq.NOBLOCK, copy=False))
            size += len(frames[-1])
            if len(frames) > MOST_FRAMES or size > LONGEST:
                raise Unreadable(f"a message of more than {LONGEST // 10**6} MB or many parts")
        while frames and (len(frames[0]) != len(DELIM) or frames[0].bytes != DELIM):
            frames.pop(0)
        if len(frames) < 6:
            raise Unreadable("a message that lacks a part")
        _, signature, *parts = (frame.bytes for frame in frames)
        if not hmac.compare_digest(signature, self._client.session.sign(parts[:4])):
            raise Unreadable("a message with a wrong signature")
        kind = _object(parts[0], HEAD, "a header").get("msg_type")
        parent = _object(parts[1], HEAD, "a parent header").get("msg_id", "")
        if type(kind) is not str or type(parent) is not str:
            raise Unreadable("a message of no kind")
        return Message(kind, parent, size, parts[3], tuple(parts[4:]))

    def close(self) -> None:
        """Hang up."""
        for socket in self._sockets:
            socket.disable_monitor()
        self._client.stop_channels()


def checked(content: dict[str, Any], name: str, kind: type) -> Any:
    """One part of a content; Unreadable if it is not of this type."""
    value = content.get(name)
    if type(value) is not kind:
        raise Unreadable(f"content without a {name} of the type {kind.__name__}")
    return value


def _object(raw: bytes, longest: int, what: str) -> dict[str, Any]:
    if len(raw) > longest:
        raise Unreadable(f"{what} has more than {longest:,} bytes")
    try:
        data = json.loads(raw.decode())
    except (ValueError, RecursionError, MemoryError) as error:
        raise Unreadable(f"{what} is not JSON: {error!s:.200}") from None
    if type(data) is not dict:
        raise Unreadable(f"{what} is not an object")
    return data
