import time

import keras
import numpy as np
import pytest
from keras import layers

from helpers.experiments import convolutions


def line(n, seed):
    x = np.random.default_rng(seed).normal(size=(n, 3)).astype("float32")
    return x, (x @ [1.0, -2.0, 0.5] > 0).astype("int32")


def classifier():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.Adam(0.05), "binary_crossentropy", metrics=["accuracy"])
    return model


def test_it_looks_when_the_time_has_come_and_ends_with_the_last_look():
    found = convolutions.race(
        {"line": classifier}, line(256, 0), line(500, 1), seconds=(0.3, 1.5), seeds=iter(range(2))
    )
    accuracy, steps = (np.array(found["line"][key]) for key in ("accuracy", "steps"))
    assert accuracy.shape == steps.shape == (2, 2)
    assert (steps[:, 0] <= steps[:, 1]).all() and steps.min() >= 1
    assert accuracy[:, 1].min() > 0.9


def test_building_counts_and_looking_does_not():
    def slow():
        end = time.process_time() + 1.0
        while time.process_time() < end:
            pass
        return classifier()

    found = convolutions.race({"slow": slow}, line(64, 0), line(10, 1), seconds=(0.5,), seeds=[0])
    assert found["slow"]["steps"] == [[1.0]]


@pytest.mark.parametrize("seconds", [(), (3, 1)])
def test_moments_that_are_no_moments_are_refused(seconds):
    with pytest.raises(ValueError, match="expected one or more, ascending"):
        convolutions.race({}, line(2, 0), line(2, 1), seconds=seconds, seeds=[0])


def test_every_racer_answers():
    for name, build in convolutions.racers(30).items():
        answers = np.asarray(build()(np.ones((2, 6), "int32")))
        assert answers.shape == (2, 1), name
