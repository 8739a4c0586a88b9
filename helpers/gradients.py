"""Measure how a loss depends on the past: by lag, by variable, by training step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import keras
import numpy as np
import tensorflow as tf

from helpers.cells import SimpleRNN


def gradient_flow(model: keras.Model, x: Any, y: Any) -> np.ndarray:
    """Norm of the loss gradient with respect to every hidden state.

    One backward pass yields all timesteps: the states are watched, not recomputed.

    Parameters
    ----------
    model : keras.Model
        Compiled with a loss; its first recurrent layer is probed (of a bidirectional layer, the
        forward direction). Dropout is off.
    x : array, shape (batch, timesteps, features), or (batch, timesteps) of word ids
    y : array, shape (batch,) or (batch, outputs)

    Returns
    -------
    array, shape (timesteps,)
        Mean over the batch of ``||dL/dh_t||``, where L is the loss of one example; entry 0 is the
        earliest step. For an LSTM, ``h_t`` is its output, with the cell state ``c_t`` held fixed.

    Raises
    ------
    ValueError
        If the model has no recurrent layer or no loss, or ``x`` or ``y`` has a wrong shape or a
        value that is not finite.

    Notes
    -----
    Pascanu, Mikolov and Bengio (2013), eq. 5.
    """
    layer = _recurrent_layer(model)
    x, y = _checked_batch(model, x, y)
    with tf.GradientTape() as tape, _watched_states(layer, tape) as states:
        prediction = model(x, training=False)
        if prediction.shape[0] != len(y):
            raise ValueError(f"y has {len(y)} examples, x has {prediction.shape[0]}")
        target = tf.reshape(y, prediction.shape) if _same_size(y, prediction) else y
        # The loss is a mean over the batch; times its size, each example counts by itself.
        loss = model.compute_loss(y=target, y_pred=prediction, training=False) * len(y)
    gradients = tape.gradient(loss, states, unconnected_gradients="zero")
    flow = tf.stack(
        [tf.reduce_mean(tf.norm(tf.cast(g, "float64"), axis=-1)) for g in gradients]
    ).numpy()
    return flow[::-1] if layer.go_backwards else flow


def state_jacobian_norms(cell: SimpleRNN, x: np.ndarray) -> np.ndarray:
    """How far a nudge of an earlier state reaches: ``||dh_T/dh_{T-k}||`` for every lag k.

    Parameters
    ----------
    cell : SimpleRNN
        Any cell of `helpers.cells` with ``forward`` and ``jacobians``.
    x : array, shape (batch, timesteps, features)

    Returns
    -------
    array, shape (timesteps,)
        Mean over the batch of the spectral norm; entry k belongs to lag k, so entry 0 is 1.

    Notes
    -----
    The product of one-step Jacobians of Pascanu, Mikolov and Bengio (2013), eq. 5.
    """
    jacobians = cell.jacobians(cell.forward(x))
    batch, timesteps, units, _ = jacobians.shape
    product = np.broadcast_to(np.eye(units, dtype=jacobians.dtype), (batch, units, units))
    norms = [1.0]
    for t in range(timesteps - 1, 0, -1):
        product = jacobians[:, t] @ product
        norms.append(float(np.linalg.norm(product, ord=2, axis=(1, 2)).mean()))
    return np.array(norms)


def spectral_radius(W: np.ndarray) -> float:
    """Largest modulus of an eigenvalue of the square matrix ``W``, shape (units, units).

    Raises
    ------
    ValueError
        If ``W`` is not square or has a value that is not finite.

    Examples
    --------
    >>> round(spectral_radius(np.full((64, 64), 0.1)), 6)
    6.4
    """
    W = np.asarray(W)
    if W.ndim != 2 or W.shape[0] != W.shape[1]:
        raise ValueError(f"W has shape {W.shape}, expected (units, units)")
    if not np.isfinite(W).all():
        raise ValueError("W has values that are not finite")
    return float(np.abs(np.linalg.eigvals(W)).max())


class GradientMonitor(keras.callbacks.Callback):
    """Record the norm of every variable's gradient at every training step, before clipping.

    The optimizer sees the same gradients with and without it.

    Attributes
    ----------
    norms : array, shape (steps, variables)
        L2 norms, in the order of ``names``; empty until training has begun.
    global_norms : array, shape (steps,)
        L2 norm of all gradients together, which is what ``global_clipnorm`` compares.
    names : list of str
        Paths of the trainable variables.

    Raises
    ------
    ValueError
        At the start of training, if the model was compiled with ``steps_per_execution > 1``:
        the steps in between would be lost.
    """

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self._rows: list[np.ndarray] = []

    @property
    def norms(self) -> np.ndarray:
        return np.array(self._rows).reshape(len(self._rows), len(self.names))

    @property
    def global_norms(self) -> np.ndarray:
        return np.sqrt((self.norms**2).sum(axis=1))

    def on_train_begin(self, logs: dict | None = None) -> None:
        if self.model.steps_per_execution > 1:
            raise ValueError("GradientMonitor needs steps_per_execution=1 to see every step")
        variables = self.model.trainable_variables
        self.names = [variable.path for variable in variables]
        self._latest = tf.Variable(tf.zeros(len(variables), "float64"), trainable=False)
        apply = self.model.optimizer.apply

        def recording_apply(grads: list, trainable_variables: list | None = None) -> None:
            # Double precision: the square of a large single-precision gradient is infinite.
            norms = [tf.norm(tf.cast(tf.convert_to_tensor(g), "float64")) for g in grads]
            self._latest.assign(norms)
            apply(grads, trainable_variables)

        self._patch = mock.patch.object(self.model.optimizer, "apply", recording_apply)
        self._patch.start()
        self.model.make_train_function(force=True)

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        self._rows.append(self._latest.numpy())

    def on_train_end(self, logs: dict | None = None) -> None:
        self._patch.stop()
        self.model.make_train_function(force=True)


def _recurrent_layer(model: keras.Model) -> keras.layers.RNN:
    for layer in model._flatten_layers(include_self=False):
        if isinstance(layer, keras.layers.Bidirectional):
            return layer.forward_layer
        if isinstance(layer, keras.layers.RNN):
            return layer
    kinds = ", ".join(type(layer).__name__ for layer in model.layers)
    raise ValueError(f"model has no recurrent layer, only: {kinds}")


@contextmanager
def _watched_states(layer: keras.layers.RNN, tape: tf.GradientTape) -> Iterator[list[tf.Tensor]]:
    """Unroll the layer step by step and collect the hidden state that each step makes."""
    states: list[tf.Tensor] = []
    step = layer.cell.call

    def watching_step(inputs: Any, previous: Any, **options: Any) -> tuple:
        h, new = step(inputs, previous, **options)
        tape.watch(h)
        states.append(h)
        return h, [h, *new[1:]]

    with (
        mock.patch.object(layer.cell, "call", watching_step),
        mock.patch.object(layer, "unroll", True),
    ):
        yield states


def _checked_batch(model: keras.Model, x: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
    if getattr(model, "loss", None) is None:
        raise ValueError("model has no loss: compile it first")
    x, y = np.asarray(x), np.asarray(y)
    expected = model.input_shape
    fits = x.ndim == len(expected) and all(
        want in (None, have) for want, have in zip(expected, x.shape, strict=True)
    )
    if not fits or 0 in x.shape:
        raise ValueError(f"x has shape {x.shape}, expected {expected}, with no empty axis")
    for name, values in (("x", x), ("y", y)):
        if not np.issubdtype(values.dtype, np.number) or not np.isfinite(values).all():
            raise ValueError(f"{name} has values that are not finite numbers")
    if y.ndim == 0 or len(y) != len(x):
        raise ValueError(f"y has shape {y.shape}, expected {len(x)} examples, as in x")
    return x, y


def _same_size(y: np.ndarray, prediction: tf.Tensor) -> bool:
    return y.size == int(tf.size(prediction))
