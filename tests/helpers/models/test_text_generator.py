"""Two models, one set of weights; windows that hand their state on."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import models

IDS = np.random.default_rng(0).integers(0, 7, 500)


def build(cell="GRU", **options):
    keras.utils.set_random_seed(1)
    return models.build_text_generator(7, cell=cell, units=5, dim=4, **options)


@pytest.mark.parametrize("cell", ["SimpleRNN", "GRU", "LSTM"])
def test_step_by_step_and_in_parts_is_what_training_computes(cell):
    generator = build(cell)
    tokens = IDS[:36].reshape(3, 12)
    logits = generator.training(tokens).numpy()
    expected = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    state = generator.begin(3)
    for t in range(12):
        log_p, state = generator.step(tokens[:, t], state)
        np.testing.assert_allclose(log_p, expected[:, t], atol=1e-5)
    first, between = generator.read(tokens[:, :5])
    second, last = generator.read(tokens[:, 5:], between)
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), expected, atol=1e-5)
    for ours, theirs in zip(last, state, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize("way", ["fit", "fit_streams"])
def test_training_changes_both(way):
    generator = build()
    before, _ = generator.step(IDS[:2], generator.begin(2))
    if way == "fit":
        texts = IDS.reshape(10, 50)
        generator.training.fit(texts[:, :-1], texts[:, 1:], verbose=0)
    else:
        models.fit_streams(generator, IDS, rows=4, timesteps=10, steps=2)
    after, _ = generator.step(IDS[:2], generator.begin(2))
    assert not np.allclose(before, after)
    assert {id(w) for w in generator.writer.weights} == {id(w) for w in generator.training.weights}


@settings(max_examples=10)
@given(st.integers(1, 8), st.integers(1, 20))
def test_the_first_window_costs_what_reading_it_says(rows, timesteps):
    generator = build()
    texts = models.streams(IDS, rows)
    log_p, _ = generator.read(texts[:, :timesteps])
    each = np.take_along_axis(log_p, texts[:, 1 : timesteps + 1, None], axis=2)
    losses = models.fit_streams(generator, IDS, rows=rows, timesteps=timesteps, steps=1)
    assert losses == pytest.approx([-each.mean()], rel=1e-4)


@pytest.mark.parametrize("carry", [True, False])
def test_the_second_window_begins_with_the_state_or_without(carry):
    generator = build(learning_rate=1e-12)  # so that only the state makes a difference
    texts = models.streams(IDS, 4)
    _, state = generator.read(texts[:, :10])
    log_p, _ = generator.read(texts[:, 10:20], state if carry else None)
    each = np.take_along_axis(log_p, texts[:, 11:21, None], axis=2)
    losses = models.fit_streams(generator, IDS, rows=4, timesteps=10, steps=2, carry=carry)
    assert losses[1] == pytest.approx(-each.mean(), rel=1e-5)


def test_at_the_end_of_the_texts_it_begins_anew():
    generator = build(learning_rate=1e-12)
    losses = models.fit_streams(generator, IDS, rows=4, timesteps=60, steps=4)
    assert losses[0] == pytest.approx(losses[2]) and losses[1] == pytest.approx(losses[3])
    assert losses[0] != pytest.approx(losses[1], rel=1e-6)


def test_who_is_told_after_each_step_can_end_it():
    told = []

    def each_step(step, loss):
        told.append((step, loss))
        return step == 3

    losses = models.fit_streams(build(), IDS, rows=4, timesteps=10, steps=100, each_step=each_step)
    assert told == list(enumerate(losses, 1)) and len(losses) == 3


def test_a_text_that_counts_is_learned():
    generator = build(learning_rate=0.03)
    losses = models.fit_streams(generator, np.arange(700) % 7, rows=4, timesteps=20, steps=150)
    assert losses[-1] < 0.1 * losses[0]


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: models.build_text_generator(7, cell="RNN"), "cell is 'RNN'"),
        (lambda: models.build_text_generator(0), "vocabulary 0"),
        (lambda: models.streams(IDS[:3], 4), "3 tokens cannot be dealt out to 4 rows"),
        (
            lambda: models.fit_streams(build(), IDS[:40], rows=4, timesteps=10, steps=1),
            "rows of 10 tokens have no window of 10 and the token after it",
        ),
    ],
)
def test_what_cannot_be_is_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()
