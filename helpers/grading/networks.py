"""Keras objects on their way between two processes: rebuilt from what describes them.

What describes itself only with classes or functions of a student's cannot be rebuilt where those
are not: whoever receives it then asks the original. Nothing of a student's is run here.
"""

from __future__ import annotations

import importlib
import json
import re
from typing import Any

import numpy as np

from helpers.grading.building import bounded

PARTS = (
    ("losses", "Loss"),
    ("initializers", "Initializer"),
    ("regularizers", "Regularizer"),
)
TAGS = frozenset(("model", "optimizer", "keras"))
# Where in Keras the parts of networks are. Elsewhere are functions that fetch and write files.
MODULES = re.compile(
    r"keras(\.src)?(\.(activations|constraints|dtype_policies|initializers|layers|losses|metrics"
    r"|models|ops|optimizers|regularizers)(\.\w+)*)?"
)
PLAIN = ("__keras_tensor__", "__tensor__", "__numpy__", "__bytes__", "__ellipsis__", "__slice__")


def describe(value: Any) -> tuple[str, Any] | None:
    """What a Keras object can be rebuilt from: a tag, and plain data and arrays.

    None, if it is something else, or cannot be described.
    """
    keras = _keras()
    try:
        if isinstance(value, keras.Model):
            optimizer = getattr(value, "optimizer", None)
            state = [np.asarray(variable) for variable in optimizer.variables] if optimizer else []
            return "model", [_config(value), value.get_weights(), state]
        if isinstance(value, keras.optimizers.Optimizer):
            state = [np.asarray(part) for part in value.variables[:2]]
            return "optimizer", [_config(value), [part for part in state if not part.ndim]]
        if isinstance(value, _parts()):
            return "keras", _config(value)
    except Exception:  # a class of a student's that does not say how it is made
        return None
    return None


def rebuild(tag: str, content: Any) -> Any:
    """The object that `describe` described.

    Raises
    ------
    Exception
        Whatever Keras raises for a description that needs other classes, functions, or code; and
        if it is of something else than a network or its parts, or takes too much to build.
    """
    with bounded():
        return _rebuilt(tag, content)


def _rebuilt(tag: str, content: Any) -> Any:
    keras = _keras()
    if tag == "keras":
        return _made(content, _parts())
    if tag == "optimizer":
        config, state = content
        optimizer = _made(config, keras.optimizers.Optimizer)
        _assign(optimizer, state)
        return optimizer
    config, weights, state = content
    model = _made(config, keras.Model)
    model.set_weights(weights)
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None and state:
        if len(state) > len(optimizer.variables):
            optimizer.build(model.trainable_variables)
        _assign(optimizer, state)
    return model


def _keras() -> Any:
    """Keras, which takes seconds to import: not every process that passes messages on needs it."""
    return importlib.import_module("keras")


def _parts() -> tuple[type, ...]:
    return tuple(getattr(getattr(_keras(), module), name) for module, name in PARTS)


def _config(value: Any) -> str:
    return json.dumps(_keras().saving.serialize_keras_object(value))


def _made(config: str, kind: type | tuple[type, ...]) -> Any:
    described = json.loads(config)
    _check(described)
    made = _keras().saving.deserialize_keras_object(described, safe_mode=True)
    if not isinstance(made, kind):
        raise TypeError("something that only claims to be a network or a part of one")
    return made


def _check(described: Any) -> None:
    """Raise TypeError if anything is described that is no part of a network."""
    if isinstance(described, list):
        for item in described:
            _check(item)
    if not isinstance(described, dict):
        return
    for item in described.values():
        _check(item)
    name = described.get("class_name")
    if name is None or name in PLAIN:
        return
    module, inside = described.get("module"), described.get("config")
    names = [name, inside] if name == "function" else [name]
    if not all(type(each) is str and each.isidentifier() for each in names):
        raise TypeError(f"no name of a class or function: {name!r:.80}")
    if name == "function" and module == "builtins":
        return  # one of Keras' activations, losses and the like
    registered = described.get("registered_name")
    if registered and _keras().saving.get_registered_object(registered):
        return  # a class of the course
    if type(module) is not str or not MODULES.fullmatch(module):
        raise TypeError(f"no part of a network: {name!r:.80} of {module!r:.80}")


def _assign(optimizer: Any, state: list[Any]) -> None:
    # One that has not trained yet has its rate and its counter alone, which come first.
    for variable, value in zip(optimizer.variables[: len(state)], state, strict=True):
        variable.assign(value)
