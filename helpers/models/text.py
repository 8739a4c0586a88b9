"""Networks that read texts, as functions of their sizes, each compiled and ready to fit."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers

from helpers.models.compiled import answer_yes_or_no
from helpers.models.recurrent import CELLS

#: How `build_text_classifier` makes one vector of many, besides the names in `CELLS`.
POOLS = ("average", "convolution")


def build_text_classifier(
    vocabulary_size: int,
    *,
    dim: int = 32,
    encoder: str = "GRU",
    units: int | tuple[int, ...] = 32,
    bidirectional: bool = False,
    mask: bool = True,
    dropout: float = 0.0,
    vectors: np.ndarray | None = None,
    trainable: bool = True,
    learning_rate: float = 1e-3,
    **options: Any,
) -> keras.Model:
    """A yes-or-no model over rows of word ids of any length; id 0 is padding.

    Parameters
    ----------
    vocabulary_size : int
        One more than the largest id.
    dim : int
        Size of a word's vector.
    encoder : str
        ``"average"``, ``"convolution"`` (windows of three words, the strongest answer of each
        filter), ``"SimpleRNN"``, ``"GRU"`` or ``"LSTM"``.
    units : int or tuple of int
        Filters or units, of each layer; an average has none.
    bidirectional : bool
        Whether recurrent layers read from both ends.
    mask : bool
        Whether recurrent layers and the average skip padding; a convolution cannot.
    dropout : float
        Share of entries dropped after the embedding and before the answer.
    vectors : array, shape (vocabulary_size, dim), optional
        Where the embedding begins; small random numbers unless given.
    trainable : bool
        Whether training moves the embedding.
    learning_rate : float
        Of Adam.
    **options
        For the recurrent layers, such as ``recurrent_dropout``.

    Raises
    ------
    ValueError
        If the encoder is unknown, or the vectors have another shape.
    """
    if encoder not in (*POOLS, *CELLS):
        raise ValueError(f"encoder is {encoder!r}, expected one of {[*POOLS, *CELLS]}")
    if vectors is not None and vectors.shape != (vocabulary_size, dim):
        raise ValueError(f"vectors have shape {vectors.shape}, expected {(vocabulary_size, dim)}")
    start = "uniform" if vectors is None else keras.initializers.Constant(vectors)
    embedding = layers.Embedding(
        vocabulary_size,
        dim,
        embeddings_initializer=start,
        mask_zero=mask and encoder != "convolution",
        trainable=trainable,
    )
    model = keras.Sequential([keras.Input((None,), dtype="int32"), embedding])
    if dropout:
        model.add(layers.Dropout(dropout))
    sizes = (units,) if isinstance(units, int) else tuple(units)
    match encoder:
        case "average":
            model.add(layers.GlobalAveragePooling1D())
        case "convolution":
            for filters in sizes:
                model.add(layers.Conv1D(filters, 3, activation="relu", padding="same"))
            model.add(layers.GlobalMaxPooling1D())
        case cell:
            for depth, size in enumerate(sizes, 1):
                layer = CELLS[cell](size, return_sequences=depth < len(sizes), **options)
                model.add(layers.Bidirectional(layer) if bidirectional else layer)
    if dropout:
        model.add(layers.Dropout(dropout))
    return answer_yes_or_no(model, learning_rate)


def build_hybrid_classifier(
    vocabulary_size: int,
    *,
    dim: int = 300,
    units: int = 64,
    hidden: tuple[int, ...] = (64, 32),
    activation: str | None = None,
    dropout: float = 0.25,
    learning_rate: float = 1e-3,
) -> keras.Model:
    """Embedding, Dense, LSTM, GRU and Dense layers: the popular pile, with or without bends.

    Parameters
    ----------
    vocabulary_size : int
        One more than the largest id.
    dim : int
        Of a word's vector, and of the Dense layer that reads it.
    units : int
        Of the LSTM and the GRU.
    hidden : tuple of int
        Sizes of the Dense layers before the answer.
    activation : str, optional
        Of all Dense layers but the answer; without one they are linear, as in the original.
    dropout, learning_rate : float
    """
    model = keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            layers.Embedding(vocabulary_size, dim, mask_zero=True),
            layers.Dense(dim, activation=activation),
            layers.Dropout(dropout),
            layers.LSTM(units, return_sequences=True),
            layers.GRU(units),
        ]
    )
    for depth, size in enumerate(hidden):
        if depth:
            model.add(layers.Dropout(dropout))
        model.add(layers.Dense(size, activation=activation))
    return answer_yes_or_no(model, learning_rate)
