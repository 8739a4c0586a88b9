"""Activations of the cells, and their slopes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Activation = Callable[[np.ndarray], np.ndarray]


def sigmoid(z: np.ndarray) -> np.ndarray:
    """The logistic function, by the hyperbolic tangent, which does not overflow."""
    return 0.5 * (1 + np.tanh(z / 2))


#: Each activation f beside its derivative, which is written in terms of h = f(z).
ACTIVATIONS: dict[str, tuple[Activation, Activation]] = {
    "tanh": (np.tanh, lambda h: 1 - h**2),
    "sigmoid": (sigmoid, lambda h: h * (1 - h)),
    "relu": (lambda z: np.maximum(z, 0), lambda h: (h > 0).astype(h.dtype)),
    "linear": (lambda z: z, np.ones_like),
}
