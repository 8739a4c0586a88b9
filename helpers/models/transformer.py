"""Transformer encoders: every step looks at every other, and the answer reads their average."""

from __future__ import annotations

import keras
from keras import layers

from helpers.models.compiled import answer_yes_or_no, prepare
from helpers.transformer import AddPositions, TransformerBlock


def build_text_transformer(
    vocabulary_size: int,
    *,
    dim: int = 32,
    blocks: int = 1,
    heads: int = 4,
    hidden: int = 64,
    positions: bool = True,
    dropout: float = 0.0,
    learning_rate: float = 1e-3,
) -> keras.Model:
    """A yes-or-no model over rows of word ids of any length; id 0 is padding.

    Parameters
    ----------
    vocabulary_size : int
        One more than the largest id.
    dim : int
        Size of a word's vector, even, and a multiple of ``heads``.
    blocks, heads, hidden : int
        How many blocks; heads and hidden units of each.
    positions : bool
        Whether the network is told which word comes first.
    dropout : float
        Share of entries dropped after the embedding, in the blocks and before the answer.
    learning_rate : float
        Of Adam.
    """
    model = keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            layers.Embedding(vocabulary_size, dim, mask_zero=True),
        ]
    )
    _encode(model, blocks, heads, hidden, positions, dropout)
    if dropout:
        model.add(layers.Dropout(dropout))
    return answer_yes_or_no(model, learning_rate)


def build_series_transformer(
    features: int,
    *,
    dim: int = 32,
    blocks: int = 1,
    heads: int = 4,
    hidden: int = 64,
    positions: bool = True,
    learning_rate: float = 1e-3,
) -> keras.Model:
    """One number for a sequence, trained on the squared error; sizes as for texts.

    Parameters
    ----------
    features : int
        Of each step: the model reads (batch, timesteps, features).
    """
    model = keras.Sequential([keras.Input((None, features)), layers.Dense(dim)])
    _encode(model, blocks, heads, hidden, positions, dropout=0.0)
    model.add(layers.Dense(1))
    model.compile(keras.optimizers.Adam(learning_rate), "mse")
    return prepare(model)


def _encode(
    model: keras.Sequential, blocks: int, heads: int, hidden: int, positions: bool, dropout: float
) -> None:
    """Add positions, blocks, and the average of what the steps have become."""
    if positions:
        model.add(AddPositions())
    if dropout:
        model.add(layers.Dropout(dropout))
    for _ in range(blocks):
        model.add(TransformerBlock(heads, hidden, dropout))
    model.add(layers.LayerNormalization(epsilon=1e-6))
    model.add(layers.GlobalAveragePooling1D())
