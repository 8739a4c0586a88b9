"""Networks that write: one step at a time, each on what they wrote before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from helpers.models.compiled import as_graph
from helpers.models.recurrent import CELLS


@dataclass(frozen=True)
class TextGenerator:
    """Two models that share their weights.

    Attributes
    ----------
    training : keras.Model
        From tokens, shape (batch, timesteps), to logits for the token after each; begins with a
        state of zeros. Compiled, so that `fit` works.
    writer : keras.Model
        The same for any number of tokens, with the state going in and coming out: from
        ``[tokens, h]`` to ``[logits, h]``; an LSTM has ``h`` and ``c``.
    """

    training: keras.Model
    writer: keras.Model

    def begin(self, rows: int = 1) -> tuple[np.ndarray, ...]:
        """A state of zeros for so many texts."""
        return tuple(np.zeros((rows, part.shape[-1]), "float32") for part in self.writer.inputs[1:])

    def step(
        self, tokens: np.ndarray, state: tuple[np.ndarray, ...]
    ) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
        """Log-probabilities of the next token, shape (rows, vocabulary), and the new state."""
        log_p, state = self.read(np.asarray(tokens)[:, None], state)
        return log_p[:, 0], state

    def read(
        self, tokens: np.ndarray, state: tuple[np.ndarray, ...] | None = None
    ) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
        """Log-probabilities of what follows each token, and the state after the last one.

        Parameters
        ----------
        tokens : array of int, shape (rows, timesteps)
        state : tuple of arrays, optional
            Where the text before has left the network; nothing was before, if not given.

        Returns
        -------
        log_p : array, shape (rows, timesteps, vocabulary)
        state : tuple of arrays, each of shape (rows, units)
        """
        tokens = np.asarray(tokens, "int32")
        state = self.begin(len(tokens)) if state is None else state
        logits, *after = self._graph([tf.constant(tokens), *map(tf.constant, state)])
        return np.asarray(tf.nn.log_softmax(logits)), tuple(np.asarray(part) for part in after)

    @cached_property
    def _graph(self) -> Callable[..., Any]:
        return as_graph(self.writer)


def build_text_generator(
    vocabulary: int,
    *,
    cell: str = "GRU",
    units: int = 128,
    dim: int = 32,
    dropout: float = 0.0,
    learning_rate: float = 0.005,
) -> TextGenerator:
    """An embedding, a recurrent layer and a logit for every token.

    Parameters
    ----------
    vocabulary : int
        Number of tokens; none of them is padding.
    cell : str
        ``"SimpleRNN"``, ``"GRU"`` or ``"LSTM"``.
    units : int
        Of the recurrent layer.
    dim : int
        Of the embedding.
    dropout : float
        Share of the entries that are dropped before the logits, in training.
    learning_rate : float
        Of Adam; gradients are clipped to a norm of one.

    Raises
    ------
    ValueError
        If the cell is unknown or a size is below one.
    """
    if cell not in CELLS:
        raise ValueError(f"cell is {cell!r}, expected one of {[*CELLS]}")
    if min(vocabulary, units, dim) < 1:
        raise ValueError(
            f"vocabulary {vocabulary}, units {units} and dim {dim}: expected at least 1 of each"
        )
    embedding = layers.Embedding(vocabulary, dim, name="embedding")
    recurrent = CELLS[cell](units, return_sequences=True, return_state=True, name="recurrent")
    drop, logits = layers.Dropout(dropout), layers.Dense(vocabulary, name="logits")
    tokens = keras.Input((None,), dtype="int32", name="tokens")
    states = [keras.Input((units,), name=name) for name in ("h", "c")[: 1 + (cell == "LSTM")]]
    outputs, *after = recurrent(embedding(tokens), initial_state=states)
    writer = keras.Model([tokens, *states], [logits(drop(outputs)), *after])
    training = keras.Model(tokens, logits(drop(recurrent(embedding(tokens))[0])))
    training.compile(
        keras.optimizers.Adam(learning_rate, global_clipnorm=1.0),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    return TextGenerator(training, writer)


def streams(ids: np.ndarray, rows: int) -> np.ndarray:
    """One long text as so many equally long ones, the rest cut off: shape (rows, timesteps).

    Raises
    ------
    ValueError
        If there are fewer tokens than rows.
    """
    if len(ids) < rows or rows < 1:
        raise ValueError(f"{len(ids)} tokens cannot be dealt out to {rows} rows")
    return np.asarray(ids)[: len(ids) // rows * rows].reshape(rows, -1)


def fit_streams(
    generator: TextGenerator,
    ids: np.ndarray,
    *,
    rows: int = 32,
    timesteps: int = 100,
    steps: int,
    carry: bool = True,
    each_step: Callable[[int, float], bool | None] | None = None,
) -> list[float]:
    """Train by truncated backpropagation through time, window after window of the same texts.

    Parameters
    ----------
    generator : TextGenerator
    ids : array of int, shape (n_tokens,)
        Dealt out to ``rows`` texts, which are read side by side; from their ends it goes back to
        their beginnings.
    rows, timesteps : int
        Of one window.
    steps : int
        Updates, at most.
    carry : bool
        Whether a window begins with the state in which the one before it ended, or with zeros.
        Gradients end at the window's beginning either way.
    each_step : callable, optional
        Is told the number of updates and the loss after each; a true answer ends the training.

    Returns
    -------
    list of float
        Losses in nats per token.

    Raises
    ------
    ValueError
        If the rows are too short for one window.
    """
    texts = streams(ids, rows).astype("int32")
    windows = (texts.shape[1] - 1) // timesteps
    if not windows:
        raise ValueError(
            f"rows of {texts.shape[1]} tokens have no window of {timesteps} and the token after it:"
            " take fewer rows, or shorter windows"
        )
    update = _update(generator)
    losses: list[float] = []
    for number in range(steps):
        at = number % windows * timesteps
        if not carry or at == 0:
            state = generator.begin(rows)
        window = tf.constant(texts[:, at : at + timesteps + 1])
        loss, state = update(window, tuple(map(tf.convert_to_tensor, state)))
        losses.append(float(loss))
        if each_step and each_step(number + 1, losses[-1]):
            break
    return losses


def _update(generator: TextGenerator) -> Callable[..., Any]:
    """One step of the optimizer, as a graph."""
    writer, optimizer = generator.writer, generator.training.optimizer
    weights = writer.trainable_variables
    optimizer.build(weights)

    @tf.function(reduce_retracing=True)
    def update(window: Any, state: Any) -> Any:
        with tf.GradientTape() as tape:
            logits, *after = writer([window[:, :-1], *state], training=True)
            each = keras.ops.sparse_categorical_crossentropy(
                window[:, 1:], logits, from_logits=True
            )
            loss = keras.ops.mean(each)
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        return loss, tuple(after)

    return update
