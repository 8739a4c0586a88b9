"""Whatever comes over a kernel's sockets is a message or unreadable, and costs what it may cost."""

import json

import hypothesis.strategies as st
import pytest
import zmq
from hypothesis import HealthCheck, given, settings
from jupyter_client import BlockingKernelClient
from jupyter_client.session import DELIM

from helpers.grading import wire
from helpers.grading.wire import Message, Reply, Unreadable

KEY = b"k" * 32
HEADER = b'{"msg_id": "1", "msg_type": "stream"}'
PARENT = b'{"msg_id": "0"}'
DEEP = b"[" * 100_000
FRAME = st.binary(max_size=40) | st.sampled_from([DELIM, HEADER, PARENT, b"{}"])
BOMB = b'{"a": ' + DEEP + b"}"


@pytest.fixture
def line(tmp_path, monkeypatch):
    """Channels, and the socket of a kernel that may send anything to them."""
    monkeypatch.setattr(wire, "LONGEST", 1_000_000)
    client = BlockingKernelClient()
    places = {"shell_port": 1, "iopub_port": 2, "stdin_port": 3, "hb_port": 4, "control_port": 5}
    about = {"transport": "ipc", "ip": str(tmp_path / "s"), "key": KEY.decode()}
    client.load_connection_info({**places, **about, "signature_scheme": "hmac-sha256"})
    with zmq.Context() as context, context.socket(zmq.XPUB) as kernel:
        kernel.bind(f"ipc://{tmp_path}/s-2")
        channels = wire.Channels(client)
        kernel.recv()  # it has subscribed
        yield channels, kernel, client.session.sign
        kernel.setsockopt(zmq.LINGER, 0)
        channels.close()


def receive(line, frames):
    channels, kernel, _ = line
    kernel.send_multipart(frames)
    assert channels.wait(200) == ([channels.iopub], False)
    return channels.receive(channels.iopub)


def signed(line, *parts, buffers=()):
    return [b"topic", DELIM, line[2](list(parts)), *parts, *buffers]


def test_a_message_is_read_no_further_than_its_headers(line):
    frames = signed(line, HEADER, PARENT, b"?", b"not read yet", buffers=[b"\xff", b"b"])
    message = receive(line, frames)
    assert (message.kind, message.parent, message.raw) == ("stream", "0", b"not read yet")
    assert message.size == sum(map(len, frames)) and message.buffers == (b"\xff", b"b")


@pytest.mark.parametrize(
    "parts",
    [
        (BOMB[: wire.HEAD], PARENT, b"{}", b"{}"),
        (DEEP[: wire.HEAD], PARENT, b"{}", b"{}"),
        (HEADER + b" " * wire.HEAD, PARENT, b"{}", b"{}"),
        (b"[]", PARENT, b"{}", b"{}"),
        (b'{"msg_type": []}', PARENT, b"{}", b"{}"),
        (b"\xff", PARENT, b"{}", b"{}"),
        (HEADER, DEEP[: wire.HEAD], b"{}", b"{}"),
        (HEADER, b"null", b"{}", b"{}"),
        (HEADER, b'{"msg_id": {}}', b"{}", b"{}"),
        (HEADER, b"1" * 5000, b"{}", b"{}"),
        (HEADER, PARENT, b"{}"),
        (HEADER, PARENT, *[b"{}"] * wire.MOST_FRAMES),
        (HEADER, PARENT, b"{}", b"{}", *[b"x" * 400_000] * 3),
    ],
    ids=range(13),
)
def test_what_is_no_message_is_unreadable(line, parts):
    with pytest.raises(Unreadable):
        receive(line, signed(line, *parts))


@pytest.mark.parametrize(
    "frames", [[b""], [DELIM], [b"x"] * 6, [DELIM, b"bad", HEADER, PARENT, b"{}", b"{}"]]
)
def test_frames_without_a_signature_are_unreadable(line, frames):
    with pytest.raises(Unreadable):
        receive(line, frames)


def test_a_frame_that_is_too_long_is_never_received(line):
    channels, kernel, _ = line
    kernel.send_multipart(signed(line, HEADER, PARENT, b"{}", b"x" * 1_100_000))
    ready, lost = channels.wait(200)
    assert lost and not ready


@given(
    st.lists(st.binary(max_size=40) | st.sampled_from([DELIM, HEADER, PARENT, b"{}"]), min_size=1)
)
@settings(
    deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_frames_are_a_message_or_unreadable(line, frames):
    try:
        assert type(receive(line, [b"topic", *frames])) is Message
    except Unreadable as error:
        assert str(error)


@pytest.mark.parametrize(
    "raw", [BOMB, b"[]", b"{", b"\xff\xff", b'{"a": "' + b"x" * wire.JSON + b'"}']
)
def test_content_that_is_no_object_or_long_is_unreadable(raw):
    with pytest.raises(Unreadable):
        Message("x", "", 0, raw).content()


def test_a_text_travels_beside_a_message():
    assert Message("x", "", 0, b"", ("ä".encode(),)).text() == "ä"
    for buffers in ((), (b"a", b"b"), (b"\xff",)):
        with pytest.raises(ValueError, match=r"beside|utf-8"):
            Message("x", "", 0, b"", buffers).text()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            {"user_expressions": {"answer": {"status": "error", "ename": "E", "evalue": "v"}}},
            "E: v",
        ),
        ({"user_expressions": {"answer": {"status": "error", "ename": [], "evalue": 3}}}, "[]: 3"),
        ({"user_expressions": {"answer": []}}, "nothing"),
        ({"user_expressions": 3}, "nothing"),
        ({}, "nothing"),
    ],
)
def test_a_reply_without_a_text_says_why(content, told):
    assert (
        told in Reply(Message("execute_reply", "", 0, json.dumps(content).encode()), None).fault()
    )
