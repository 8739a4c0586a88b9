"""Keras objects on their way between two processes: rebuilt from what describes them.

What describes itself only with classes or functions of a student's cannot be rebuilt where those
are not: whoever receives it then asks the original. Nothing of a student's is run here.
"""

from __future__ import annotations

import importlib
import json
from typing import Any

import numpy as np

PARTS = (
    ("losses", "Loss"),
    ("initializers", "Initializer"),
    ("regularizers", "Regularizer"),
)
TAGS = frozenset(("model", "optimizer", "keras"))


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
        parts = tuple(getattr(getattr(keras, module), name) for module, name in PARTS)
        if isinstance(value, parts):
            return "keras", _config(value)
    except Exception:  # a class of a student's that does not say how it is made
        return None
    return None


def rebuild(tag: str, content: Any) -> Any:
    """The object that `describe` described.

    Raises
    ------
    Exception
        Whatever Keras raises for a description that needs other classes, functions, or code.
    """
    keras = _keras()
    if tag == "keras":
        return _made(content, object)
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


def _config(value: Any) -> str:
    return json.dumps(_keras().saving.serialize_keras_object(value))


def _made(config: str, kind: type) -> Any:
    made = _keras().saving.deserialize_keras_object(json.loads(config), safe_mode=True)
    if not isinstance(made, kind):
        raise TypeError(f"something that only claims to be a {kind.__name__}")
    return made


def _assign(optimizer: Any, state: list[Any]) -> None:
    # One that has not trained yet has its rate and its counter alone, which come first.
    for variable, value in zip(optimizer.variables[: len(state)], state, strict=True):
        variable.assign(value)
