"""Networks rebuilt from a stranger's description: nothing else, and within limits."""

import json
import time

import keras
import numpy as np
import pytest

from helpers.grading import building
from helpers.grading.networks import describe, rebuild
from helpers.models.tagger import Spelling


def functional():
    inputs = keras.Input((4,))
    steps = keras.ops.reshape(inputs + 1, (-1, 4, 1))
    hidden = keras.layers.Bidirectional(keras.layers.LSTM(3, kernel_constraint="max_norm"))(steps)
    outputs = keras.layers.Dense(2, activation=keras.activations.gelu)(keras.ops.tanh(hidden))
    model = keras.Model(inputs, outputs)
    rate = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
    model.compile(keras.optimizers.SGD(rate), keras.losses.Huber(), metrics=["mae"])
    return model


def test_a_network_of_layers_and_operations_comes_back():
    model = functional()
    copy = rebuild(*describe(model))
    x = np.random.default_rng(0).normal(size=(5, 4))
    np.testing.assert_allclose(copy.predict(x, verbose=0), model.predict(x, verbose=0), rtol=1e-5)


@pytest.mark.parametrize(
    "part",
    [keras.losses.Huber(0.5), keras.initializers.Orthogonal(2.0), keras.regularizers.L2(0.1)],
    ids=lambda part: type(part).__name__,
)
def test_a_part_of_a_network_comes_back(part):
    assert rebuild(*describe(part)).get_config() == part.get_config()


def described(name, inside, module, **others):
    return json.dumps({"class_name": name, "config": inside, "module": module, **others})


@pytest.mark.parametrize(
    "config",
    [
        described("function", "get_file", "keras.utils"),
        described("function", "utils.get_file", "keras"),
        described("function", "relu", "keras.activations"),
        described("relu", {}, "keras.activations"),
        described("utils.get_file", {}, "keras"),
        described("Dense", {"units": 2}, "keras.layers"),
        described("FeatureSpace", {}, "keras.utils"),
        described("Huber", {}, "os"),
        described(["Huber"], {}, "keras.losses"),
        described("__tensor__", {"value": 42, "dtype": "int32"}, None),
        described("__lambda__", {"value": "x"}, None),
        json.dumps([json.loads(described("Huber", {}, "keras.losses"))]),
        json.dumps({"loss": json.loads(described("Huber", {}, "keras.losses"))}),
        "[" * 5000 + "]" * 5000,
        "42",
    ],
)
def test_anything_else_is_refused(config):
    for tag, content in (("keras", config), ("optimizer", [config, []])):
        with pytest.raises((TypeError, ValueError, RecursionError)):
            rebuild(tag, content)
    with pytest.raises((TypeError, ValueError, RecursionError)):
        rebuild("model", [config, [], []])


def test_a_class_of_the_course_is_known_by_its_registered_name():
    model = keras.Sequential([keras.Input((4, 5), dtype="int32"), Spelling(30)])
    copy = rebuild(*describe(model))
    assert "course>Spelling" in describe(model)[1][0] and type(copy.layers[0]) is Spelling


def test_what_takes_too_much_memory_is_an_error(monkeypatch):
    monkeypatch.setattr(building, "MEMORY", 200_000_000)
    with pytest.raises(MemoryError), building.bounded():
        np.empty(100_000_000)
    assert np.empty(100_000_000).size  # the limit is gone


def test_what_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(building, "SECONDS", 0.1)
    with pytest.raises(building.TooMuch), building.bounded():
        while True:
            pass
    end = time.process_time() + 0.3
    while time.process_time() < end:
        pass  # the clock has stopped
