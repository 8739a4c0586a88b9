"""What a Transformer's encoder is made of: positions, and blocks of attention (Vaswani 2017)."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers, ops

_LONGEST_WAVE = 10_000.0


def sinusoids(timesteps: Any, features: int) -> Any:
    """A vector for every position: sines and cosines of ever longer waves (section 3.5).

    Parameters
    ----------
    timesteps : int or scalar tensor
    features : int
        Even: half of the entries are sines, half are cosines of the same waves.

    Returns
    -------
    tensor of float32, shape (timesteps, features)

    Raises
    ------
    ValueError
        If ``features`` is odd or not positive.
    """
    if features < 2 or features % 2:
        raise ValueError(f"features is {features}, expected an even number above zero")
    waves = _LONGEST_WAVE ** -(np.arange(features // 2, dtype="float32") * 2 / features)
    angles = ops.cast(ops.arange(timesteps), "float32")[:, None] * waves
    return ops.concatenate([ops.sin(angles), ops.cos(angles)], axis=-1)


@keras.saving.register_keras_serializable(package="course")
class AddPositions(layers.Layer):
    """Inputs times the root of their features, plus a vector for the position of each.

    The factor keeps small embeddings from drowning in positions of size one (section 3.4).
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, x: Any) -> Any:
        timesteps, features = ops.shape(x)[1], x.shape[-1]
        return x * features**0.5 + sinusoids(timesteps, features)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape


@keras.saving.register_keras_serializable(package="course")
class TransformerBlock(layers.Layer):
    """``y = x + attention(norm(x))``, and then ``y + dense(norm(y))``, step by step.

    Normalising before each part and not after it trains without a warm-up (Xiong et al., 2020).

    Parameters
    ----------
    heads : int
        They share the features: each has ``features // heads``.
    hidden : int
        Units between the two dense layers.
    dropout : float
        Share of entries dropped at the end of either part.
    """

    def __init__(self, heads: int, hidden: int, dropout: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.heads, self.hidden, self.dropout = heads, hidden, dropout
        self.supports_masking = True

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        features = input_shape[-1]
        if features is None or features % self.heads:
            raise ValueError(f"{features} features cannot be shared by {self.heads} heads")
        self.attention = layers.MultiHeadAttention(self.heads, features // self.heads)
        self.attention.build(input_shape, input_shape)
        self.first = layers.Dense(self.hidden, activation="relu")
        self.first.build(input_shape)
        self.second = layers.Dense(features)
        self.second.build((*input_shape[:-1], self.hidden))
        self.norms = [layers.LayerNormalization(epsilon=1e-6) for _ in range(2)]
        for norm in self.norms:
            norm.build(input_shape)
        self.drops = [layers.Dropout(self.dropout) for _ in range(2)]

    def call(self, x: Any, mask: Any = None, training: bool | None = None) -> Any:
        seen = None if mask is None else mask[:, None, :]  # no step looks at padding
        z = self.norms[0](x)
        x = x + self.drops[0](self.attention(z, z, attention_mask=seen), training=training)
        z = self.second(self.first(self.norms[1](x)))
        return x + self.drops[1](z, training=training)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        sizes = {"heads": self.heads, "hidden": self.hidden, "dropout": self.dropout}
        return {**super().get_config(), **sizes}
