"""Whether two models are the same, judged by what they do and not by how they are written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

RATE = 50.0  # of the one step of training: what is small in a gradient shows in the weights


def give(model: Any, weights: Sequence[ArrayLike]) -> None:
    """Set the weights of a model in whatever order it lists them: their shapes tell them apart.

    Parameters
    ----------
    model : keras.Model
        Has been called before, so that its weights are there.
    weights : sequence of array
        Among weights of one shape the first goes to the model's first of that shape.

    Raises
    ------
    ValueError
        If the shapes are not those of the model's weights.
    """
    waiting = [np.asarray(weight) for weight in weights]
    shapes = [np.shape(own) for own in model.get_weights()]
    if Counter(shapes) != Counter(weight.shape for weight in waiting):
        raise ValueError(f"the model has weights of shape {shapes}")
    ordered = []
    for shape in shapes:
        first = next(k for k, weight in enumerate(waiting) if weight.shape == shape)
        ordered.append(waiting.pop(first))
    model.set_weights(ordered)


def draw_weights(model: Any, rng: np.random.Generator, scale: float = 0.5) -> list[np.ndarray]:
    """Random weights for a model; those of one shape are equal, so that no order matters.

    Parameters
    ----------
    model : keras.Model
        Tells the shapes.
    rng : numpy.random.Generator
        Draws them.
    scale : float
        Their standard deviation.
    """
    shapes = [np.shape(weight) for weight in model.get_weights()]
    drawn = {shape: rng.normal(0, scale, shape) for shape in dict.fromkeys(shapes)}
    return [drawn[shape] for shape in shapes]


def train_once(model: Any, x: ArrayLike, y: ArrayLike) -> list[np.ndarray]:
    """The weights after one step of gradient descent on the mean squared error.

    What an answer outside of training does not show is in them: dropout, penalties, frozen layers.
    """
    import keras

    model.compile(optimizer=keras.optimizers.SGD(RATE), loss="mse", run_eagerly=True)
    model.train_on_batch(x, y)
    return [np.asarray(weight) for weight in model.get_weights()]


def same_arrays(
    found: Sequence[np.ndarray], expected: Sequence[np.ndarray], atol: float = 2e-3
) -> bool:
    """Whether two lists hold the same arrays, in whatever order, but for rounding."""
    waiting = list(expected)
    for array in found:
        for k, other in enumerate(waiting):
            if array.shape == other.shape and np.allclose(array, other, atol=atol):
                del waiting[k]
                break
        else:
            return False
    return not waiting


def start_alike(found: Sequence[np.ndarray], expected: Sequence[np.ndarray]) -> bool:
    """Whether fresh weights were drawn in the same way: constants, orthogonal, or within limits."""
    return Counter(map(_origin, found)) == Counter(map(_origin, expected))


def _origin(weight: np.ndarray) -> Hashable:
    if np.unique(weight).size <= 2:  # biases: zeros, and the ones of a forget gate
        return weight.shape, tuple(weight.ravel().tolist())
    if np.allclose(weight @ weight.T, np.eye(len(weight)), atol=1e-4):
        return weight.shape, "orthogonal"
    widest = np.sqrt(6 / sum(weight.shape))
    return weight.shape, bool(np.abs(weight).max() <= widest * (1 + 1e-5))
