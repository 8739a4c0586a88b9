"""Values on their way between two processes, of which one must not trust the other.

Plain data, arrays and Keras objects become JSON and come back as exact copies; everything else
stays where it is and is represented by the number of a handle. Nothing is ever unpickled, and
only exact types pass: a subclass of ``int`` can lie about its value, an ``int`` cannot.
"""

from __future__ import annotations

import base64
import importlib
import json
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.grading.wire import LARGEST

MOST = 5_000_000  # values in one message: each takes up to a hundred times its text in memory
DEEPEST = 40  # containers within containers
PLAIN = (type(None), bool, int, float, str)
CONTAINERS: dict[str, Callable[..., Any]] = {
    **{kind.__name__: kind for kind in (list, tuple, set, frozenset, dict)},
    "complex": complex,
}
ARRAYS = "biufcSU"  # kinds of array that are nothing but their bytes


class Refused(TypeError):
    """A value that must not or cannot cross; the text says which and why."""


def encode(value: Any, keep: Callable[[Any], int] | None = None, depth: int = 0) -> Any:
    """A value as JSON data. What is not plain is given to ``keep``, which returns its handle.

    Raises
    ------
    Refused
        For a subclass of a plain type, an array of objects, an integer of thousands of digits,
        containers nested too deeply; and, without ``keep``, for every object that is not plain.
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
        return _encode_array(np.asarray(value), scalar=kind is not np.ndarray)
    if kind.__module__.startswith(("tensorflow.", "keras.")) and hasattr(value, "numpy"):
        return _encode_array(np.asarray(value), scalar=False)  # tensors and variables
    for base in (bool, int, float, complex, str, bytes, list, tuple, dict, set, np.ndarray):
        if issubclass(kind, base) and depth < 1 and keep is None:
            raise Refused(f"a {base.__name__} of the special type {kind.__name__}")
    if "keras" in sys.modules and (data := _encode_keras(value)) is not None:
        return data
    if keep is None:
        raise Refused(f"an object of type {kind.__name__}")
    return {"handle": keep(value), "type": kind.__name__, "callable": callable(value)}


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
            case "model":
                return _decode_model(content)
            case "keras":
                return _keras().saving.deserialize_keras_object(content, safe_mode=True)
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


def _keras() -> Any:
    """Keras, which takes seconds to import: not every process that passes messages on needs it."""
    return importlib.import_module("keras")


def _encode_keras(value: Any) -> dict[str, Any] | None:
    keras = _keras()
    if isinstance(value, keras.Model):
        return _encode_model(value)
    parts = ("optimizers.Optimizer", "initializers.Initializer", "losses.Loss")
    modules = [part.split(".") for part in (*parts, "regularizers.Regularizer")]
    if isinstance(value, tuple(getattr(getattr(keras, m), name) for m, name in modules)):
        return {"keras": keras.saving.serialize_keras_object(value)}
    return None


def _encode_model(model: Any) -> dict[str, Any]:
    keras = _keras()
    optimizer = getattr(model, "optimizer", None)
    state = [np.asarray(variable) for variable in optimizer.variables] if optimizer else []
    return {
        "model": {
            "config": json.dumps(keras.saving.serialize_keras_object(model)),
            "weights": [_encode_array(weight, scalar=False) for weight in model.get_weights()],
            "optimizer": [_encode_array(value, scalar=False) for value in state],
        }
    }


def _decode_model(content: dict[str, Any]) -> Any:
    keras = _keras()
    config = json.loads(content["config"])
    model = keras.saving.deserialize_keras_object(config, safe_mode=True)
    if not isinstance(model, keras.Model):
        raise Refused("something that only claims to be a model")
    model.set_weights([decode(weight) for weight in content["weights"]])
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None and content["optimizer"]:
        state = [decode(value) for value in content["optimizer"]]
        if len(state) > len(optimizer.variables):
            optimizer.build(model.trainable_variables)
        # One that has not trained yet has its rate and its counter alone, which come first.
        for variable, value in zip(optimizer.variables[: len(state)], state, strict=True):
            variable.assign(value)
    return model
