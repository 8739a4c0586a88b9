import keras
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from helpers.experiments import long_memory


@pytest.mark.parametrize("name", long_memory.CONTENDERS)
def test_every_contender_reads_sequences_of_any_length(name):
    model = long_memory.contender(name)
    assert model.predict(np.zeros((2, 3, 1)), verbose=0).shape == (2, 1)
    assert model.predict(np.zeros((2, 7, 1)), verbose=0).shape == (2, 1)


def test_a_bias_opens_the_gate_that_keeps():
    lstm = long_memory.contender("LSTM, bias 3").layers[0]
    assert_array_equal(lstm.get_weights()[2][64:128], 3)
    gru = long_memory.contender("GRU, bias 3").layers[0]
    assert_array_equal(gru.get_weights()[2][0, :64], 3)


def test_the_sweep_stops_at_the_step_that_solves_the_task():
    found = long_memory.sweep(["SimpleRNN"], [2], seeds=range(2), steps=100)["SimpleRNN"]["2"]
    assert all(10 <= step < 100 for step in found["solved_at"])
    assert min(found["accuracy"]) > 0.9
    too_short = long_memory.sweep(["SimpleRNN"], [2], seeds=[0], steps=5)["SimpleRNN"]["2"]
    assert too_short["solved_at"] == [-1]


def test_adding_reports_the_mean_loss_of_so_many_steps():
    found = long_memory.adding(["GRU"], seeds=range(2), timesteps=4, steps=30, every=10)["GRU"]
    assert np.shape(found["loss"]) == (2, 3)
    assert len(found["held_out"]) == len(found["solved_at"]) == 2


def test_the_clipped_adder_clips_and_the_others_do_not():
    assert long_memory.adder("SimpleRNN, clipped").optimizer.global_clipnorm == 1.0
    assert long_memory.adder("SimpleRNN").optimizer.global_clipnorm is None


def test_the_classic_comparison_has_a_value_for_every_epoch_and_seed():
    found = long_memory.classic("exploding", seeds=range(2), epochs=3, names=["SimpleRNN"])
    assert {key: np.shape(runs) for key, runs in found["SimpleRNN"].items()} == {
        "norm": (2, 3),
        "loss": (2, 3),
        "accuracy": (2, 3),
    }
    keras.utils.set_random_seed(99)  # whatever the state, a seed gives the same run
    again = long_memory.classic("exploding", seeds=[1], epochs=3, names=["SimpleRNN"])
    np.testing.assert_allclose(
        again["SimpleRNN"]["loss"][0], found["SimpleRNN"]["loss"][1], atol=1e-4
    )


def test_the_label_of_random_bits_is_one_of_them():
    x, y = long_memory.random_bits(50, 9, 6, seed=3)
    assert x.shape == (50, 9, 1) and set(np.unique(x)) == {0, 1}
    assert_array_equal(y, x[:, 2, 0])
