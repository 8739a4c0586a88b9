"""GRU and LSTM against Keras and finite differences."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from helpers.cells import GRU, LSTM

sizes = st.tuples(*(st.integers(1, n) for n in (4, 7, 3, 6)))  # batch, timesteps, features, units
kinds = st.sampled_from(["LSTM", "GRU", "GRU, reset before"])
seeds = st.integers(0, 2**31)


def random_cell(kind, features, units, rng):
    blocks = 4 if kind == "LSTM" else 3
    W_xh = rng.normal(size=(features, blocks * units))
    W_hh = rng.normal(scale=1 / np.sqrt(units), size=(units, blocks * units))
    if kind == "LSTM":
        return LSTM(W_xh, W_hh, rng.normal(size=blocks * units))
    after = kind == "GRU"
    b = rng.normal(size=(2, blocks * units) if after else blocks * units)
    return GRU(W_xh, W_hh, b, reset_after=after)


def keras_layer(cell):
    options = {"return_sequences": True, "return_state": True}
    units = len(cell.W_hh)
    if isinstance(cell, GRU):
        layer = keras.layers.GRU(units, reset_after=cell.reset_after, **options)
    else:
        layer = keras.layers.LSTM(units, **options)
    layer.build((None, None, len(cell.W_xh)))
    layer.set_weights([cell.W_xh, cell.W_hh, cell.b])
    return layer


def random_start(cell, batch, rng):
    shape = (batch, len(cell.W_hh))
    return {name: rng.normal(size=shape) for name in ("h_0", "c_0")[: 1 + isinstance(cell, LSTM)]}


def random_mask(masked, shape, rng):
    if not masked:
        return None
    mask = rng.random(shape) < 0.7
    mask[:, 0] = True  # before its first step Keras outputs zeros, whatever the initial state
    return mask


@settings(max_examples=40)
@given(sizes, kinds, st.booleans(), seeds)
def test_forward_equals_keras(size, kind, masked, seed):
    batch, timesteps, features, units = size
    rng = np.random.default_rng(seed)
    cell = random_cell(kind, features, units, rng)
    x = rng.normal(size=(batch, timesteps, features))
    start, mask = random_start(cell, batch, rng), random_mask(masked, (batch, timesteps), rng)
    expected, *last = keras_layer(cell)(
        x.astype("float32"),
        initial_state=[value.astype("float32") for value in start.values()],
        mask=None if mask is None else tf.constant(mask),
    )
    states = cell.forward(x, **start, mask=mask)
    assert {part.shape for part in states} == {(batch, timesteps, units)}
    assert_allclose(states.h, expected, rtol=1e-5, atol=1e-5)
    assert_allclose(states.h[:, -1], last[0], rtol=1e-5, atol=1e-5)
    if kind == "LSTM":
        assert_allclose(states.c[:, -1], last[1], rtol=1e-5, atol=1e-5)


@settings(max_examples=60)
@given(sizes, kinds, st.booleans(), seeds)
def test_backward_equals_finite_differences(size, kind, masked, seed):
    batch, timesteps, features, units = size
    rng = np.random.default_rng(seed)
    cell = random_cell(kind, features, units, rng)
    x = rng.normal(size=(batch, timesteps, features))
    start, mask = random_start(cell, batch, rng), random_mask(masked, (batch, timesteps), rng)
    weights_of_loss = rng.normal(size=(batch, timesteps, units))
    states = cell.forward(x, **start, mask=mask)
    gradients = cell.backward(x, states, weights_of_loss, **start, mask=mask)
    options = {"reset_after": cell.reset_after} if isinstance(cell, GRU) else {}

    def loss(W_xh, W_hh, b, x, **start):
        moved = type(cell)(W_xh, W_hh, b, **options)
        return (weights_of_loss * moved.forward(x, **start, mask=mask).h).sum()

    arguments = {"W_xh": cell.W_xh, "W_hh": cell.W_hh, "b": cell.b, "x": x, **start}
    for name, value in arguments.items():
        direction = rng.normal(size=value.shape)
        step = 1e-6
        ahead = loss(**(arguments | {name: value + step * direction}))
        behind = loss(**(arguments | {name: value - step * direction}))
        got = getattr(gradients, name)
        assert got.shape == value.shape
        expected = (ahead - behind) / (2 * step)
        assert_allclose((got * direction).sum(), expected, rtol=1e-5, atol=1e-5, err_msg=name)


@settings(max_examples=25)
@given(sizes, kinds, st.booleans(), seeds)
def test_backward_equals_tensorflow(size, kind, masked, seed):
    batch, timesteps, features, units = size
    rng = np.random.default_rng(seed)
    cell = random_cell(kind, features, units, rng)
    x = rng.normal(size=(batch, timesteps, features)).astype("float32")
    mask = random_mask(masked, (batch, timesteps), rng)
    weights_of_loss = rng.normal(size=(batch, timesteps, units)).astype("float32")
    layer, inputs = keras_layer(cell), tf.Variable(x)
    with tf.GradientTape() as tape:
        states, *_ = layer(inputs, mask=None if mask is None else tf.constant(mask))
        loss = tf.reduce_sum(weights_of_loss * states)
    *expected, expected_x = tape.gradient(loss, [*layer.trainable_variables, inputs])
    got = cell.backward(x, cell.forward(x, mask=mask), weights_of_loss, mask=mask)
    for name, gradient in zip(("W_xh", "W_hh", "b", "x"), [*expected, expected_x], strict=True):
        assert_allclose(getattr(got, name), gradient, rtol=2e-4, atol=2e-4, err_msg=name)


@given(sizes, seeds)
def test_an_open_forget_gate_is_a_carousel(size, seed):
    """With f = 1 and i = 0 the cell state is carried unchanged, and so is its gradient."""
    batch, timesteps, features, units = size
    rng = np.random.default_rng(seed)
    wide = np.repeat([-50.0, 50.0, 0.0, 50.0], units)
    cell = LSTM(np.zeros((features, 4 * units)), np.zeros((units, 4 * units)), wide)
    x, c_0 = rng.normal(size=(batch, timesteps, features)), rng.normal(size=(batch, units))
    states = cell.forward(x, c_0=c_0)
    assert_allclose(states.c, np.repeat(c_0[:, None], timesteps, axis=1))
    only_last = np.zeros_like(states.h)
    only_last[:, -1] = 1.0
    dc = cell.backward(x, states, only_last, c_0=c_0).c
    assert_allclose(dc, np.repeat(dc[:, -1:], timesteps, axis=1))


@pytest.mark.parametrize("use_bias", [True, False])
@pytest.mark.parametrize(
    "make",
    [
        lambda **options: keras.layers.LSTM(5, **options),
        lambda **options: keras.layers.GRU(5, **options),
        lambda **options: keras.layers.GRU(5, reset_after=False, **options),
    ],
)
def test_from_keras_takes_the_weights(make, use_bias):
    layer = make(use_bias=use_bias)
    x = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")
    last = layer(x)
    cell = (LSTM if isinstance(layer, keras.layers.LSTM) else GRU).from_keras(layer)
    assert_allclose(cell.forward(x).h[:, -1], last, atol=1e-6)


@pytest.mark.parametrize(("cell", "layer"), [(LSTM, keras.layers.LSTM), (GRU, keras.layers.GRU)])
def test_a_layer_of_other_activations_is_refused(cell, layer):
    with pytest.raises(ValueError, match=r"activations are \('relu', 'sigmoid'\)"):
        cell.from_keras(layer(4, activation="relu"))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LSTM(np.ones((3, 16)), np.ones((4, 12)), np.ones(16)), "W_hh has shape"),
        (lambda: LSTM(np.ones((3, 12)), np.ones((4, 16)), np.ones(16)), "W_xh has shape"),
        (lambda: LSTM(np.ones((3, 16)), np.ones((4, 16)), np.ones(4)), r"expected \(16,\)"),
        (lambda: GRU(np.ones((3, 12)), np.ones((4, 12)), np.ones(12)), r"expected \(2, 12\)"),
        (lambda: GRU(np.ones((3, 12)), np.ones((4, 12)), np.ones((2, 12)), False), r"b has shape"),
    ],
)
def test_weights_that_do_not_fit_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_arguments_that_do_not_fit_are_named(kind):
    cell = random_cell(kind, 3, 4, np.random.default_rng(0))
    x = np.ones((2, 5, 3))
    with pytest.raises(ValueError, match=r"x has shape \(2, 5\)"):
        cell.forward(x[..., 0])
    with pytest.raises(ValueError, match=r"h_0 has shape \(4,\)"):
        cell.forward(x, h_0=np.ones(4))
    with pytest.raises(ValueError, match="grad_states has shape"):
        cell.backward(x, cell.forward(x), np.ones((2, 4)))
