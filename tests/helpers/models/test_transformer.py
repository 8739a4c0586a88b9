"""Transformer encoders."""

import numpy as np
import pytest

from helpers import models

IDS = np.array([[0, 0, 3, 5, 4], [7, 2, 3, 0, 0]], "int32")


@pytest.mark.parametrize("positions", [False, True])
def test_a_reader_ignores_the_order_of_words_unless_it_is_told(positions):
    model = models.build_text_transformer(9, dim=8, heads=2, positions=positions)
    answer = np.array(model(IDS))
    assert answer.shape == (2, 1) and ((answer > 0) & (answer < 1)).all()
    moved = np.abs(np.array(model(IDS[:, ::-1].copy())) - answer).max()
    assert moved > 1e-3 if positions else moved < 1e-5


def test_a_reader_passes_over_padding():
    model = models.build_text_transformer(9, dim=8, heads=2, positions=False)
    np.testing.assert_allclose(model(IDS[:1, 2:]), model(IDS[:1]), atol=1e-5)


@pytest.mark.parametrize("positions", [False, True])
@pytest.mark.parametrize("timesteps", [1, 7])
def test_a_series_of_any_length_gets_one_number(positions, timesteps):
    model = models.build_series_transformer(3, dim=8, heads=2, blocks=2, positions=positions)
    assert np.array(model(np.ones((4, timesteps, 3), "float32"))).shape == (4, 1)


def test_a_small_step_lowers_the_loss():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(32, 6, 2)).astype("float32")
    y = x[:, 0, :1]
    model = models.build_series_transformer(2, dim=8, heads=2)
    before = model.evaluate(x, y, verbose=0)
    for _ in range(20):
        model.train_on_batch(x, y)
    assert model.evaluate(x, y, verbose=0) < before
