"""The long short-term memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from helpers.cells.activations import sigmoid
from helpers.cells.checks import (
    check_activations,
    check_bias,
    check_gradient,
    check_input,
    check_weights,
    initial_state,
    one_step_before,
)


class LSTMStates(NamedTuple):
    """All that an LSTM computed, each of shape (batch, timesteps, units)."""

    h: np.ndarray  #: hidden state, the layer's output
    c: np.ndarray  #: cell state
    i: np.ndarray  #: input gate
    f: np.ndarray  #: forget gate
    c_tilde: np.ndarray  #: candidate
    o: np.ndarray  #: output gate


class LSTMGradients(NamedTuple):
    """What backpropagation through time returns; shapes as in `LSTM`."""

    W_xh: np.ndarray  #: dL/dW_xh, (features, 4 * units)
    W_hh: np.ndarray  #: dL/dW_hh, (units, 4 * units)
    b: np.ndarray  #: dL/db, (4 * units,)
    x: np.ndarray  #: dL/dx_t, (batch, timesteps, features)
    h: np.ndarray  #: dL/dh_t over every path to the loss, (batch, timesteps, units)
    c: np.ndarray  #: dL/dc_t, likewise
    h_0: np.ndarray  #: dL/dh_0, (batch, units)
    c_0: np.ndarray  #: dL/dc_0, (batch, units)


@dataclass(frozen=True)
class LSTM:
    """A cell state that is added to, ``c_t = f_t c_{t-1} + i_t c~_t``, and ``h_t = o_t tanh c_t``.

    The blocks of the weights stand in Keras' order: input gate, forget gate, candidate, output
    gate.

    Parameters
    ----------
    W_xh : array, shape (features, 4 * units)
        Keras calls it ``kernel``.
    W_hh : array, shape (units, 4 * units)
        Keras calls it ``recurrent_kernel``.
    b : array, shape (4 * units,)
        Keras calls it ``bias``, and starts its second block, the forget gate's, at one.

    Raises
    ------
    ValueError
        If the shapes do not fit together.

    Notes
    -----
    Hochreiter and Schmidhuber (1997), with the forget gate of Gers, Schmidhuber and Cummins (2000).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> lstm = LSTM(rng.normal(size=(3, 16)), rng.normal(size=(4, 16)), np.zeros(16))
    >>> lstm.forward(rng.normal(size=(2, 7, 3))).c.shape
    (2, 7, 4)
    """

    W_xh: np.ndarray
    W_hh: np.ndarray
    b: np.ndarray

    def __post_init__(self) -> None:
        units = check_weights(self.W_xh, self.W_hh, gates=4)
        check_bias(self.b, (4 * units,))

    @classmethod
    def from_keras(cls, layer: Any) -> LSTM:
        """The cell with the weights of a built ``keras.layers.LSTM``."""
        check_activations(layer)
        W_xh, W_hh, *bias = (np.asarray(w) for w in layer.get_weights())
        return cls(W_xh, W_hh, bias[0] if bias else np.zeros(W_hh.shape[1], W_hh.dtype))

    def forward(
        self,
        x: np.ndarray,
        *,
        h_0: np.ndarray | None = None,
        c_0: np.ndarray | None = None,
        mask: np.ndarray | None = None,
    ) -> LSTMStates:
        """All states and gates.

        Parameters
        ----------
        x : array, shape (batch, timesteps, features)
        h_0, c_0 : array, shape (batch, units), optional
            The initial states; zeros by default.
        mask : boolean array, shape (batch, timesteps), optional
            Where it is False the step is skipped: both states are carried over.
        """
        x = check_input(x, len(self.W_xh))
        h, c = self._initial_states(x, h_0, c_0)
        steps = []
        for t in range(x.shape[1]):
            z_i, z_f, z_c, z_o = np.split(x[:, t] @ self.W_xh + h @ self.W_hh + self.b, 4, axis=1)
            i, f, o = sigmoid(z_i), sigmoid(z_f), sigmoid(z_o)
            c_tilde = np.tanh(z_c)
            reads = True if mask is None else mask[:, t, None]
            c = np.where(reads, f * c + i * c_tilde, c)
            h = np.where(reads, o * np.tanh(c), h)
            steps.append((h, c, i, f, c_tilde, o))
        return LSTMStates(*(np.stack(part, axis=1) for part in zip(*steps, strict=True)))

    def backward(
        self,
        x: np.ndarray,
        states: LSTMStates,
        grad_states: np.ndarray,
        *,
        h_0: np.ndarray | None = None,
        c_0: np.ndarray | None = None,
        mask: np.ndarray | None = None,
    ) -> LSTMGradients:
        """Backpropagation through time.

        Parameters
        ----------
        x : array, shape (batch, timesteps, features)
        states : LSTMStates
            What `forward` returned.
        grad_states : array, shape (batch, timesteps, units)
            How the loss depends on each hidden state *directly*, through the output at that step.
        h_0, c_0, mask : arrays, optional
            As given to `forward`.
        """
        x = check_input(x, len(self.W_xh))
        check_gradient(grad_states, states.h)
        h_0, c_0 = self._initial_states(x, h_0, c_0)
        c_before = one_step_before(states.c, c_0)
        dh, dc = np.empty_like(states.h), np.empty_like(states.c)
        dz = np.empty((*x.shape[:2], len(self.b)), states.h.dtype)
        future_h, future_c = np.zeros_like(h_0), np.zeros_like(c_0)
        for t in reversed(range(x.shape[1])):
            _, c, i, f, c_tilde, o = (part[:, t] for part in states)
            dh[:, t] = grad_states[:, t] + future_h
            # Only a step that was read has a path from its output into its cell state.
            reads = True if mask is None else mask[:, t, None]
            dc[:, t] = future_c + reads * dh[:, t] * o * (1 - np.tanh(c) ** 2)
            dz[:, t] = reads * np.concatenate(
                [
                    dc[:, t] * c_tilde * i * (1 - i),
                    dc[:, t] * c_before[:, t] * f * (1 - f),
                    dc[:, t] * i * (1 - c_tilde**2),
                    dh[:, t] * np.tanh(c) * o * (1 - o),
                ],
                axis=1,
            )
            future_h = np.where(reads, dz[:, t] @ self.W_hh.T, dh[:, t])
            future_c = np.where(reads, dc[:, t] * f, dc[:, t])
        h_before = one_step_before(states.h, h_0)
        return LSTMGradients(
            W_xh=np.einsum("btf,btu->fu", x, dz),
            W_hh=np.einsum("btu,btv->uv", h_before, dz),
            b=dz.sum(axis=(0, 1)),
            x=dz @ self.W_xh.T,
            h=dh,
            c=dc,
            h_0=future_h,
            c_0=future_c,
        )

    def _initial_states(
        self, x: np.ndarray, h_0: np.ndarray | None, c_0: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray]:
        return initial_state("h_0", h_0, x, self.W_hh), initial_state("c_0", c_0, x, self.W_hh)
