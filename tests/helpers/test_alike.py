import keras
import numpy as np
import pytest
from keras import layers

from helpers import alike


def network(units=4, **settings):
    gru = layers.GRU(units, **settings)
    return keras.Sequential([keras.Input((None, 3)), gru, layers.Dense(1)])


class Turned(keras.Model):
    """The same network, whose last layer is listed first."""

    def __init__(self):
        super().__init__()
        self.answer = layers.Dense(1)
        self.gru = layers.GRU(4)

    def call(self, x):
        return self.answer(self.gru(x))


@pytest.fixture
def probe():
    rng = np.random.default_rng(1)
    return rng.normal(0, 2, (16, 5, 3)).astype("float32"), np.ones((16, 1), "float32")


def test_weights_find_their_places_in_any_order(probe):
    x, y = probe
    one, other = network(), Turned()
    other(x)
    weights = alike.draw_weights(one, np.random.default_rng(0))
    alike.give(one, weights)
    alike.give(other, weights)
    np.testing.assert_allclose(one(x), other(x), atol=1e-5)
    assert alike.same_arrays(alike.train_once(one, x, y), alike.train_once(other, x, y))


def test_other_shapes_are_refused():
    with pytest.raises(ValueError, match="weights of shape"):
        alike.give(network(), network(units=5).get_weights())


@pytest.mark.parametrize(
    "settings",
    [
        {"dropout": 0.1},
        {"recurrent_dropout": 0.1},
        {"kernel_regularizer": "l2"},
        {"trainable": False},
    ],
)
def test_a_step_of_training_shows_what_answers_do_not(probe, settings):
    x, y = probe
    plain, other = network(), network(**settings)
    weights = alike.draw_weights(plain, np.random.default_rng(0))
    plain.set_weights(weights)
    alike.give(other, weights)
    np.testing.assert_allclose(plain(x), other(x), atol=1e-5)
    assert not alike.same_arrays(alike.train_once(other, x, y), alike.train_once(plain, x, y))


def test_arrays_are_told_apart_by_shape_number_and_value():
    ones = np.ones((2, 3))
    assert alike.same_arrays([ones, ones[0]], [ones[0], ones])
    assert not alike.same_arrays([ones], [ones, ones])
    assert not alike.same_arrays([ones, ones], [ones])
    assert not alike.same_arrays([ones], [ones + 1])


@pytest.mark.parametrize(
    "settings",
    [
        {"recurrent_initializer": "glorot_uniform"},
        {"kernel_initializer": "he_uniform"},
        {"bias_initializer": "ones"},
    ],
)
def test_another_start_is_noticed(settings):
    fresh = network().get_weights()
    assert alike.start_alike(network().get_weights(), fresh)
    assert not alike.start_alike(network(**settings).get_weights(), fresh)
