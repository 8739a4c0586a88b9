"""A linear-chain conditional random field: a whole sequence of tags is scored, not each tag.

``emissions`` has the shape (batch, timesteps, tags): what the network below thinks of each tag at
each step. ``mask``, shape (batch, timesteps), says which steps are real: one or more of each row,
then padding; any other mask is refused with ``tf.errors.InvalidArgumentError``. What emissions
and tags have at padding means nothing.
A field has a score for each tag to begin with, for each to end with, and for each pair of
neighbours, from the row to the column.

Lafferty, McCallum and Pereira (2001); on top of an LSTM: Lample et al. (2016), section 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from helpers import iob

PADDING = -1  #: what stands for a tag where there is no word
NEVER = -1e4  #: the score of what the scheme forbids: no probability is left of it in float32


class Field(NamedTuple):
    """Scores that do not depend on the words."""

    start: Any  #: (tags,)
    transitions: Any  #: (tags, tags)
    end: Any  #: (tags,)


def _real(mask: Any) -> Any:
    """The mask, of which we are sure now that its padding stands behind and leaves a step."""
    mask = tf.cast(mask, "bool")
    whole = tf.cast(mask, "int32")
    tf.debugging.assert_equal(whole[:, 0], 1, "mask: a row without a real first step")
    tf.debugging.assert_greater_equal(
        whole[:, :-1], whole[:, 1:], "mask: a real step behind padding, expected padding behind"
    )
    return mask


def path_score(field: Field, emissions: Any, tags: Any, mask: Any) -> Any:
    """Sum of all scores along a path of tags, shape (batch,).

    ``s(x, y) = start[y_1] + sum_t e_t[y_t] + sum_t transitions[y_{t-1}, y_t] + end[y_T]``
    """
    real = _real(mask)
    tags = tf.where(real, tags, 0)
    along = tf.gather(emissions, tags, batch_dims=2)
    moves = tf.gather_nd(field.transitions, tf.stack([tags[:, :-1], tags[:, 1:]], axis=-1))
    last = tf.reduce_sum(tf.cast(real, tags.dtype), axis=1) - 1
    return (
        tf.gather(field.start, tags[:, 0])
        + tf.reduce_sum(tf.where(real, along, 0), axis=1)
        + tf.reduce_sum(tf.where(real[:, 1:], moves, 0), axis=1)
        + tf.gather(field.end, tf.gather(tags, last, batch_dims=1))
    )


def log_partition(field: Field, emissions: Any, mask: Any) -> Any:
    """Log of the sum of ``exp(s(x, y))`` over *all* paths y, shape (batch,): forward algorithm.

    ``alpha_1[k] = start[k] + e_1[k]``
    ``alpha_t[k] = e_t[k] + log sum_j exp(alpha_{t-1}[j] + transitions[j, k])``
    ``log Z = log sum_k exp(alpha_T[k] + end[k])``

    The loop is one operation of the graph, whatever the length; a padded step hands alpha on.
    """

    def step(alpha: Any, given: tuple[Any, Any]) -> Any:
        e, real = given
        grown = e + tf.reduce_logsumexp(alpha[:, :, None] + field.transitions, axis=1)
        return tf.where(real[:, None], grown, alpha)

    e, real = tf.transpose(emissions, [1, 0, 2]), tf.transpose(_real(mask))
    alphas = tf.scan(step, (e[1:], real[1:]), initializer=field.start + e[0])
    alpha = tf.concat([[field.start + e[0]], alphas], axis=0)[-1]  # also if there is one step
    return tf.reduce_logsumexp(alpha + field.end, axis=1)


def negative_log_likelihood(field: Field, emissions: Any, tags: Any, mask: Any) -> Any:
    """``-log p(y | x) = log Z - s(x, y)``, shape (batch,)."""
    return log_partition(field, emissions, mask) - path_score(field, emissions, tags, mask)


def marginals(field: Field, emissions: Any, mask: Any) -> Any:
    """Probability of each tag at each step, shape (batch, timesteps, tags); zero at padding.

    It is the gradient of log Z with respect to the emissions: what the backward half of the
    forward-backward algorithm computes is a backward pass.
    """
    emissions = tf.convert_to_tensor(emissions)
    with tf.GradientTape() as tape:
        tape.watch(emissions)
        log_z = log_partition(field, emissions, mask)
    return tape.gradient(log_z, emissions)


@keras.saving.register_keras_serializable(package="course")
class CRF(layers.Layer):
    """The field on top of a network that ends with emissions, which go through unchanged.

    Compile the model with this layer's `loss`, and decode with `helpers.decoding.viterbi`.

    Parameters
    ----------
    tags : sequence of str
        In the order of the emissions.
    legal : bool
        Whether what IOB2 forbids has the score `NEVER`, and not one that is learned.
    """

    def __init__(self, tags: Sequence[str], legal: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.tags, self.legal = tuple(tags), legal
        self.supports_masking = True

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        n = len(self.tags)
        if input_shape[-1] != n:
            raise ValueError(f"emissions for {input_shape[-1]} tags, expected {n}: {self.tags}")
        self.start = self.add_weight(shape=(n,), initializer="zeros", name="start")
        self.transitions = self.add_weight(shape=(n, n), initializer="zeros", name="transitions")
        self.end = self.add_weight(shape=(n,), initializer="zeros", name="end")

    def call(self, emissions: Any) -> Any:
        return emissions

    def field(self) -> Field:
        """The scores as they stand."""
        start, moves = (tf.convert_to_tensor(w) for w in (self.start, self.transitions))
        if self.legal:
            first, follows = iob.allowed(self.tags)
            start, moves = tf.where(first, start, NEVER), tf.where(follows, moves, NEVER)
        return Field(start, moves, tf.convert_to_tensor(self.end))

    def numpy_field(self) -> Field:
        """The scores as arrays, for `helpers.decoding.viterbi`."""
        return Field(*(np.asarray(part) for part in self.field()))

    def loss(self, tags: Any, emissions: Any) -> Any:
        """Mean over the *words* of the batch, for a rate that suits the softmax to suit it, too.

        ``tags`` has the shape (batch, timesteps), with `PADDING` behind each sentence.
        """
        tags = tf.cast(tags, "int32")
        mask = tf.not_equal(tags, PADDING)
        each = negative_log_likelihood(self.field(), emissions, tags, mask)
        return tf.reduce_sum(each) / tf.reduce_sum(tf.cast(mask, each.dtype))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "tags": self.tags, "legal": self.legal}


def softmax_loss(tags: Any, emissions: Any) -> Any:
    """What each tag for itself costs: cross-entropy, mean over the words of the batch."""
    tags = tf.cast(tags, "int32")
    real = tf.not_equal(tags, PADDING)
    each = tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=tf.where(real, tags, 0), logits=emissions
    )
    real = tf.cast(real, each.dtype)
    return tf.reduce_sum(each * real) / tf.reduce_sum(real)
