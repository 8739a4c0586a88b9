"""Three models, one set of weights; a loss and an accuracy that leave padding out."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import models
from helpers.models.encoder_decoder import MaskedAccuracy, masked_loss

KINDS = [None, "dot", "additive"]


def build(attention, **options):
    keras.utils.set_random_seed(1)
    return models.build_encoder_decoder(9, 7, dim=4, units=6, attention=attention, **options)


def batch():
    rng = np.random.default_rng(0)
    source, target = rng.integers(1, 9, (3, 5)), rng.integers(1, 7, (3, 4))
    source[1, 3:] = 0
    return source.astype("int32"), target.astype("int32")


@pytest.mark.parametrize("bidirectional", [True, False])
@pytest.mark.parametrize("attention", KINDS)
def test_step_by_step_is_what_training_computes(attention, bidirectional):
    model = build(attention, bidirectional=bidirectional)
    source, target = batch()
    logits = model.training([source, target]).numpy()
    forced = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    state = model.begin(source)
    for t in range(target.shape[1]):
        log_p, state = model.step(target[:, t], state)
        np.testing.assert_allclose(log_p, forced[:, t], atol=1e-5)


@pytest.mark.parametrize("attention", KINDS)
def test_a_step_of_training_changes_all_three(attention):
    model = build(attention)
    source, target = batch()
    before = (
        [np.array(x) for x in model.begin(source)],
        model.step(target[:, 0], model.begin(source)),
    )
    model.training.train_on_batch([source, target[:, :-1]], target[:, 1:])
    after = (
        [np.array(x) for x in model.begin(source)],
        model.step(target[:, 0], model.begin(source)),
    )
    assert not np.allclose(before[0][0], after[0][0])
    assert not np.allclose(before[1][0], after[1][0])
    names = {id(w) for m in (model.encoder, model.decoder) for w in m.weights}
    assert names == {id(w) for w in model.training.weights}


@pytest.mark.parametrize("attention", KINDS)
def test_padding_of_the_source_changes_nothing(attention):
    model = build(attention)
    source, target = batch()
    padded = np.pad(source, [(0, 0), (0, 3)])
    np.testing.assert_allclose(
        model.training([source, target]), model.training([padded, target]), atol=1e-5
    )


def test_alignment_gives_padding_nothing():
    model = build("additive")
    source, target = batch()
    weights = model.alignment(source, target)
    assert weights.shape == (3, 4, 5) and np.allclose(weights[1, :, 3:], 0)
    np.testing.assert_allclose(weights.sum(-1), 1, atol=1e-5)
    with pytest.raises(ValueError, match="no attention"):
        build(None).alignment(source, target)


def test_without_attention_the_decoder_has_the_states_alone():
    source, _ = batch()
    assert [part.shape for part in build(None).begin(source)] == [(3, 6), (3, 6)]
    assert len(build("dot").begin(source)) == 4


@pytest.mark.parametrize(
    ("change", "told"), [({"attention": "loud"}, "'loud'"), ({"units": 5}, "units is 5: an odd")]
)
def test_what_cannot_be_built_is_refused(change, told):
    with pytest.raises(ValueError, match=told):
        models.build_encoder_decoder(9, 7, **change)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 1000), st.integers(1, 6))
def test_padding_changes_neither_loss_nor_accuracy(seed, more):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 5, (3, 4))
    y[0] = 1
    logits = rng.normal(size=(3, 4, 5)).astype("float32")
    wide_y = np.pad(y, [(0, 0), (0, more)])
    wide = np.concatenate([logits, rng.normal(size=(3, more, 5)).astype("float32")], axis=1)
    assert np.isclose(float(masked_loss(y, logits)), float(masked_loss(wide_y, wide)), atol=1e-5)
    real = y > 0
    log_p = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    by_hand = -np.take_along_axis(log_p, y[..., None], -1)[..., 0][real].mean()
    assert np.isclose(float(masked_loss(y, logits)), by_hand, atol=1e-5)
    narrow, padded = MaskedAccuracy(), MaskedAccuracy()
    narrow.update_state(y, logits)
    padded.update_state(wide_y, wide)
    assert float(narrow.result()) == float(padded.result()) <= 1
    assert np.isclose(float(narrow.result()), (logits.argmax(-1) == y)[real].mean())


def test_accuracy_counts_tokens_and_not_batches():
    metric = MaskedAccuracy()
    sure = np.eye(3, dtype="float32")
    metric.update_state(np.array([[1, 1, 1, 1]]), sure[[[1, 1, 1, 1]]])
    metric.update_state(np.array([[1, 0, 0, 0]]), sure[[[2, 0, 0, 0]]])
    assert np.isclose(float(metric.result()), 0.8)  # and not the mean of one and nought


def test_nothing_but_padding_is_no_nan():
    y, logits = np.zeros((2, 3), int), np.ones((2, 3, 4), "float32")
    assert float(masked_loss(y, logits)) == 0
    metric = MaskedAccuracy()
    metric.update_state(y, logits)
    assert float(metric.result()) == 0


def test_what_fit_reports_is_the_masked_accuracy():
    model = build("dot")
    source, target = batch()
    target[0, 2:] = 0
    loss, accuracy = model.training.evaluate([source, target[:, :-1]], target[:, 1:], verbose=0)
    logits = model.training([source, target[:, :-1]]).numpy()
    real = target[:, 1:] > 0
    assert np.isclose(accuracy, (logits.argmax(-1) == target[:, 1:])[real].mean())
    assert np.isclose(loss, float(masked_loss(target[:, 1:], logits)), atol=1e-5)
