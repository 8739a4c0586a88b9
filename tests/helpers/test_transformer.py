"""Positions and blocks, against the formulas and by hand."""

import math

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import attention
from helpers.transformer import AddPositions, TransformerBlock, sinusoids


@settings(max_examples=25)
@given(st.integers(0, 60), st.integers(1, 8))
def test_positions_are_sines_and_cosines(place, half):
    found = np.array(sinusoids(place + 1, 2 * half))[place]
    angles = [place / 10_000 ** (i / half) for i in range(half)]
    expected = [math.sin(angle) for angle in angles] + [math.cos(angle) for angle in angles]
    np.testing.assert_allclose(found, expected, atol=1e-4)


@settings(max_examples=25)
@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 20))
def test_how_alike_two_positions_are_depends_on_their_distance(a, b, shift):
    rows = np.array(sinusoids(a + b + shift + 1, 8))
    assert rows[a] @ rows[b] == pytest.approx(rows[a + shift] @ rows[b + shift], abs=1e-3)


@pytest.mark.parametrize("features", [0, 7, -2])
def test_features_come_in_pairs(features):
    with pytest.raises(ValueError, match="even"):
        sinusoids(3, features)


def test_inputs_are_scaled_before_positions_are_added():
    x = np.ones((1, 3, 4), "float32")
    np.testing.assert_allclose(AddPositions()(x)[0], 2 * x[0] + np.array(sinusoids(3, 4)))


def layer_norm(x):
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-6)


def test_a_block_is_attention_and_two_dense_layers_each_added_to_its_input():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 5, 8)).astype("float32")
    block = TransformerBlock(2, 16)
    found = np.array(block(x))
    looked, _ = attention.self_attention(layer_norm(x), attention.projections_of(block.attention))
    middle = x + looked
    hidden = np.maximum(layer_norm(middle) @ block.first.kernel.numpy(), 0)
    np.testing.assert_allclose(found, middle + hidden @ block.second.kernel.numpy(), atol=1e-5)


def test_no_step_looks_at_padding():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(1, 6, 4)).astype("float32")
    mask = np.array([[False, False, True, True, True, True]])
    block = TransformerBlock(2, 8)
    before = np.array(block(x, mask=mask))
    x[:, :2] = 9
    np.testing.assert_allclose(block(x, mask=mask)[:, 2:], before[:, 2:], atol=1e-5)


def test_features_that_heads_cannot_share_are_refused():
    with pytest.raises(ValueError, match="cannot be shared by 3 heads"):
        TransformerBlock(3, 8)(np.ones((1, 2, 4), "float32"))


def test_dropout_acts_in_training_alone():
    x = np.random.default_rng(3).normal(size=(2, 3, 4)).astype("float32")
    block = TransformerBlock(2, 8, dropout=0.5)
    np.testing.assert_array_equal(block(x), block(x))
    assert np.abs(np.array(block(x, training=True)) - np.array(block(x))).max() > 0.1


def test_layers_are_saved_and_loaded(tmp_path):
    model = keras.Sequential([keras.Input((None, 4)), AddPositions(), TransformerBlock(2, 8, 0.1)])
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    x = np.random.default_rng(2).normal(size=(1, 3, 4)).astype("float32")
    np.testing.assert_allclose(again(x), model(x), atol=1e-6)
