import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers
from numpy.testing import assert_allclose

from helpers.cells import SimpleRNN
from helpers.gradients import GradientMonitor, gradient_flow, spectral_radius, state_jacobian_norms


def compiled(*stack, loss="mse"):
    model = keras.Sequential([*stack])
    model.compile("sgd", loss)
    return model


def batch(timesteps=6, features=3, examples=4, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(examples, timesteps, features)), rng.normal(size=examples)


def naive_flow(model, x, y):
    """One forward and one backward pass for each timestep: the model restarted from that state."""
    rnn, head = model.layers
    norms = []
    for t in range(1, x.shape[1] + 1):
        states = rnn.cell.get_initial_state(batch_size=len(x))
        for s in range(t):
            h, states = rnn.cell(tf.constant(x[:, s], tf.float32), states)
        with tf.GradientTape() as tape:
            tape.watch(h)
            states = [h, *states[1:]]
            output = h
            for s in range(t, x.shape[1]):
                output, states = rnn.cell(tf.constant(x[:, s], tf.float32), states)
            loss = tf.reduce_sum((head(output)[:, 0] - tf.constant(y, tf.float32)) ** 2)
        norms.append(tf.reduce_mean(tf.norm(tape.gradient(loss, h), axis=-1)).numpy())
    return np.array(norms)


@pytest.mark.parametrize("layer", [layers.SimpleRNN, layers.GRU, layers.LSTM])
@pytest.mark.parametrize("seed", range(3))
def test_flow_equals_one_pass_per_timestep(layer, seed):
    keras.utils.set_random_seed(seed)
    x, y = batch(seed=seed)
    model = compiled(keras.Input((None, 3)), layer(5), layers.Dense(1))
    assert_allclose(gradient_flow(model, x, y), naive_flow(model, x, y), rtol=1e-4)


def test_flow_equals_our_own_backpropagation():
    x, y = batch(timesteps=30)
    rnn, head = layers.SimpleRNN(8), layers.Dense(1)
    model = compiled(keras.Input((None, 3)), rnn, head)
    cell = SimpleRNN.from_keras(rnn)
    states = cell.forward(x)
    grad_states = np.zeros_like(states)
    error = model.predict(x, verbose=0)[:, 0] - y
    grad_states[:, -1] = 2 * error[:, None] * head.kernel.numpy()[:, 0]
    expected = np.linalg.norm(cell.backward(x, states, grad_states).h, axis=-1).mean(axis=0)
    assert_allclose(gradient_flow(model, x, y), expected, rtol=1e-4)


def test_flow_does_not_change_the_model():
    x, y = batch()
    model = compiled(keras.Input((None, 3)), layers.LSTM(5), layers.Dense(1))
    before, weights = model.predict(x, verbose=0), model.get_weights()
    gradient_flow(model, x, y)
    assert_allclose(model.predict(x, verbose=0), before)
    assert not model.layers[0].unroll
    for old, new in zip(weights, model.get_weights(), strict=True):
        assert_allclose(old, new)


def test_flow_does_not_depend_on_how_often_an_example_is_in_the_batch():
    x, y = batch()
    model = compiled(keras.Input((None, 3)), layers.GRU(5), layers.Dense(1))
    twice = gradient_flow(model, np.repeat(x, 2, axis=0), np.repeat(y, 2))
    assert_allclose(twice, gradient_flow(model, x, y), rtol=1e-5)


def test_flow_through_words_masks_and_more_layers():
    ids = np.array([[0, 0, 3, 4], [1, 2, 3, 4]])
    model = compiled(
        keras.Input((None,)),
        layers.Embedding(9, 4, mask_zero=True),
        layers.Bidirectional(layers.LSTM(5, return_sequences=True)),
        layers.Dropout(0.5),
        layers.GRU(3),
        layers.Dense(1, activation="sigmoid"),
        loss="binary_crossentropy",
    )
    flow = gradient_flow(model, ids, np.array([0, 1]))
    assert flow.shape == (4,)
    assert (flow > 0).all()
    padded = gradient_flow(model, ids[:1], np.array([0]))
    assert_allclose(padded[:2], 0)
    assert (padded[2:] > 0).all()


def test_tiny_flows_are_not_rounded_to_zero():
    x, y = batch(timesteps=45)
    model = compiled(
        keras.Input((None, 3)), layers.SimpleRNN(8, activation="sigmoid"), layers.Dense(1)
    )
    assert 0 < gradient_flow(model, x, y)[0] < 1e-25


def test_flow_of_a_backward_layer_is_in_the_order_of_the_input():
    x, y = batch(timesteps=20)
    model = compiled(
        keras.Input((None, 3)), layers.SimpleRNN(8, go_backwards=True), layers.Dense(1)
    )
    flow = gradient_flow(model, x, y)
    assert flow[0] > flow[-1]


