"""The vanilla recurrent cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from helpers.cells.activations import ACTIVATIONS
from helpers.cells.checks import (
    check_bias,
    check_gradient,
    check_input,
    check_weights,
    initial_state,
    one_step_before,
)


class Gradients(NamedTuple):
    """What backpropagation through time returns; shapes as in `SimpleRNN`."""

    W_xh: np.ndarray  #: dL/dW_xh, (features, units)
    W_hh: np.ndarray  #: dL/dW_hh, (units, units)
    b: np.ndarray  #: dL/db, (units,)
    x: np.ndarray  #: dL/dx_t, (batch, timesteps, features)
    h: np.ndarray  #: dL/dh_t over every path to the loss, (batch, timesteps, units)
    z: np.ndarray  #: dL/dz_t, (batch, timesteps, units)
    h_0: np.ndarray  #: dL/dh_0, the initial state, (batch, units)


@dataclass(frozen=True)
class SimpleRNN:
    """The vanilla recurrent cell, ``h_t = f(x_t W_xh + h_{t-1} W_hh + b)``.

    Parameters
    ----------
    W_xh : array, shape (features, units)
        Keras calls it ``kernel``.
    W_hh : array, shape (units, units)
        Keras calls it ``recurrent_kernel``.
    b : array, shape (units,)
        Keras calls it ``bias``.
    activation : str
        One of ``"tanh"``, ``"sigmoid"``, ``"relu"``, ``"linear"``.

    Raises
    ------
    ValueError
        If the shapes do not fit together or the activation is unknown.

    Notes
    -----
    Elman (1990). Backpropagation through time: Werbos (1990).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> rnn = SimpleRNN(rng.normal(size=(3, 4)), 0.5 * np.eye(4), np.zeros(4))
    >>> rnn.forward(rng.normal(size=(2, 7, 3))).shape
    (2, 7, 4)
    """

    W_xh: np.ndarray
    W_hh: np.ndarray
    b: np.ndarray
    activation: str = "tanh"

    def __post_init__(self) -> None:
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"activation is {self.activation!r}, expected one of {[*ACTIVATIONS]}")
        units = check_weights(self.W_xh, self.W_hh, gates=1)
        check_bias(self.b, (units,))

    @classmethod
    def from_keras(cls, layer: Any) -> SimpleRNN:
        """The cell with the weights and the activation of a built ``keras.layers.SimpleRNN``."""
        W_xh, W_hh, *bias = (np.asarray(w) for w in layer.get_weights())
        b = bias[0] if bias else np.zeros(len(W_hh), W_hh.dtype)
        return cls(W_xh, W_hh, b, layer.activation.__name__)

    def forward(
        self, x: np.ndarray, *, h_0: np.ndarray | None = None, mask: np.ndarray | None = None
    ) -> np.ndarray:
        """All hidden states h_1 … h_T.

        Parameters
        ----------
        x : array, shape (batch, timesteps, features)
        h_0 : array, shape (batch, units), optional
            The initial state; zeros by default.
        mask : boolean array, shape (batch, timesteps), optional
            Where it is False the step is skipped: the state is carried over.

        Returns
        -------
        array, shape (batch, timesteps, units)
        """
        x = check_input(x, len(self.W_xh))
        f, _ = ACTIVATIONS[self.activation]
        h = initial_state("h_0", h_0, x, self.W_hh)
        states = []
        for t in range(x.shape[1]):
            z = x[:, t] @ self.W_xh + h @ self.W_hh + self.b
            h = f(z) if mask is None else np.where(mask[:, t, None], f(z), h)
            states.append(h)
        return np.stack(states, axis=1)

    def backward(
        self,
        x: np.ndarray,
        states: np.ndarray,
        grad_states: np.ndarray,
        *,
        h_0: np.ndarray | None = None,
        mask: np.ndarray | None = None,
    ) -> Gradients:
        """Backpropagation through time.

        Parameters
        ----------
        x : array, shape (batch, timesteps, features)
        states : array, shape (batch, timesteps, units)
            What `forward` returned.
        grad_states : array, shape (batch, timesteps, units)
            How the loss depends on each state *directly*, through the output at that step. For a
            loss that reads only the last state, all but the last step is zero.
        h_0, mask : arrays, optional
            As given to `forward`.
        """
        x = check_input(x, len(self.W_xh))
        check_gradient(grad_states, states)
        _, derivative = ACTIVATIONS[self.activation]
        h_0 = initial_state("h_0", h_0, x, self.W_hh)
        dh, dz = np.empty_like(states), np.empty_like(states)
        from_the_future = np.zeros_like(h_0)
        for t in reversed(range(x.shape[1])):
            dh[:, t] = grad_states[:, t] + from_the_future
            dz[:, t] = dh[:, t] * derivative(states[:, t])
            from_the_future = dz[:, t] @ self.W_hh.T
            if mask is not None:  # a skipped step hands its gradient on untouched
                dz[:, t] *= mask[:, t, None]
                from_the_future = np.where(mask[:, t, None], from_the_future, dh[:, t])
        h_previous = one_step_before(states, h_0)
        return Gradients(
            W_xh=np.einsum("btf,btu->fu", x, dz),
            W_hh=np.einsum("btu,btv->uv", h_previous, dz),
            b=dz.sum(axis=(0, 1)),
            x=dz @ self.W_xh.T,
            h=dh,
            z=dz,
            h_0=from_the_future,
        )

    def jacobians(self, states: np.ndarray) -> np.ndarray:
        """One-step Jacobians ``J_t[i, j] = dh_t[j] / dh_{t-1}[i]``, that is W_hh diag(f'(z_t)).

        Parameters
        ----------
        states : array, shape (batch, timesteps, units)

        Returns
        -------
        array, shape (batch, timesteps, units, units)
        """
        _, derivative = ACTIVATIONS[self.activation]
        return self.W_hh * derivative(states)[..., None, :]
