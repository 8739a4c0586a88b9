import keras
import numpy as np

from helpers import models


def traces_of(model, x, y):
    seen, step = [], model.train_step

    def counting(data):
        seen.append(data)
        return step(data)

    model.train_step = counting
    model.fit(x, y, batch_size=4, verbose=0)
    return len(seen)


def classifier():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def test_a_prepared_model_is_traced_once():
    x, y = np.ones((8, 2), "float32"), np.array([0, 1, 2, 2] * 2)
    assert traces_of(classifier(), x, y) == 2, "so there is nothing left to save"
    assert traces_of(models.prepare(classifier(), y), x, y) == 1
    yes_or_no = models.build_recurrent("GRU", 1, 4)
    assert traces_of(yes_or_no, x[..., None], y == 0) == 1


def test_preparing_changes_no_number():
    x, y = np.random.default_rng(0).normal(size=(8, 2)), np.array([0, 1, 2, 2] * 2)
    fits = []
    for prepare in (lambda model, y: model, models.prepare):
        keras.utils.set_random_seed(0)
        fits.append(prepare(classifier(), y).fit(x, y, epochs=2, verbose=0).history)
    assert fits[0] == fits[1]
