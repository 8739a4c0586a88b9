"""What a model does tells its optimizer, and looking at it leaves it as it was."""

import keras
import numpy as np
import pytest

from helpers.behaviour import predictions, step, weights

X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
FAR, NEAR = np.full((8, 1), 1000.0), np.full((8, 1), 0.01)


class Own(keras.Model):
    """A network as a class, which has no weights before it is called."""

    def __init__(self):
        super().__init__()
        self.out = keras.layers.Dense(1)

    def call(self, inputs):
        return self.out(inputs)


def network(own=False, **how):
    keras.utils.set_random_seed(1)
    model = Own() if own else keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1, **how), "mse")
    return model


def moved(model, y=FAR, steps=1):
    before, after = step(model, X, y, steps)
    return [new - old for old, new in zip(before, after, strict=True)]


@pytest.mark.parametrize("own", [False, True])
def test_a_step_tells_how_gradients_are_clipped(own):
    by_value = moved(network(own, clipvalue=3.0))
    assert all(np.allclose(np.abs(part), 0.3, atol=1e-5) for part in by_value)
    by_norm = np.concatenate([part.ravel() for part in moved(network(own, global_clipnorm=3.0))])
    assert np.isclose(np.linalg.norm(by_norm), 0.3, atol=1e-5)
    for mine, plain in zip(
        moved(network(own, clipvalue=3.0), NEAR), moved(network(own), NEAR), strict=True
    ):
        assert np.allclose(mine, plain, atol=1e-6)  # small gradients are not clipped


@pytest.mark.parametrize(
    ("how", "times"),
    [
        ({}, 2.0),
        ({"momentum": 0.9}, 2.9),
        ({"momentum": 0.9, "nesterov": True}, 1.9 + 1 + 0.9 * 1.9),
    ],
)
def test_two_steps_tell_momentum(how, times):
    for part in moved(network(clipvalue=3.0, **how), steps=2):
        assert np.allclose(np.abs(part), 0.3 * times, atol=1e-5)


@pytest.mark.parametrize("trained", [False, True])
@pytest.mark.parametrize("how", ["sgd", "adam"])
def test_the_model_is_put_back(how, trained):
    model, other = network(), network()
    for one in (model, other):
        one.compile(how, "mse")
        if trained:
            one.fit(X, FAR, epochs=3, verbose=0)
    step(model, X, NEAR, 3)
    assert int(model.optimizer.iterations) == int(other.optimizer.iterations)
    for one in (model, other):
        one.fit(X, FAR, epochs=2, verbose=0)
    assert all(map(np.array_equal, weights(model), weights(other)))


def test_what_was_gathered_before_can_be_kept():
    model = network(momentum=0.9, clipvalue=3.0)
    model.fit(X, FAR, verbose=0)
    before, after = step(model, X, FAR, fresh=False)
    assert np.allclose(np.abs(after[0] - before[0]), 0.57, atol=1e-5)


def test_a_model_that_stops_midway_is_left_as_it_was():
    model = network()
    kept, train = weights(model), model.train_on_batch

    def once(x, y):
        train(x, y)
        raise ValueError("no more")

    model.train_on_batch = once
    with pytest.raises(ValueError, match="no more"):
        step(model, X, FAR, 2)
    assert all(map(np.array_equal, kept, weights(model)))


def test_frozen_weights_stay():
    model = network()
    model.layers[-1].trainable = False
    assert not any(part.any() for part in moved(model))


def test_predictions_and_weights_are_arrays_of_ones_own():
    model = network()
    kernel, bias = weights(model)
    assert np.allclose(predictions(model, X), X @ kernel + bias, atol=1e-6)
    kernel[...] = 0
    assert model.get_weights()[0].any()
