"""The student's end of the exchange: answers what the checker asks about the notebook's names.

It runs in the student's kernel, where a student can change it at will. Then it lies; and a lie
about data that satisfies tests on fresh inputs is a solution.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import operator
import sys
from typing import Any

import zmq
from IPython import get_ipython

from helpers.grading import exchange
from helpers.grading.seeds import set_states
from helpers.grading.wire import TEXT
from helpers.kernels.thrift import rest_graph_optimizer

PORTION = 200_000  # characters

_ABSENT = object()
_kept: dict[int, Any] = {}
_before: dict[str, Any] = {}  # what names stood for before a test cell changed them
_numbers = itertools.count(1)


def settle() -> None:
    """Set the kernel up for notebooks that run for seconds and may print without end."""
    rest_graph_optimizer()
    for stream in (sys.stdout, sys.stderr):
        _send_in_portions(stream)


def tell(text: str) -> None:
    """Send a text to whoever runs this kernel: beside a message, where nobody has to parse it."""
    kernel = get_ipython().kernel
    buffers, parent = [text.encode()], kernel.get_parent()
    kernel.session.send(kernel.iopub_socket, TEXT, {}, parent=parent, buffers=buffers)


def ask(question: str) -> str:
    """Send a question to whoever runs this kernel, and wait for the answer."""
    pose(question)
    return hear()


def pose(question: str) -> None:
    """Send a question, as if for a person's input, which a kernel may ask for within a request.

    IPython's own way takes more than twice as long, and tests ask hundreds of questions.
    """
    kernel = get_ipython().kernel
    ident = kernel._get_shell_context_var(kernel._shell_parent_ident)
    with contextlib.suppress(zmq.Again):
        while True:  # replies to whoever did not wait for them
            kernel.stdin_socket.recv_multipart(zmq.NOBLOCK)
    kernel.session.send(
        kernel.stdin_socket,
        "input_request",
        {"prompt": "", "password": False},
        parent=kernel.get_parent(),
        ident=ident,
        buffers=[question.encode()],
    )


def hear() -> str:
    """Wait for the answer to what was posed."""
    kernel = get_ipython().kernel
    while not kernel.stdin_socket.poll(100):  # on Windows nothing interrupts a longer one
        pass
    _, reply = kernel.session.recv(kernel.stdin_socket)
    return str(reply["content"]["value"])


def serve() -> None:
    """Answer one question after the other, until there is none in what is sent."""
    get_ipython().kernel._allow_stdin = False  # nobody answers what the student's functions ask
    reply = ""
    while question := ask(reply):
        reply = answer(question)


def answer(question: str) -> str:
    """The answer to one question, both as JSON: ``{"value": ...}`` or ``{"error": ...}``.

    A call that changed its arguments in place is answered with ``"arguments"``, too: those by
    position, then those by name. One that is asked to look at names afterwards answers with
    ``"names"``, and one that is asked for what was printed, with ``"printed"``.
    """
    try:
        asked = exchange.loads(question)
        if "call" in asked:
            return exchange.dumps(_called(asked))
        return exchange.dumps({"value": exchange.encode(_answer(asked), _keep)})
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return exchange.dumps({"error": _told(error)})


def _called(asked: dict[str, Any]) -> dict[str, Any]:
    """The reply to a call, and what there is to know beside it, whether it returns or raises."""
    printed = _Printed()
    catching = contextlib.redirect_stdout(printed) if asked.get("printed") else None
    try:
        with catching or contextlib.nullcontext():
            reply = _call(asked["call"], asked["args"], asked["kwargs"])
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        reply = {"error": _told(error)}
    if catching:
        reply["printed"] = printed.getvalue()
    if asked.get("names"):
        names = _names()
        reply["names"] = {
            name: exchange.encode(names[name], _keep) for name in asked["names"] if name in names
        }
    return reply


class _Printed(io.StringIO):
    """What a call prints, as far as it fits."""

    def write(self, text: str) -> int:
        if self.tell() < PORTION:
            super().write(text[:PORTION])
        return len(text)


def _names() -> dict[str, Any]:
    import __main__

    return vars(__main__)


def _rename(bind: list[Any], back: list[str], drop: list[str]) -> None:
    """Make names what a test cell made of them, until `_put_back`."""
    names, new = _names(), {name: _decode(data) for name, data in bind}
    for name in (*new, *drop):
        _before.setdefault(name, names.get(name, _ABSENT))
    for name in drop:
        names.pop(name, None)
    names.update(new)
    _put_back(back)


def _put_back(chosen: list[str]) -> None:
    """Make names again what they stood for before the test cell."""
    names = _names()
    for name in {*chosen} & {*_before}:
        value = _before.pop(name)
        if value is _ABSENT:
            names.pop(name, None)
        else:
            names[name] = value


def _call(number: int, args: list[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
    given, named = [_decode(arg) for arg in args], {n: _decode(arg) for n, arg in kwargs.items()}
    value = _kept[number](*given, **named)
    reply = {"value": exchange.encode(value, _keep)}
    before = [*args, *kwargs.values()]
    left = [
        arg if _is_reference(arg) else exchange.encode(now, _keep)
        for arg, now in zip(before, [*given, *named.values()], strict=True)
    ]
    return reply if left == before else reply | {"arguments": left}


def _told(error: BaseException) -> dict[str, Any]:
    """An error by the names of the built-in classes that it is of, the nearest first."""
    text = error.args[0] if isinstance(error, KeyError) and len(error.args) == 1 else error
    kinds = [kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins"]
    return {"type": type(error).__name__, "kinds": kinds[:20], "message": str(text)[:2000]}


def _answer(question: dict[str, Any]) -> Any:
    match question:
        case {"get": name}:
            if name not in _names():
                raise NameError(f"name {name!r} is not defined")
            return _names()[name]
        case {"bind": bind, "back": back, "drop": drop}:
            return _rename(bind, back, drop)
        case {"seeds": states}:
            return set_states(_decode(states))
        case {"end": True}:
            return _put_back(list(_before))
        case {"attribute": name, "of": number}:
            return getattr(_kept[number], name)
        case {"item": key, "of": number}:
            return _kept[number][_decode(key)]
        case {"set": name, "of": number, "to": data}:
            return setattr(_kept[number], name, _decode(data))
        case {"put": key, "of": number, "to": data}:
            return operator.setitem(_kept[number], _decode(key), _decode(data))
        case {"length": number}:
            return len(_kept[number])
        case {"iterate": number}:
            return _keep(iter(_kept[number]))
        case {"next": number, "most": most}:
            return list(itertools.islice(_kept[number], most))
        case {"array": number}:
            import numpy as np

            return np.asarray(_kept[number])
    raise ValueError("the question is none that can be answered")


def _send_in_portions(stream: Any) -> None:
    """Let a cell wait until what it prints has been sent: else it fills the kernel's memory."""
    write, unsent = stream.write, 0

    def in_portions(text: str) -> int:
        nonlocal unsent
        length = write(text)
        unsent += len(text)
        if unsent > PORTION:
            unsent = 0
            stream.flush()
        return length

    stream.write = in_portions


def _is_reference(data: Any) -> bool:
    return type(data) is dict and "handle" in data


def _decode(data: Any) -> Any:
    return exchange.decode(data, lambda reference: _kept[reference["handle"]])


def _keep(value: Any) -> int:
    number = next(_numbers)
    _kept[number] = value
    return number
