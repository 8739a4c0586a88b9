"""Networks whose answer is a sequence: one reads, its states go into another that writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from helpers.models.compiled import as_graph

ATTENTION = {"dot": layers.Attention, "additive": layers.AdditiveAttention}


@dataclass(frozen=True)
class EncoderDecoder:
    """Three models that share their weights.

    Attributes
    ----------
    training : keras.Model
        From ``[source, target without its end]`` to logits for every step: teacher forcing.
    encoder : keras.Model
        From ``source`` to the decoder's first state: ``[h, c]``, and with attention also the
        encoder's outputs and their mask.
    decoder : keras.Model
        One step of any number: from ``[tokens, h, c, ...]`` to ``[logits, h, c]``, and with
        attention the weights, of shape (batch, tokens, source steps).
    """

    training: keras.Model
    encoder: keras.Model
    decoder: keras.Model

    def begin(self, source: np.ndarray) -> tuple[np.ndarray, ...]:
        """The state in which the decoder begins; `helpers.decoding` hands it to `step`."""
        return tuple(np.asarray(part) for part in self._encode(tf.constant(source)))

    def step(
        self, tokens: np.ndarray, state: tuple[np.ndarray, ...]
    ) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
        """Log-probabilities of the next token, shape (rows, vocabulary), and the new state."""
        given = [tf.constant(np.asarray(tokens, "int32")[:, None]), *map(tf.constant, state)]
        logits, h, c, *_ = self._decode(given)
        log_p = tf.nn.log_softmax(logits[:, 0])
        return np.asarray(log_p), (np.asarray(h), np.asarray(c), *state[2:])

    def alignment(self, source: np.ndarray, target_in: np.ndarray) -> np.ndarray:
        """Weights over the source for each step of a target: (batch, target, source).

        Raises
        ------
        ValueError
            If the model has no attention.
        """
        if len(self.decoder.outputs) < 4:
            raise ValueError("this model has no attention: build it with attention='dot'")
        given = [tf.constant(target_in), *map(tf.constant, self.begin(source))]
        return np.asarray(self.decoder(given)[3])

    @cached_property
    def _encode(self) -> Callable[..., Any]:
        return as_graph(self.encoder)

    @cached_property
    def _decode(self) -> Callable[..., Any]:
        return as_graph(self.decoder)


def build_encoder_decoder(
    source_size: int,
    target_size: int,
    *,
    dim: int = 32,
    units: int = 64,
    attention: str | None = None,
    bidirectional: bool = True,
    dropout: float = 0.0,
    learning_rate: float = 1e-3,
) -> EncoderDecoder:
    """An LSTM that reads, and one that begins with its states and writes.

    Parameters
    ----------
    source_size, target_size : int
        Sizes of the vocabularies; id 0 is padding, behind the sequences.
    dim : int
        Of the two embeddings.
    units : int
        Of the decoder; of the encoder, if it reads from both ends, half in each direction.
    attention : {None, "dot", "additive"}
        Whether and how each step of the decoder looks back at the encoder's outputs.
    bidirectional : bool
        Whether the encoder reads from both ends.
    dropout : float
        Share of entries dropped after the embeddings and before the logits.
    learning_rate : float
        Of Adam. The loss is `masked_loss`, the metric `MaskedAccuracy`.

    Raises
    ------
    ValueError
        If the attention is unknown, or ``units`` is odd and is to be halved.

    Notes
    -----
    The encoder and its states: Sutskever, Vinyals and Le (2014); attention after the decoder's
    step, and the tanh that combines the two: Luong, Pham and Manning (2015), equation 5.
    """
    if attention is not None and attention not in ATTENTION:
        raise ValueError(f"attention is {attention!r}, expected None or one of {[*ATTENTION]}")
    if bidirectional and units % 2:
        raise ValueError(f"units is {units}: an odd number cannot be shared by two directions")
    source = keras.Input((None,), dtype="int32", name="source")
    encoder = keras.Model(source, _encode(source, source_size, dim, units, bidirectional, dropout))
    write = _writer(target_size, dim, units, attention, dropout)
    target = keras.Input((None,), dtype="int32", name="target_in")
    states = encoder(source)[: 4 if attention else 2]
    training = keras.Model([source, target], write(target, *states)[0])
    tokens = keras.Input((None,), dtype="int32", name="tokens")
    given = [keras.Input((units,), name=name) for name in ("h", "c")]
    if attention:
        given.append(keras.Input((None, units), name="outputs"))
        given.append(keras.Input((None,), dtype="bool", name="mask"))
    decoder = keras.Model([tokens, *given], write(tokens, *given))
    begin = encoder if attention else keras.Model(source, encoder.outputs[:2])
    training.compile(
        keras.optimizers.Adam(learning_rate, global_clipnorm=1.0),
        masked_loss,
        metrics=[MaskedAccuracy()],
    )
    return EncoderDecoder(training, begin, decoder)


def masked_loss(y: Any, logits: Any) -> Any:
    """Mean cross-entropy over the tokens that are not padding; a scalar.

    Parameters
    ----------
    y : array of int, shape (batch, timesteps)
        Zero is padding.
    logits : array, shape (batch, timesteps, vocabulary)
    """
    real = ops.cast(ops.not_equal(y, 0), logits.dtype)
    each = ops.sparse_categorical_crossentropy(y, logits, from_logits=True)
    return ops.sum(each * real) / ops.maximum(ops.sum(real), 1.0)


@keras.saving.register_keras_serializable("remember")
class MaskedAccuracy(keras.metrics.Metric):
    """Right tokens divided by tokens, padding left out of both, over all batches together."""

    def __init__(self, name: str = "token_accuracy", **options: Any) -> None:
        super().__init__(name=name, **options)
        self.right = self.add_weight(name="right", initializer="zeros")
        self.all = self.add_weight(name="all", initializer="zeros")

    def update_state(self, y: Any, logits: Any, sample_weight: Any = None) -> None:
        real = ops.not_equal(y, 0)
        hit = ops.equal(ops.cast(y, "int32"), ops.cast(ops.argmax(logits, axis=-1), "int32"))
        self.right.assign_add(ops.sum(ops.cast(ops.logical_and(hit, real), "float32")))
        self.all.assign_add(ops.sum(ops.cast(real, "float32")))

    def result(self) -> Any:
        return self.right / ops.maximum(self.all, 1.0)


def _encode(
    source: Any, size: int, dim: int, units: int, bidirectional: bool, dropout: float
) -> list[Any]:
    """The last states, all outputs and their mask."""
    mask = ops.not_equal(source, 0)
    x = layers.Embedding(size, dim, name="source_embedding")(source)
    if dropout:
        x = layers.Dropout(dropout)(x)
    if not bidirectional:
        lstm = layers.LSTM(units, return_sequences=True, return_state=True, name="encoder_lstm")
        outputs, h, c = lstm(x, mask=mask)
        return [h, c, outputs, mask]
    lstm = layers.LSTM(units // 2, return_sequences=True, return_state=True)
    both = layers.Bidirectional(lstm, name="encoder_lstm")
    outputs, h, c, h_back, c_back = both(x, mask=mask)
    join = layers.Concatenate()
    return [join([h, h_back]), join([c, c_back]), outputs, mask]


def _writer(
    size: int, dim: int, units: int, attention: str | None, dropout: float
) -> Callable[..., list[Any]]:
    """The decoder's layers, made once: whoever calls the function that is returned shares them."""
    embedding = layers.Embedding(size, dim, name="target_embedding")
    lstm = layers.LSTM(units, return_sequences=True, return_state=True, name="decoder_lstm")
    look = ATTENTION[attention](name="attention") if attention else None
    combine = layers.Dense(units, activation="tanh", name="combine") if attention else None
    drop = layers.Dropout(dropout)
    answer = layers.Dense(size, name="logits")

    def write(tokens: Any, h: Any, c: Any, outputs: Any = None, mask: Any = None) -> list[Any]:
        x, h, c = lstm(drop(embedding(tokens)), initial_state=[h, c])
        if look is None or combine is None:
            return [answer(drop(x)), h, c]
        context, weights = look([x, outputs], mask=[None, mask], return_attention_scores=True)
        return [answer(drop(combine(layers.Concatenate()([x, context])))), h, c, weights]

    return write
