"""What makes a network ready to fit, or to be asked often, whatever is in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers


def answer_yes_or_no(model: keras.Sequential, learning_rate: float) -> keras.Model:
    """End a network with one sigmoid, and compile it for labels of zero and one."""
    model.add(layers.Dense(1, activation="sigmoid"))
    optimizer = keras.optimizers.Adam(learning_rate)
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"])
    return prepare(model)


def prepare(model: keras.Model, labels: np.ndarray | None = None) -> keras.Model:
    """Create now what training keeps besides the weights: the optimizer's moments, the totals.

    TensorFlow traces a function once more if its first trace made a variable, so this saves half
    of the time before the first step, and changes no number.

    Parameters
    ----------
    model : keras.Model
        Built and compiled.
    labels : array, optional
        Such as it will be trained on; like its answers unless given.

    Returns
    -------
    keras.Model
        The same.
    """
    model.optimizer.build(model.trainable_variables)
    answers = np.zeros([size or 1 for size in model.output_shape], "float32")
    model.compute_metrics(None, answers if labels is None else labels[:1], answers)
    model.reset_metrics()
    return model


def as_graph(model: keras.Model) -> Callable[..., Any]:
    """The model as a graph that is traced once, whatever the sizes: a call costs a tenth."""
    signature: Any = [tf.TensorSpec(part.shape, part.dtype) for part in model.inputs]
    if len(signature) > 1:  # several inputs are one argument, a list
        signature = [signature]
    return tf.function(model, input_signature=signature)
