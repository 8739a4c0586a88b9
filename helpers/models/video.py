"""Networks for clips: three that can tell a motion, and three that cannot.

Each takes clips, shape (batch, timesteps, height, width, channels), with a mask, shape (batch,
timesteps), and gives logits. Padding changes no answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import layers, ops

from helpers.attention import AttentionPooling
from helpers.models.compiled import prepare

FILTERS = 8
#: Side of the squares of pixels of which the largest number is kept after the convolutions.
POOL = 4
#: Frames are nearly black: about one over the standard deviation of their pixels.
SCALE = 8.0


def build_video_model(
    kind: str,
    classes: int,
    *,
    size: int = 16,
    channels: int = 1,
    units: int = 32,
    learning_rate: float = 0.003,
) -> keras.Model:
    """A network that says to which class a clip belongs, compiled and ready to fit.

    Parameters
    ----------
    kind : str
        Of `KINDS`. ``"lstm"`` reads what a convolutional network says of each frame, and answers
        from its last state; ``"attention"`` answers from all its states, weighted; ``"conv3d"``
        convolves in time too. The others cannot tell a clip from its reversal: ``"frames"``
        averages over the frames, ``"blind attention"`` weighs frames by what is on them, and
        ``"pooled"`` is ``"lstm"`` with the place pooled out of every frame. ``"pooled,
        strided"`` should not be able to either, and is: its convolutions stride.
    classes : int
    size : int
        Height and width of a frame: a multiple of 4.
    channels : int
    units : int
        Of the LSTM, or of the layer before the answer where there is none.
    learning_rate : float
        Of Adam.

    Raises
    ------
    ValueError
        If the kind is unknown, the size is no multiple of 4, or there is a single class.
    """
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}, expected one of {list(KINDS)}")
    if size < POOL or size % POOL:
        raise ValueError(f"size is {size}, expected a multiple of {POOL}: resize the frames")
    if classes < 2:
        raise ValueError(f"classes is {classes}, expected at least 2: one is no question")
    clips = keras.Input((None, size, size, channels), name="clips")
    mask = keras.Input((None,), dtype="bool", name="mask")
    answer = layers.Dense(classes, name="logits")(KINDS[kind](clips, mask, units))
    model = keras.Model([clips, mask], answer)
    model.compile(
        keras.optimizers.Adam(learning_rate),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return prepare(model)


def frame_features(
    size: int, channels: int = 1, *, pool: int = POOL, strides: int = 1
) -> keras.Model:
    """A convolutional network that looks at one frame.

    Without strides a shape that is moved gives the same numbers at another place, and their
    maximum over the whole frame is the same wherever it is.

    Parameters
    ----------
    size, channels : int
        Of a frame.
    pool : int
        Side of the squares that are made one; with the frame's own nothing is known of the place.
    strides : int
        Of both convolutions; what is pooled is smaller then.
    """
    pool = max(1, pool // strides**2)
    return keras.Sequential(
        [
            keras.Input((size, size, channels)),
            layers.Rescaling(SCALE),
            layers.Conv2D(FILTERS, 3, strides, padding="same", activation="relu"),
            layers.Conv2D(FILTERS, 3, strides, padding="same", activation="relu"),
            layers.MaxPooling2D(pool),
            layers.Flatten(),
        ],
        name="frame_features",
    )


@keras.saving.register_keras_serializable(package="course")
class MaskedMean(layers.Layer):
    """The mean over the timesteps that are not padding; its inputs are the steps and the mask."""

    def call(self, inputs: list[Any]) -> Any:
        x, mask = inputs
        kept = ops.cast(mask, x.dtype)[..., None]
        return ops.sum(kept * x, axis=1) / ops.maximum(ops.sum(kept, axis=1), 1)

    def compute_output_shape(self, input_shape: list[Any]) -> tuple[int | None, ...]:
        return (input_shape[0][0], input_shape[0][-1])


@keras.saving.register_keras_serializable(package="course")
class Blank(layers.Layer):
    """Zeros at padding again, whatever a layer has put there; its inputs are maps and the mask."""

    def call(self, inputs: list[Any]) -> Any:
        x, mask = inputs
        return x * ops.cast(mask, x.dtype)[..., None, None, None]

    def compute_output_shape(self, input_shape: list[Any]) -> tuple[int | None, ...]:
        return tuple(input_shape[0])


def _features(clips: Any, **options: int) -> Any:
    """What the convolutional network says of every frame: (batch, timesteps, features)."""
    size, channels = clips.shape[-2:]
    return layers.TimeDistributed(frame_features(size, channels, **options))(clips)


def _lstm(clips: Any, mask: Any, units: int) -> Any:
    return layers.LSTM(units)(_features(clips), mask=mask)


def _attention(clips: Any, mask: Any, units: int) -> Any:
    states = layers.LSTM(units, return_sequences=True)(_features(clips), mask=mask)
    return AttentionPooling("additive", units, name="attention")(states, mask=mask)


def _conv3d(clips: Any, mask: Any, units: int) -> Any:
    x = layers.Rescaling(SCALE)(clips)
    x = layers.Conv3D(FILTERS, 3, padding="same", activation="relu")(x)
    x = layers.MaxPooling3D((1, 2, 2))(Blank()([x, mask]))
    x = layers.Conv3D(2 * FILTERS, 3, padding="same", activation="relu")(x)
    return MaskedMean()([layers.TimeDistributed(layers.GlobalAveragePooling2D())(x), mask])


def _frames(clips: Any, mask: Any, units: int) -> Any:
    pooled = MaskedMean()([_features(clips), mask])
    return layers.Dense(units, activation="relu")(pooled)


def _blind_attention(clips: Any, mask: Any, units: int) -> Any:
    pooled = AttentionPooling("additive", units, name="attention")(_features(clips), mask=mask)
    return layers.Dense(units, activation="relu")(pooled)


def _pooled(clips: Any, mask: Any, units: int) -> Any:
    return layers.LSTM(units)(_features(clips, pool=clips.shape[2]), mask=mask)


def _strided(clips: Any, mask: Any, units: int) -> Any:
    return layers.LSTM(units)(_features(clips, pool=clips.shape[2], strides=2), mask=mask)


#: Clips and mask to one vector a clip.
KINDS: dict[str, Callable[[Any, Any, int], Any]] = {
    "lstm": _lstm,
    "attention": _attention,
    "conv3d": _conv3d,
    "frames": _frames,
    "blind attention": _blind_attention,
    "pooled": _pooled,
    "pooled, strided": _strided,
}
#: Those that cannot tell a clip from its reversal.
TRAPS = ("frames", "blind attention", "pooled")
