import numpy as np

from helpers.experiments import gates


def test_a_curve_has_the_mean_of_so_many_steps():
    found = gates.bell(["SimpleRNN"], [0.01], seeds=[0, 1], steps=6, every=3)["SimpleRNN"]["0.01"]
    assert np.shape(found["loss"]) == (2, 2)
    assert len(found["held_out"]) == 2


def test_the_holder_answers_at_every_step():
    assert gates.holder("GRU", 0.01)(np.zeros((3, 5, 2))).shape == (3, 5, 1)