def test_bad_input_is_named():
    x, y = batch()
    model = compiled(keras.Input((None, 3)), layers.SimpleRNN(4), layers.Dense(1))
    with pytest.raises(ValueError, match="no recurrent layer, only: Flatten, Dense"):
        gradient_flow(compiled(keras.Input((6, 3)), layers.Flatten(), layers.Dense(1)), x, y)
    with pytest.raises(ValueError, match="model has no loss"):
        gradient_flow(keras.Sequential([keras.Input((None, 3)), layers.SimpleRNN(4)]), x, y)
    with pytest.raises(ValueError, match=r"x has shape \(4, 6, 2\), expected \(None, None, 3\)"):
        gradient_flow(model, x[..., :2], y)
    with pytest.raises(ValueError, match=r"x has shape \(4, 6\)"):
        gradient_flow(model, x[..., 0], y)
    with pytest.raises(ValueError, match=r"x has shape \(0, 6, 3\)"):
        gradient_flow(model, x[:0], y[:0])
    with pytest.raises(ValueError, match="y has shape"):
        gradient_flow(model, x, y[:-1])
    with pytest.raises(ValueError, match="x has values that are not finite"):
        gradient_flow(model, np.where(x > 0, np.nan, x), y)
    with pytest.raises(ValueError, match="y has values that are not finite"):
        gradient_flow(model, x, y * np.inf)
    with pytest.raises(ValueError, match="x has values that are not finite numbers"):
        gradient_flow(model, x.astype(str), y)


@given(st.integers(2, 6), st.integers(1, 12), st.integers(0, 1000))
def test_jacobian_norms_of_a_linear_cell_are_norms_of_powers(units, timesteps, seed):
    rng = np.random.default_rng(seed)
    W = rng.normal(size=(units, units)) / np.sqrt(units)
    cell = SimpleRNN(rng.normal(size=(2, units)), W, np.zeros(units), "linear")
    expected = [np.linalg.norm(np.linalg.matrix_power(W, k), 2) for k in range(timesteps)]
    got = state_jacobian_norms(cell, rng.normal(size=(3, timesteps, 2)))
    assert_allclose(got, expected, rtol=1e-6, atol=1e-12)


@given(st.integers(1, 6), st.integers(0, 1000))
def test_jacobian_norms_never_exceed_the_product_of_the_one_step_bounds(units, seed):
    rng = np.random.default_rng(seed)
    cell = SimpleRNN(rng.normal(size=(2, units)), rng.normal(size=(units, units)), np.ones(units))
    norms = state_jacobian_norms(cell, rng.normal(size=(3, 9, 2)))
    bound = np.linalg.norm(cell.W_hh, 2) ** np.arange(9)  # tanh' is at most 1
    assert (norms <= bound * (1 + 1e-9)).all()


@given(st.integers(1, 8), st.floats(0.1, 3), st.integers(0, 1000))
def test_spectral_radius_scales_and_survives_a_change_of_basis(units, gain, seed):
    rng = np.random.default_rng(seed)
    W, basis = rng.normal(size=(units, units)), np.linalg.qr(rng.normal(size=(units, units)))[0]
    assert spectral_radius(gain * W) == pytest.approx(gain * spectral_radius(W))
    assert spectral_radius(basis @ W @ basis.T) == pytest.approx(spectral_radius(W), rel=1e-6)
    assert spectral_radius(gain * basis) == pytest.approx(gain)


@pytest.mark.parametrize("bad", [np.ones((2, 3)), np.ones(4), np.array([[np.nan]])])
def test_spectral_radius_names_a_bad_matrix(bad):
    with pytest.raises(ValueError, match="^W has"):
        spectral_radius(bad)


@settings(max_examples=5)
@given(st.sampled_from([{}, {"clipvalue": 0.01}, {"global_clipnorm": 0.1}]), st.integers(0, 99))
def test_monitor_sees_the_gradients_before_clipping_and_changes_nothing(clip, seed):
    x, y = batch(examples=32)
    x, y = x.astype("float32"), y.astype("float32")

    def train(callbacks):
        keras.utils.set_random_seed(seed)
        model = keras.Sequential([keras.Input((None, 3)), layers.SimpleRNN(4), layers.Dense(1)])
        model.compile(keras.optimizers.SGD(0.1, **clip), "mse")
        initial = model.get_weights()
        model.fit(x, y, batch_size=8, epochs=2, shuffle=False, verbose=0, callbacks=callbacks)
        return model, initial

    monitor = GradientMonitor()
    model, initial = train([monitor])
    other, _ = train([])
    for with_monitor, without in zip(model.get_weights(), other.get_weights(), strict=True):
        assert_allclose(with_monitor, without, rtol=1e-6)
    assert monitor.names == [v.path for v in model.trainable_variables]
    assert monitor.norms.shape == (8, 5)

    model.set_weights(initial)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((model(x[:8])[:, 0] - y[:8]) ** 2)
    expected = [tf.norm(g) for g in tape.gradient(loss, model.trainable_variables)]
    assert_allclose(monitor.norms[0], expected, rtol=1e-4)
    assert monitor.global_norms[0] == pytest.approx(np.linalg.norm(expected), rel=1e-4)


def test_monitor_records_a_second_training_too():
    x, y = batch(examples=8)
    model = compiled(keras.Input((None, 3)), layers.SimpleRNN(4), layers.Dense(1))
    model.fit(x, y, verbose=0)
    monitor = GradientMonitor()
    model.fit(x, y, verbose=0, callbacks=[monitor])
    model.fit(x, y, verbose=0, callbacks=[monitor])
    assert len(monitor.norms) == 2
    model.fit(x, y, verbose=0)
    assert len(monitor.norms) == 2


def test_monitor_is_empty_before_training_and_refuses_to_lose_steps():
    assert GradientMonitor().norms.size == 0
    x, y = batch()
    model = keras.Sequential([keras.Input((None, 3)), layers.SimpleRNN(4), layers.Dense(1)])
    model.compile("sgd", "mse", steps_per_execution=2)
    with pytest.raises(ValueError, match="steps_per_execution=1"):
        model.fit(x, y, verbose=0, callbacks=[GradientMonitor()])
