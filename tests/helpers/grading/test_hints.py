"""Today's names for those of Keras 2, each found in the error that the installed Keras raises."""

import importlib

import keras
import numpy as np
import pytest

from helpers.grading.hints import HINTS, hint

X, Y = np.ones((4, 3)), np.ones((4, 1))


def model():
    made = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    made.compile("sgd", "mse", metrics=["accuracy"])
    return made


def fetch(module, name):
    exec(f"from {module} import {name}", {})


@pytest.mark.parametrize(
    ("attempt", "name"),
    [
        (lambda: keras.optimizers.SGD(lr=0.01), "`learning_rate`"),
        (lambda: model().optimizer.lr, "`optimizer.learning_rate`"),
        (lambda: keras.layers.LSTM(3, input_length=4), "any length"),
        (lambda: keras.layers.LSTM(3, batch_input_shape=(1, 2, 3)), "`keras.Input(shape=...)`"),
        (lambda: model().fit(X, Y, verbose=0).history["acc"], "`accuracy`"),
        (lambda: model().fit(X, Y, verbose=0).history["val_acc"], "`val_accuracy`"),
        (lambda: model().save_weights("model_weights.h5"), "`.weights.h5`"),
        (
            lambda: keras.callbacks.ModelCheckpoint("x.h5", save_weights_only=True),
            "`.weights.h5`",
        ),
        (lambda: keras.callbacks.ModelCheckpoint("x"), "`.keras`"),
        (lambda: model().save("x"), "`.keras`"),
        (lambda: keras.preprocessing.text.Tokenizer, "`keras.layers.TextVectorization`"),
        (lambda: fetch("keras.preprocessing.text", "Tokenizer"), "TextVectorization"),
        (lambda: fetch("keras.preprocessing.sequence", "Tokenizer"), "TextVectorization"),
        (lambda: model().fit_generator(None), "`fit` takes generators"),
        (lambda: model().predict_generator(None), "`predict` takes generators"),
        (lambda: model().evaluate_generator(None), "`evaluate` takes generators"),
        (lambda: model().predict_classes(X), "`predict` gives"),
        (lambda: model().predict_proba(X), "`predict`"),
        (lambda: keras.utils.np_utils, "`to_categorical`"),
        (lambda: fetch("keras.utils", "np_utils"), "`to_categorical`"),
        (lambda: importlib.import_module("keras.utils.np_utils"), "`to_categorical`"),
        (lambda: importlib.import_module("keras.layers.recurrent"), "`keras.layers.LSTM`"),
        (lambda: importlib.import_module("keras.layers.embeddings"), "`keras.layers`"),
        (lambda: importlib.import_module("keras.layers.core"), "`keras.layers`"),
        (lambda: keras.layers.CuDNNLSTM, "`LSTM`"),
        (lambda: fetch("keras.layers", "CuDNNGRU"), "`GRU`"),
        (lambda: model().fit(X, Y, nb_epoch=3), "`epochs`"),
        (lambda: keras.layers.Dense(3, init="uniform"), "`kernel_initializer`"),
        (lambda: keras.Model(input=model().inputs, output=model().outputs), "`inputs`"),
        (lambda: keras.backend.mean(X), "`keras.ops`"),
        (lambda: keras.optimizers.adam(0.1), "`Adam`"),
        (lambda: model().layers[0].output_shape, "`layer.output.shape`"),
    ],
)
def test_the_error_of_an_old_name_tells_the_new_one(attempt, name):
    with pytest.raises(Exception) as caught:
        attempt()
    error = caught.value
    assert name in hint(f"{type(error).__name__}: {error}"), error


@pytest.mark.parametrize(
    "error", ["", "KeyError: 'loss'", "NameError: name 'lr' is not defined", "x" * 10**6]
)
def test_other_errors_have_no_hint(error):
    assert hint(error) == ""


def test_no_two_hints_are_the_same_pattern():
    assert len({pattern for pattern, _ in HINTS}) == len(HINTS)
