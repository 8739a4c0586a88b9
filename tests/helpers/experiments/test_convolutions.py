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


class Clock:
    """Stands in for the module `time`: a hundredth of a second passes between two looks at it."""

    now = 0.0

    def process_time(self):
        self.now += 0.01
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(convolutions, "time", clock)
    return clock


def test_it_looks_when_the_time_has_come_and_ends_with_the_last_look(clock):
    found = convolutions.race(
        {"line": classifier}, line(256, 0), line(500, 1), seconds=(0.3, 1.5), seeds=iter(range(2))
    )
    accuracy, steps = (np.array(found["line"][key]) for key in ("accuracy", "steps"))
    assert accuracy.shape == (2, 2)
    np.testing.assert_allclose(steps, [[30, 150]] * 2, atol=1)
    assert accuracy[:, 1].min() > 0.9


def test_building_counts_and_looking_does_not(clock):
    def slow():
        clock.now += 1.0
        model = classifier()
        predict = model.predict

        def late(*args, **options):
            clock.now += 7.0
            return predict(*args, **options)

        model.predict = late
        return model

    train, held_out = line(64, 0), line(10, 1)
    found = convolutions.race({"slow": slow}, train, held_out, seconds=(0.5, 1.5), seeds=[0])
    ((first, last),) = found["slow"]["steps"]
    assert first == 1
    assert last == pytest.approx(50, abs=2)


@pytest.mark.parametrize("seconds", [(), (3, 1)])
def test_moments_that_are_no_moments_are_refused(seconds):
    with pytest.raises(ValueError, match="expected one or more, ascending"):
        convolutions.race({}, line(2, 0), line(2, 1), seconds=seconds, seeds=[0])


def test_every_racer_answers():
    for name, build in convolutions.racers(30).items():
        answers = np.asarray(build()(np.ones((2, 6), "int32")))
        assert answers.shape == (2, 1), name
