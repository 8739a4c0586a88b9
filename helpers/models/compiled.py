"""What makes a network ready to fit, whatever is in it."""

from __future__ import annotations

import keras
import numpy as np
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
