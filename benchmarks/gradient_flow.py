"""Time `gradient_flow` against one backward pass per timestep; both must give the same numbers."""

import time

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from helpers.gradients import gradient_flow


def one_pass_per_timestep(model, x, y):
    """What one writes first: run the network once, then ask for one state after the other."""
    cell, head = model.layers[0].cell, model.layers[1]
    x, y = tf.constant(x, tf.float32), tf.constant(y[:, None], tf.float32)
    hidden, states = [], cell.get_initial_state(batch_size=len(x))
    with tf.GradientTape(persistent=True) as tape:
        for t in range(x.shape[1]):
            h, states = cell(x[:, t], states)
            tape.watch(h)
            hidden.append(h)
            states = [h, *states[1:]]
        loss = tf.reduce_sum((head(h) - y) ** 2)
    gradients = [tf.cast(tape.gradient(loss, h), "float64") for h in hidden]
    return np.array([tf.reduce_mean(tf.norm(g, axis=-1)).numpy() for g in gradients])


def timed(function, *arguments):
    """The result, and the better of two times."""
    times = []
    for _ in range(2):
        begun = time.perf_counter()
        result = function(*arguments)
        times.append(time.perf_counter() - begun)
    return result, min(times)


def main():
    """Print a line for each length and cell."""
    for name in ("SimpleRNN", "LSTM"):
        for timesteps in (50, 200):
            keras.utils.set_random_seed(0)
            recurrent = getattr(layers, name)(64)
            model = keras.Sequential([keras.Input((None, 1)), recurrent, layers.Dense(1)])
            model.compile(loss="mse")
            rng = np.random.default_rng(0)
            x, y = rng.normal(size=(32, timesteps, 1)), rng.normal(size=32)
            flow, ours = timed(gradient_flow, model, x, y)
            naive, theirs = timed(one_pass_per_timestep, model, x, y)
            np.testing.assert_allclose(flow, naive, rtol=1e-3)
            print(
                f"{name:10} T={timesteps:3}: one pass {ours:.2f} s, a pass per timestep "
                f"{theirs:.2f} s, ratio {theirs / ours:.0f}"
            )


if __name__ == "__main__":
    main()
