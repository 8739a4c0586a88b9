"""The gated recurrent unit."""

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


class GRUStates(NamedTuple):
    """All that a GRU computed, each of shape (batch, timesteps, units)."""

    h: np.ndarray  #: hidden state
    u: np.ndarray  #: update gate: the share of the old state that is kept
    r: np.ndarray  #: reset gate
    h_tilde: np.ndarray  #: candidate


class GRUGradients(NamedTuple):
    """What backpropagation through time returns; shapes as in `GRU`."""

    W_xh: np.ndarray  #: dL/dW_xh, (features, 3 * units)
    W_hh: np.ndarray  #: dL/dW_hh, (units, 3 * units)
    b: np.ndarray  #: dL/db, (2, 3 * units), or (3 * units,) without ``reset_after``
    x: np.ndarray  #: dL/dx_t, (batch, timesteps, features)
    h: np.ndarray  #: dL/dh_t over every path to the loss, (batch, timesteps, units)
    h_0: np.ndarray  #: dL/dh_0, (batch, units)


@dataclass(frozen=True)
class GRU:
    """A state that is moved towards a candidate, ``h_t = u_t h_{t-1} + (1 - u_t) h~_t``.

    The blocks of the weights stand in Keras' order: update gate, reset gate, candidate. The
    update gate u is often called z.

    Parameters
    ----------
    W_xh : array, shape (features, 3 * units)
        Keras calls it ``kernel``.
    W_hh : array, shape (units, 3 * units)
        Keras calls it ``recurrent_kernel``.
    b : array, shape (2, 3 * units), or (3 * units,)
        Keras calls it ``bias``. With ``reset_after`` it has two rows: one is added to what comes
        from the input, one to what comes from the state.
    reset_after : bool
        Whether the reset gate acts on the state after its multiplication with ``W_hh`` (Keras'
        default, and the only form that cuDNN has) or before it (as first published).

    Raises
    ------
    ValueError
        If the shapes do not fit together.

    Notes
    -----
    Cho et al. (2014), eqs. 5-8.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> gru = GRU(rng.normal(size=(3, 12)), rng.normal(size=(4, 12)), np.zeros((2, 12)))
    >>> gru.forward(rng.normal(size=(2, 7, 3))).h.shape
    (2, 7, 4)
    """

    W_xh: np.ndarray
    W_hh: np.ndarray
    b: np.ndarray
    reset_after: bool = True

    def __post_init__(self) -> None:
        units = check_weights(self.W_xh, self.W_hh, gates=3)
        check_bias(self.b, (2, 3 * units) if self.reset_after else (3 * units,))

    @classmethod
    def from_keras(cls, layer: Any) -> GRU:
        """The cell with the weights of a built ``keras.layers.GRU``."""
        check_activations(layer)
        W_xh, W_hh, *bias = (np.asarray(w) for w in layer.get_weights())
        shape = (2, W_hh.shape[1]) if layer.reset_after else (W_hh.shape[1],)
        return cls(W_xh, W_hh, bias[0] if bias else np.zeros(shape, W_hh.dtype), layer.reset_after)

    def forward(
        self, x: np.ndarray, *, h_0: np.ndarray | None = None, mask: np.ndarray | None = None
    ) -> GRUStates:
        """All states and gates.

        Parameters
        ----------
        x : array, shape (batch, timesteps, features)
        h_0 : array, shape (batch, units), optional
            The initial state; zeros by default.
        mask : boolean array, shape (batch, timesteps), optional
            Where it is False the step is skipped: the state is carried over.
        """
        x = check_input(x, len(self.W_xh))
        h = initial_state("h_0", h_0, x, self.W_hh)
        steps = []
        for t in range(x.shape[1]):
            u, r, h_tilde, _ = self._gates(x[:, t], h)
            reads = True if mask is None else mask[:, t, None]
            h = np.where(reads, u * h + (1 - u) * h_tilde, h)
            steps.append((h, u, r, h_tilde))
        return GRUStates(*(np.stack(part, axis=1) for part in zip(*steps, strict=True)))

    def _gates(self, x_t: np.ndarray, h: np.ndarray) -> tuple[np.ndarray, ...]:
        """Both gates, the candidate, and what the state gives it before the reset gate acts."""
        b_x, b_h = self.b if self.reset_after else (self.b, np.zeros_like(self.b))
        U_u, U_r, U_h = np.split(self.W_hh, 3, axis=1)
        from_x = np.split(x_t @ self.W_xh + b_x, 3, axis=1)
        b_u, b_r, b_c = np.split(b_h, 3)
        u = sigmoid(from_x[0] + h @ U_u + b_u)
        r = sigmoid(from_x[1] + h @ U_r + b_r)
        from_h = h @ U_h + b_c if self.reset_after else (r * h) @ U_h
        h_tilde = np.tanh(from_x[2] + (r * from_h if self.reset_after else from_h))
        return u, r, h_tilde, from_h

    def backward(
        self,
        x: np.ndarray,
        states: GRUStates,
        grad_states: np.ndarray,
        *,
        h_0: np.ndarray | None = None,
        mask: np.ndarray | None = None,
    ) -> GRUGradients:
        """Backpropagation through time.

        Parameters
        ----------
        x : array, shape (batch, timesteps, features)
        states : GRUStates
            What `forward` returned.
        grad_states : array, shape (batch, timesteps, units)
            How the loss depends on each hidden state *directly*, through the output at that step.
        h_0, mask : arrays, optional
            As given to `forward`.
        """
        x = check_input(x, len(self.W_xh))
        check_gradient(grad_states, states.h)
        h_0 = initial_state("h_0", h_0, x, self.W_hh)
        before = one_step_before(states.h, h_0)
        dh = np.empty_like(states.h)
        # dL/dz of the three blocks, as it reaches x_t W_xh, and as it reaches h_{t-1} W_hh.
        dz_x = np.empty((*x.shape[:2], self.W_hh.shape[1]), states.h.dtype)
        dz_h = np.empty_like(dz_x)
        W_hh = np.zeros_like(self.W_hh)
        future = np.zeros_like(h_0)
        for t in reversed(range(x.shape[1])):
            _, u, r, h_tilde = (part[:, t] for part in states)
            dh[:, t] = grad_states[:, t] + future
            reads = True if mask is None else mask[:, t, None]
            through_u = reads * dh[:, t] * (before[:, t] - h_tilde) * u * (1 - u)
            through_candidate = reads * dh[:, t] * (1 - u) * (1 - h_tilde**2)
            to_r, to_U, source, carried = self._reset(x[:, t], before[:, t], r, through_candidate)
            through_r = to_r * r * (1 - r)
            dz_x[:, t] = np.concatenate([through_u, through_r, through_candidate], axis=1)
            dz_h[:, t] = np.concatenate([through_u, through_r, to_U], axis=1)
            W_hh += np.concatenate(
                [before[:, t].T @ through_u, before[:, t].T @ through_r, source.T @ to_U], axis=1
            )
            U_u, U_r, _ = np.split(self.W_hh, 3, axis=1)
            past = dh[:, t] * u + through_u @ U_u.T + through_r @ U_r.T + carried
            future = np.where(reads, past, dh[:, t])
        b_x, b_h = dz_x.sum(axis=(0, 1)), dz_h.sum(axis=(0, 1))
        return GRUGradients(
            W_xh=np.einsum("btf,btu->fu", x, dz_x),
            W_hh=W_hh,
            b=np.stack([b_x, b_h]) if self.reset_after else b_x,
            x=dz_x @ self.W_xh.T,
            h=dh,
            h_0=future,
        )

    def _reset(
        self, x_t: np.ndarray, h: np.ndarray, r: np.ndarray, dz: np.ndarray
    ) -> tuple[np.ndarray, ...]:
        """The candidate's gradient ``dz``, passed back through the reset gate and ``U_h``.

        Returns what reaches r, what reaches the product with U_h, what U_h was multiplied with,
        and what reaches h along this path.
        """
        U_h = np.split(self.W_hh, 3, axis=1)[2]
        if self.reset_after:
            from_h = self._gates(x_t, h)[3]
            return dz * from_h, dz * r, h, (dz * r) @ U_h.T
        reached = dz @ U_h.T
        return reached * h, dz, r * h, reached * r
