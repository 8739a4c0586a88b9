"""What every cell asks of its arguments."""

from __future__ import annotations

from typing import Any

import numpy as np


def check_activations(layer: Any) -> None:
    """Refuse a gated layer of Keras whose activations are not the usual two."""
    activations = (layer.activation.__name__, layer.recurrent_activation.__name__)
    if activations != ("tanh", "sigmoid"):
        raise ValueError(f"the layer's activations are {activations}, expected tanh, sigmoid")


def check_weights(W_xh: np.ndarray, W_hh: np.ndarray, gates: int) -> int:
    """The number of units, if matrices of ``gates`` blocks side by side fit together.

    Raises
    ------
    ValueError
        That names the matrix which does not fit.
    """
    blocks = f"{gates} * units" if gates > 1 else "units"
    if np.ndim(W_hh) != 2 or W_hh.shape[1] != gates * W_hh.shape[0]:
        raise ValueError(f"W_hh has shape {np.shape(W_hh)}, expected (units, {blocks})")
    units = len(W_hh)
    if np.ndim(W_xh) != 2 or W_xh.shape[1] != gates * units:
        raise ValueError(f"W_xh has shape {np.shape(W_xh)}, expected (features, {gates * units})")
    return units


def check_bias(b: np.ndarray, shape: tuple[int, ...]) -> None:
    """Refuse a bias of another shape."""
    if np.shape(b) != shape:
        raise ValueError(f"b has shape {np.shape(b)}, expected {shape}")


def check_input(x: np.ndarray, features: int) -> np.ndarray:
    """The input as an array, if its shape is (batch, timesteps, features)."""
    x = np.asarray(x)
    if x.ndim != 3 or x.shape[2] != features or x.shape[1] == 0:
        raise ValueError(
            f"x has shape {x.shape}, expected (batch, timesteps, {features}) with timesteps > 0"
        )
    return x


def check_gradient(grad_states: np.ndarray, states: np.ndarray) -> None:
    """Refuse a gradient that does not belong to these states."""
    if np.shape(grad_states) != np.shape(states):
        raise ValueError(
            f"grad_states has shape {np.shape(grad_states)}, expected that of states, "
            f"{np.shape(states)}"
        )


def initial_state(
    name: str, given: np.ndarray | None, x: np.ndarray, W_hh: np.ndarray
) -> np.ndarray:
    """The state before the first step, shape (batch, units): zeros unless it is given."""
    shape = (len(x), len(W_hh))
    if given is None:
        return np.zeros(shape, np.result_type(x, W_hh))
    if np.shape(given) != shape:
        raise ValueError(f"{name} has shape {np.shape(given)}, expected {shape}, (batch, units)")
    return np.asarray(given)


def one_step_before(states: np.ndarray, start: np.ndarray) -> np.ndarray:
    """For every step the state it began with, shape (batch, timesteps, units)."""
    return np.concatenate([start[:, None], states[:, :-1]], axis=1)
