"""Attention in NumPy and in Keras: masks, equalities, saving."""

import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from keras import layers

from helpers import attention

SCORES = arrays(np.float64, (3, 6), elements=st.floats(-800, 800))
MASKS = arrays(bool, (3, 6))


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


@given(SCORES, MASKS)
def test_padding_weighs_nothing_and_the_rest_sums_to_one(scores, mask):
    weights = attention.masked_softmax(scores, mask)
    assert np.all(weights[~mask] == 0) and np.all(weights >= 0)
    np.testing.assert_allclose(weights.sum(axis=-1), mask.any(axis=-1), atol=1e-12)


@given(SCORES, MASKS)
def test_weights_are_those_of_the_steps_alone(scores, mask):
    weights = attention.masked_softmax(scores, mask)
    for row, kept, found in zip(scores, mask, weights, strict=True):
        np.testing.assert_allclose(found[kept], tf.nn.softmax(row[kept]), atol=1e-300)


@given(SCORES, MASKS, st.floats(-1e300, 1e300))
def test_what_stands_at_padding_does_not_matter(scores, mask, rubbish):
    changed = np.where(mask, scores, rubbish)
    one, other = (attention.masked_softmax(each, mask) for each in (scores, changed))
    np.testing.assert_array_equal(one, other)


def test_a_row_of_padding_alone_gives_zeros_even_where_nothing_is_a_number():
    scores = np.full((1, 4), np.nan)
    context, weights = attention.attend(scores, normal(1, 4, 2), np.zeros((1, 4), bool))
    assert not weights.any() and not context.any()


def test_whole_numbers_are_scores_too():
    scores, mask = np.array([[3, -2, 9]]), np.array([[True, True, False]])
    found = attention.masked_softmax(scores, mask)
    np.testing.assert_allclose(found, attention.masked_softmax(scores.astype(float), mask))


def test_a_mask_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"mask has shape \(2, 3\).*\(2, 4\)"):
        attention.masked_softmax(np.zeros((2, 4)), np.ones((2, 3), bool))


def test_dot_scores_are_those_of_keras():
    query, keys = normal(2, 5), normal(2, 7, 5, seed=1)
    for scaled in (False, True):
        context, weights = attention.attend(attention.dot_scores(query, keys, scaled=scaled), keys)
        layer = layers.Attention()
        scale = np.sqrt(5) if scaled else 1
        expected, their = layer([query[:, None] / scale, keys], return_attention_scores=True)
        np.testing.assert_allclose(weights, np.array(their)[:, 0], atol=1e-6)
        np.testing.assert_allclose(context, np.array(expected)[:, 0], atol=1e-5)


def test_additive_scores_are_those_of_keras():
    query, keys, one = normal(2, 5), normal(2, 7, 5, seed=1), np.eye(5, dtype="float32")
    layer = layers.AdditiveAttention()
    layer.build([(2, 1, 5), (2, 7, 5)])
    v = normal(5, seed=2)
    layer.set_weights([v])
    _, expected = layer([query[:, None], keys], return_attention_scores=True)
    scores = attention.additive_scores(query, keys, one, one, v)
    np.testing.assert_allclose(attention.attend(scores, keys)[1], expected[:, 0], atol=1e-6)


@pytest.mark.parametrize("heads", [1, 3])
@pytest.mark.parametrize("causal", [False, True])
def test_self_attention_is_that_of_keras(heads, causal):
    x = normal(2, 6, 8)
    layer = layers.MultiHeadAttention(heads, 4)
    expected, weights = layer(x, x, use_causal_mask=causal, return_attention_scores=True)
    layer.set_weights([normal(*w.shape, seed=3) for w in layer.get_weights()])
    expected, weights = layer(x, x, use_causal_mask=causal, return_attention_scores=True)
    mask = np.tril(np.ones((2, 6, 6), bool)) if causal else None
    answer, found = attention.self_attention(x, attention.projections_of(layer), mask)
    np.testing.assert_allclose(found, weights, atol=1e-5)
    np.testing.assert_allclose(answer, expected, atol=1e-4, rtol=1e-5)


@pytest.mark.parametrize("score", attention.SCORES)
def test_pooling_skips_padding_and_gives_zeros_where_there_is_nothing_else(score):
    layer, x = attention.AttentionPooling(score, 4), normal(3, 6, 5)
    mask = np.array([[True] * 6, [True] * 4 + [False] * 2, [False] * 6])
    found = np.array(layer(x, mask=mask))
    np.testing.assert_allclose(found[0], layer(x[:1])[0], atol=1e-6)
    np.testing.assert_allclose(found[1], layer(x[1:2, :4])[0], atol=1e-6)
    assert not found[2].any()
    changed = np.where(mask[..., None], x, 1e3).astype("float32")
    np.testing.assert_allclose(layer(changed, mask=mask), found, atol=1e-6)


@pytest.mark.parametrize("score", attention.SCORES)
def test_pooling_scores_as_its_equation_says(score):
    layer, x = attention.AttentionPooling(score, 4), normal(2, 6, 5)
    layer.build(x.shape)
    layer.set_weights([normal(*w.shape, seed=4) for w in layer.get_weights()])
    first, *others = layer.get_weights()
    query = np.repeat(first.T, 2, axis=0)
    match score:
        case "additive":
            b, v = others  # the bias is what a constant query adds
            scores = attention.additive_scores(np.ones((2, 1)), x, b[None], first, v[:, 0])
        case "squashed":
            scores = np.tanh(attention.dot_scores(query, x) + others[0])
        case _:
            scores = attention.dot_scores(query, x, scaled=score == "scaled dot")
    np.testing.assert_allclose(layer(x), attention.attend(scores, x)[0], atol=1e-5)


def test_an_unknown_score_is_refused():
    with pytest.raises(ValueError, match="score is 'cosine', expected one of"):
        attention.AttentionPooling("cosine")


def test_a_mask_of_an_embedding_arrives():
    model = keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            layers.Embedding(9, 4, mask_zero=True),
            attention.AttentionPooling("dot"),
        ]
    )
    np.testing.assert_allclose(
        model(np.array([[3, 5, 0, 0]])), model(np.array([[3, 5]])), atol=1e-6
    )


def test_a_saved_model_loads_in_another_process(tmp_path):
    model = keras.Sequential([keras.Input((None, 3)), attention.AttentionPooling("additive", 4)])
    x = normal(2, 5, 3)
    model.save(tmp_path / "model.keras")
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "y.npy", model(x))
    script = (
        "import keras, numpy as np, helpers.attention\n"
        "model = keras.models.load_model('model.keras')\n"
        "np.testing.assert_allclose(model(np.load('x.npy')), np.load('y.npy'), atol=1e-6)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
