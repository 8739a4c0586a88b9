import numpy as np
import pytest

from helpers.experiments import exploders


@pytest.mark.parametrize("part", exploders.PARTS)
def test_only_the_part_that_learns_moves(part):
    model = exploders.partly_frozen("LSTM", part)
    before = [layer.get_weights() for layer in model.layers[-2:]]
    model.train_on_batch(np.random.default_rng(0).random((4, 50, 2)), np.ones((4, 1)))
    moved = tuple(
        any(np.any(a != b) for a, b in zip(old, layer.get_weights(), strict=True))
        for old, layer in zip(before, model.layers[-2:], strict=True)
    )
    assert moved == exploders.PARTS[part]


def test_curvature_is_large_when_all_states_agree():
    same, rng = np.ones((50, 8)), np.random.default_rng(0)
    spread = rng.choice([-1.0, 1.0], size=(5000, 8))
    assert np.isclose(exploders.curvature(same), 9)
    assert exploders.curvature(spread) < 1.3


def test_a_run_reports_loss_and_both_sizes():
    found = exploders.frozen(["GRU"], ["readout only"], seeds=[0, 1], steps=2)
    run = found["GRU"]["readout only"]
    assert {key: len(values) for key, values in run.items()} == {
        "loss": 2,
        "curvature": 2,
        "squared": 2,
    }
