"""Values on their way between two processes, of which one must not trust the other.

Plain data, arrays and Keras objects become JSON and come back as copies; everything else stays
where it is and is represented by the number of a handle. Nothing is ever unpickled, and only plain
types arrive: a subclass of ``int`` can lie about its value, the ``int`` that it holds cannot.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.behaviour import OWN
from helpers.grading import networks, plain
from helpers.grading.wire import LARGEST

MOST = 5_000_000  # values in one message: each takes up to a hundred times its text in memory
DEEPEST = 40  # containers within containers
PLAIN = (type(None), bool, int, float, str)
CONTAINERS: dict[str, Callable[..., Any]] = {
    **{kind.__name__: kind for kind in (list, tuple, set, frozenset, dict)},
    "complex": complex,
}
ARRAYS = "biufcSUmM"  # kinds of array that are nothing but their bytes


class Refused(TypeError):
    """A value that must not or cannot cross; the text says which and why."""


Keep = Callable[[Any], int | None]


def encode(value: Any, keep: Keep | None = None, depth: int = 0) -> Any:
    """A value as JSON data. What is not plain is given to ``keep``, which returns its handle.

    Raises
    ------
    Refused
        For an integer of thousands of digits, and containers nested too deeply; and, without
        ``keep``, for every object that is not plain.
    """
    if depth > DEEPEST:
        raise Refused(f"containers are nested more than {DEEPEST} deep")

    def inner(item: Any) -> Any:
        return encode(item, keep, depth + 1)

    kind = type(value)
    if kind is int and value.bit_length() > 10_000:
        raise Refused("an integer of more than 3000 digits")
    if kind in PLAIN:
        return value
    if kind is complex:
        return {"complex": [value.real, value.imag]}
    if kind is bytes:
        return {"bytes": _text(value)}
    if kind in (list, tuple, set, frozenset):
        return {kind.__name__: [inner(item) for item in value]}
    if kind is dict:
        return {"dict": [[inner(key), inner(item)] for key, item in value.items()]}
    if kind is np.ndarray or (kind.__module__ == "numpy" and issubclass(kind, np.generic)):
        if value.dtype.kind in ARRAYS:
            return _encode_array(np.asarray(value), scalar=kind is not np.ndarray)
    elif kind.__module__.startswith(("tensorflow.", "keras.")) and _is_tensor(value):
        return inner(_numbers(value))
    if (found := plain.tagged(value)) is not plain.NOTHING:
        tag, content = found
        return {tag: content if tag == "path" else [inner(item) for item in content]}
    if kind is not np.ndarray and (found := plain.simpler(value)) is not plain.NOTHING:
        return inner(found)
    described = networks.describe(value) if "keras" in sys.modules else None
    number = keep(value) if keep else None
    if described is None and number is None:
        raise Refused(f"an object of type {kind.__name__}")
    data = {} if described is None else {described[0]: inner(described[1])}
    if number is not None:
        data |= {"handle": number, "type": kind.__name__, "callable": callable(value)}
    return data


def decode(data: Any, handle: Callable[[dict[str, Any]], Any] | None = None, depth: int = 0) -> Any:
    """The value that `encode` wrote; ``handle`` makes a stand-in for an object that stayed.

    Raises
    ------
    Refused
        If the data are not what `encode` writes.
    """
    if depth > DEEPEST:
        raise Refused(f"containers are nested more than {DEEPEST} deep")

    def inner(item: Any) -> Any:
        return decode(item, handle, depth + 1)

    if type(data) in PLAIN:
        return data
    if type(data) is not dict or not data:
        raise Refused("a message that says nothing")
    try:
        tag, content = next(iter(data.items()))
        if tag in CONTAINERS and type(content) is not list:
            raise Refused(f"a {tag} of no values")
        match tag:
            case "complex":
                return complex(*content)
            case "bytes":
                return base64.b64decode(content)
            case "list" | "tuple" | "set" | "frozenset":
                return CONTAINERS[tag](inner(item) for item in content)
            case "dict":
                return {inner(key): inner(item) for key, item in content}
            case "array" | "scalar":
                array = _decode_array(content)
                return array[()] if tag == "scalar" else array
            case "path":
                return plain.anew(tag, content)
            case _ if tag in plain.TAGS:
                return plain.anew(tag, [inner(item) for item in content])
            case _ if tag in networks.TAGS:
                return _network(tag, inner(content), data, handle)
            case "handle" if handle is not None:
                return handle(data)
    except Refused:
        raise
    except Exception as error:  # whatever a hostile message provokes
        raise Refused(f"a message that cannot be read: {type(error).__name__}: {error}") from None
    raise Refused(f"a message of the unknown kind {tag!r:.40}")


def dumps(message: Any) -> str:
    """Data as text, of a limited size."""
    text = json.dumps(message)
    if len(text) > LARGEST:
        raise Refused(f"more than {LARGEST // 1_000_000} MB at once")
    return text


def loads(text: str) -> Any:
    """Text as data; raises Refused if it is too large, or not JSON."""
    if len(text) > LARGEST:
        raise Refused(f"more than {LARGEST // 1_000_000} MB at once")
    if sum(map(text.count, ",[{")) > MOST:  # what stands before each value but the first in a list
        raise Refused(f"more than {MOST // 1_000_000} million values at once")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused(f"a message that is not JSON: {error}") from None


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _encode_array(array: np.ndarray, *, scalar: bool) -> dict[str, Any]:
    if array.dtype.kind not in ARRAYS:
        raise Refused(f"an array of {array.dtype}")
    raw = np.ascontiguousarray(array).tobytes()
    content = {"dtype": array.dtype.str, "shape": list(array.shape), "data": _text(raw)}
    return {"scalar" if scalar else "array": content}


def _decode_array(content: dict[str, Any]) -> np.ndarray:
    dtype = np.dtype(str(content["dtype"]))
    if dtype.kind not in ARRAYS:
        raise Refused(f"an array of {dtype}")
    flat = np.frombuffer(base64.b64decode(content["data"]), dtype)
    return flat.reshape(content["shape"]).copy()


def _is_tensor(value: Any) -> bool:
    """Whether it is a tensor or a variable, with rows of one length."""
    return hasattr(value, "numpy") and not hasattr(value, "row_splits")


def _numbers(tensor: Any) -> np.ndarray:
    array = np.asarray(tensor)
    return array if array.dtype.kind != "V" else array.astype("float32")  # half precision


def _network(
    tag: str, content: Any, data: dict[str, Any], handle: Callable[[dict[str, Any]], Any] | None
) -> Any:
    """A copy that knows its original; or, if none can be made, a stand-in for the original."""
    asked = handle(data) if handle is not None and "handle" in data else None
    try:
        copy = networks.rebuild(tag, content)
    except Exception:
        if asked is None:
            raise
        return asked
    if asked is not None:
        object.__setattr__(copy, OWN, asked)  # beside what Keras notices
    return copy
