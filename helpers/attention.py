"""Attention: scores, a softmax that skips padding, a weighted sum; in NumPy, and as Keras layers.

The functions are in the order of the equations of the chapter on attention. Arrays have the axes
(batch, timesteps, features); a mask is True where there is something, False where there is padding.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers, ops

#: How `AttentionPooling` scores a step.
SCORES = ("additive", "dot", "scaled dot", "squashed")


def masked_softmax(scores: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
    """Weights along the last axis: zero at padding, and they sum to one where anything is left.

    Parameters
    ----------
    scores : array, shape (..., timesteps)
    mask : array of bool, optional
        Of a shape that broadcasts to that of the scores; True where there is something.

    Returns
    -------
    array, shape (..., timesteps)
        A row of padding alone gets zeros: there is nothing to look at.

    Raises
    ------
    ValueError
        If the mask does not fit the scores.
    """
    scores = np.asarray(scores)
    if not np.issubdtype(scores.dtype, np.floating):
        scores = scores.astype(float)  # whole numbers have no infinity
    given = np.asarray(True if mask is None else mask, bool)
    try:
        kept = np.broadcast_to(given, scores.shape)
    except ValueError:
        raise ValueError(
            f"mask has shape {given.shape}, which does not broadcast to {scores.shape}, "
            "the shape of the scores"
        ) from None
    # The largest score that counts is subtracted, so that no exponential overflows.
    highest = np.max(scores, axis=-1, keepdims=True, where=kept, initial=-np.inf)
    lowered = np.where(kept, scores - np.where(np.isfinite(highest), highest, 0), 0)
    grown = np.where(kept, np.exp(lowered), 0)
    return grown / np.maximum(grown.sum(axis=-1, keepdims=True), np.finfo(scores.dtype).tiny)


def additive_scores(
    query: np.ndarray, keys: np.ndarray, W_q: np.ndarray, W_k: np.ndarray, v: np.ndarray
) -> np.ndarray:
    """``v · tanh(q W_q + k_t W_k)`` of every step (Bahdanau, Cho and Bengio 2015, A.1.2).

    Parameters
    ----------
    query : array, shape (batch, features)
    keys : array, shape (batch, timesteps, features)
    W_q, W_k : array, shape (features, units)
    v : array, shape (units,)

    Returns
    -------
    array, shape (batch, timesteps)
    """
    return np.tanh((query @ W_q)[:, None] + keys @ W_k) @ v


def dot_scores(query: np.ndarray, keys: np.ndarray, *, scaled: bool = False) -> np.ndarray:
    """``q · k_t`` of every step; scaled, over the root of the number of features.

    Parameters
    ----------
    query : array, shape (batch, features)
    keys : array, shape (batch, timesteps, features)
    scaled : bool
        As in Vaswani et al. (2017), eq. 1.

    Returns
    -------
    array, shape (batch, timesteps)
    """
    scores = np.einsum("bd,btd->bt", query, keys)
    return scores / np.sqrt(keys.shape[-1]) if scaled else scores


def attend(
    scores: np.ndarray, values: np.ndarray, mask: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The values' weighted sum, and the weights.

    Parameters
    ----------
    scores : array, shape (batch, timesteps)
    values : array, shape (batch, timesteps, features)
    mask : array of bool, shape (batch, timesteps), optional

    Returns
    -------
    context : array, shape (batch, features)
    weights : array, shape (batch, timesteps)
    """
    weights = masked_softmax(scores, mask)
    return np.einsum("bt,btd->bd", weights, values), weights


def self_attention(
    x: np.ndarray,
    projections: dict[str, tuple[np.ndarray, np.ndarray]],
    mask: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Every step looks at every step, with several heads (Vaswani et al. 2017, section 3.2).

    Parameters
    ----------
    x : array, shape (batch, timesteps, features)
    projections : dict
        Kernel and bias of ``query``, ``key`` and ``value``, shapes (features, heads, size) and
        (heads, size), and of ``output``, shapes (heads, size, features) and (features,).
    mask : array of bool, shape (batch, timesteps, timesteps), optional
        Which steps, along the last axis, each step may look at.

    Returns
    -------
    answer : array, shape (batch, timesteps, features)
    weights : array, shape (batch, heads, timesteps, timesteps)
    """
    q, k, v = (
        np.einsum("btd,dhe->bhte", x, projections[name][0]) + projections[name][1][:, None]
        for name in ("query", "key", "value")
    )
    scores = np.einsum("bhte,bhse->bhts", q, k) / np.sqrt(q.shape[-1])
    weights = masked_softmax(scores, None if mask is None else mask[:, None])
    heads = np.einsum("bhts,bhse->bthe", weights, v)
    kernel, bias = projections["output"]
    return np.einsum("bthe,hed->btd", heads, kernel) + bias, weights


def projections_of(layer: layers.MultiHeadAttention) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The weights of Keras' layer, as :func:`self_attention` takes them."""
    weights = layer.get_weights()
    names = ("query", "key", "value", "output")
    return dict(zip(names, zip(weights[::2], weights[1::2], strict=True), strict=True))


@keras.saving.register_keras_serializable(package="course")
class AttentionPooling(layers.Layer):
    """One vector for a whole sequence: the sum of its steps, weighted by what each one scores.

    The query is learned, one for all sequences.

    Parameters
    ----------
    score : str
        ``"additive"``: ``v · tanh(h_t W + b)``. ``"dot"`` and ``"scaled dot"``: ``q · h_t``, the
        second over the root of the features. ``"squashed"``: ``tanh(q · h_t + b)``, as in many a
        notebook: between -1 and 1, so that no step can outweigh another more than e² times.
    units : int
        Of the additive score.

    Raises
    ------
    ValueError
        If the score is unknown.
    """

    def __init__(self, score: str = "additive", units: int = 32, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if score not in SCORES:
            raise ValueError(f"score is {score!r}, expected one of {list(SCORES)}")
        self.score, self.units = score, units
        self.supports_masking = True

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        features = input_shape[-1]
        if self.score == "additive":
            self.W = self.add_weight(shape=(features, self.units), name="W")
            self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")
            self.v = self.add_weight(shape=(self.units, 1), name="v")
            return
        self.query = self.add_weight(shape=(features, 1), name="query")
        if self.score == "squashed":
            self.b = self.add_weight(shape=(1,), initializer="zeros", name="b")

    def scores(self, x: Any) -> Any:
        """What each step scores, shape (batch, timesteps)."""
        match self.score:
            case "additive":
                found = ops.tanh(x @ self.W + self.b) @ self.v
            case "squashed":
                found = ops.tanh(x @ self.query + self.b)
            case "scaled dot":
                found = x @ self.query / x.shape[-1] ** 0.5
            case _:
                found = x @ self.query
        return found[..., 0]

    def weights_of(self, x: Any, mask: Any = None) -> Any:
        """What each step weighs, shape (batch, timesteps); padding weighs nothing."""
        scores = self.scores(x)
        if mask is None:
            return ops.softmax(scores)
        kept = ops.cast(mask, scores.dtype)
        # A row of padding alone has equal weights here, and none after the product.
        return ops.softmax(ops.where(kept > 0, scores, -1e9)) * kept

    def call(self, x: Any, mask: Any = None) -> Any:
        return ops.sum(self.weights_of(x, mask)[..., None] * x, axis=1)

    def compute_mask(self, inputs: Any, mask: Any = None) -> None:
        return None  # the steps are gone

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (input_shape[0], input_shape[-1])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "score": self.score, "units": self.units}
