import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from helpers.cells import ACTIVATIONS, SimpleRNN

sizes = st.tuples(*(st.integers(1, n) for n in (4, 7, 3, 6)))  # batch, timesteps, features, units
smooth = st.sampled_from(["tanh", "sigmoid", "linear"])
seeds = st.integers(0, 2**31)


def random_cell(features, units, activation, rng):
    W_hh = rng.normal(scale=0.7 / np.sqrt(units), size=(units, units))
    W_xh = rng.normal(size=(features, units))
    return SimpleRNN(W_xh, W_hh, rng.normal(size=units), activation)


def keras_layer(cell):
    layer = keras.layers.SimpleRNN(
        len(cell.b), activation=cell.activation, return_sequences=True, dtype="float32"
    )
    layer.build((None, None, len(cell.W_xh)))
    layer.set_weights([cell.W_xh, cell.W_hh, cell.b])
    return layer


def random_mask(shape, rng):
    mask = rng.random(shape) < 0.7
    mask[:, 0] = True  # before its first step Keras outputs zeros, whatever the initial state
    return mask


@settings(max_examples=25)
@given(sizes, st.sampled_from([*ACTIVATIONS]), st.booleans(), seeds)
def test_forward_equals_keras(size, activation, masked, seed):
    batch, timesteps, features, units = size
    rng = np.random.default_rng(seed)
    cell = random_cell(features, units, activation, rng)
    x, h_0 = rng.normal(size=(batch, timesteps, features)), rng.normal(size=(batch, units))
    mask = random_mask((batch, timesteps), rng) if masked else None
    expected = keras_layer(cell)(
        x.astype("float32"),
        initial_state=h_0.astype("float32"),
        mask=None if mask is None else tf.constant(mask),
    )
    states = cell.forward(x, h_0=h_0, mask=mask)
    assert states.shape == (batch, timesteps, units)
    assert_allclose(states, expected, rtol=1e-5, atol=1e-5)


@settings(max_examples=30)
@given(sizes, smooth, st.booleans(), seeds)
def test_backward_equals_finite_differences(size, activation, masked, seed):
    batch, timesteps, features, units = size
    rng = np.random.default_rng(seed)
    cell = random_cell(features, units, activation, rng)
    x, h_0 = rng.normal(size=(batch, timesteps, features)), rng.normal(size=(batch, units))
    mask = random_mask((batch, timesteps), rng) if masked else None
    weights_of_loss = rng.normal(size=(batch, timesteps, units))
    gradients = cell.backward(
        x, cell.forward(x, h_0=h_0, mask=mask), weights_of_loss, h_0=h_0, mask=mask
    )

    def loss(W_xh, W_hh, b, x, h_0):
        states = SimpleRNN(W_xh, W_hh, b, activation).forward(x, h_0=h_0, mask=mask)
        return (weights_of_loss * states).sum()

    arguments = {"W_xh": cell.W_xh, "W_hh": cell.W_hh, "b": cell.b, "x": x, "h_0": h_0}
    for name, value in arguments.items():
        direction = rng.normal(size=value.shape)
        step = 1e-6
        ahead = loss(**(arguments | {name: value + step * direction}))
        behind = loss(**(arguments | {name: value - step * direction}))
        expected = (ahead - behind) / (2 * step)
        got = (getattr(gradients, name) * direction).sum()
        assert_allclose(got, expected, rtol=1e-5, atol=1e-5, err_msg=name)


@settings(max_examples=15)
@given(sizes, st.sampled_from([*ACTIVATIONS]), st.booleans(), seeds)
def test_backward_equals_tensorflow(size, activation, masked, seed):
    batch, timesteps, features, units = size
    rng = np.random.default_rng(seed)
    cell = random_cell(features, units, activation, rng)
    x = rng.normal(size=(batch, timesteps, features)).astype("float32")
    mask = random_mask((batch, timesteps), rng) if masked else None
    weights_of_loss = rng.normal(size=(batch, timesteps, units)).astype("float32")
    layer, inputs = keras_layer(cell), tf.Variable(x)
    with tf.GradientTape() as tape:
        states = layer(inputs, mask=None if mask is None else tf.constant(mask))
        loss = tf.reduce_sum(weights_of_loss * states)
    *expected, expected_x = tape.gradient(loss, [*layer.trainable_variables, inputs])
    got = cell.backward(x, cell.forward(x, mask=mask), weights_of_loss, mask=mask)
    for name, gradient in zip(("W_xh", "W_hh", "b", "x"), [*expected, expected_x], strict=True):
        assert_allclose(getattr(got, name), gradient, rtol=2e-4, atol=2e-4, err_msg=name)


@given(sizes, smooth, seeds)
def test_jacobians_carry_the_gradient_one_step_back(size, activation, seed):
    batch, timesteps, features, units = size
    rng = np.random.default_rng(seed)
    cell = random_cell(features, units, activation, rng)
    states = cell.forward(rng.normal(size=(batch, timesteps, features)))
    x = np.zeros((batch, timesteps, features))
    only_last = np.zeros_like(states)
    only_last[:, -1] = rng.normal(size=(batch, units))
    h = cell.backward(x, states, only_last).h
    for t in range(1, timesteps):
        carried = np.einsum("bij,bj->bi", cell.jacobians(states)[:, t], h[:, t])
        assert_allclose(h[:, t - 1], carried, atol=1e-12)


@given(sizes, smooth, seeds)
def test_a_sequence_may_be_read_in_two_parts(size, activation, seed):
    batch, timesteps, features, units = size
    rng = np.random.default_rng(seed)
    cell = random_cell(features, units, activation, rng)
    x = rng.normal(size=(batch, timesteps + 1, features))
    first = cell.forward(x[:, :1])
    rest = cell.forward(x[:, 1:], h_0=first[:, -1])
    assert_allclose(np.concatenate([first, rest], axis=1), cell.forward(x), atol=1e-12)


@pytest.mark.parametrize("use_bias", [True, False])
def test_from_keras_takes_weights_and_activation(use_bias):
    layer = keras.layers.SimpleRNN(5, activation="relu", use_bias=use_bias)
    x = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")
    last = layer(x)
    cell = SimpleRNN.from_keras(layer)
    assert cell.activation == "relu"
    assert_allclose(cell.forward(x)[:, -1], last, atol=1e-6)


good = {"W_xh": np.ones((3, 4)), "W_hh": np.ones((4, 4)), "b": np.ones(4)}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"W_hh": np.ones((4, 5))}, r"W_hh has shape \(4, 5\)"),
        ({"W_xh": np.ones((3, 2))}, r"W_xh has shape \(3, 2\), expected \(features, 4\)"),
        ({"b": np.ones(2)}, r"b has shape \(2,\), expected \(4,\)"),
        ({"activation": "softplus"}, "activation is 'softplus'"),
    ],
)
def test_weights_that_do_not_fit_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        SimpleRNN(**(good | change))


def test_arguments_that_do_not_fit_are_named():
    cell = SimpleRNN(**good)
    x = np.ones((2, 5, 3))
    with pytest.raises(ValueError, match=r"x has shape \(2, 5\)"):
        cell.forward(x[..., 0])
    with pytest.raises(ValueError, match="timesteps > 0"):
        cell.forward(x[:, :0])
    with pytest.raises(ValueError, match=r"h_0 has shape \(4,\)"):
        cell.forward(x, h_0=np.ones(4))
    with pytest.raises(ValueError, match="grad_states has shape"):
        cell.backward(x, cell.forward(x), np.ones((2, 4)))
