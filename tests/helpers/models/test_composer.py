import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from helpers.models import composer as module
from helpers.models.composer import build_composer, costs, fit_rolls, frame_nll

RNG = np.random.default_rng(0)
ROLLS = [(RNG.random((n, 88)) < 0.05).astype("float32") for n in (9, 3, 7, 2, 12)]


def build(kind, **options):
    keras.utils.set_random_seed(1)
    return build_composer(kind, units=6, **options)


@pytest.mark.parametrize("kind", ["linear", "hidden", "SimpleRNN", "GRU", "LSTM"])
def test_in_parts_is_what_it_computes_at_once(kind):
    composer = build(kind)
    batch = np.stack([ROLLS[4], ROLLS[4][::-1]])
    whole, last = composer.read(batch)
    first, between = composer.read(batch[:, :5])
    second, after = composer.read(batch[:, 5:], between)
    assert whole.shape == (2, 12, 88)
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), whole, atol=1e-5)
    for ours, theirs in zip(after, last, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize("kind", ["linear", "hidden"])
def test_two_kinds_have_no_memory(kind):
    composer = build(kind)
    forward, _ = composer.read(ROLLS[4][None])
    backward, _ = composer.read(ROLLS[4][None, ::-1])
    np.testing.assert_allclose(forward, backward[:, ::-1], atol=1e-5)


def test_a_window_sees_eight_frames_and_nothing_of_what_comes():
    composer = build("window")
    before, _ = composer.read(ROLLS[4][None])
    for changed, sees in ((3, True), (2, False), (11, False)):
        roll = ROLLS[4].copy()
        roll[changed] = 1 - roll[changed]
        after, _ = composer.read(roll[None])
        assert (not np.allclose(after[0, 10], before[0, 10])) == sees


@given(
    hnp.arrays(float, (3, 5), elements=st.floats(-12, 12)),
    hnp.arrays(bool, (3, 5)),
)
def test_a_frame_costs_what_its_keys_cost(logits, roll):
    p = 1 / (1 + np.exp(-logits))
    expected = -np.where(roll, np.log(p), np.log(1 - p))
    np.testing.assert_allclose(frame_nll(logits, roll), expected.sum(axis=1), rtol=1e-6, atol=1e-9)


def test_costs_come_in_order_and_do_not_depend_on_padding():
    composer = build("LSTM")
    found = costs(composer, ROLLS)
    assert [len(row) for row in found] == [len(roll) - 1 for roll in ROLLS]
    for roll, row in zip(ROLLS, found, strict=True):
        logits, _ = composer.read(roll[None, :-1])
        np.testing.assert_allclose(row, frame_nll(logits[0], roll[1:]), rtol=1e-4)


@settings(max_examples=30)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=20), st.integers(1, 6))
def test_batches_hold_each_piece_once_and_whole(sizes, rows):
    rolls = [np.full((n, 3), i + 1.0) for i, n in enumerate(sizes)]
    seen = []
    for batch, lengths, which in module.batches(rolls, rows, np.random.default_rng(0)):
        assert len(batch) <= rows and batch.shape[1] == lengths.max()
        for row, n, at in zip(batch, lengths, which, strict=True):
            np.testing.assert_array_equal(row[:n], rolls[at])
            assert not row[n:].any()
            seen.append(at)
    assert sorted(seen) == [*range(len(sizes))]


@pytest.mark.parametrize("kind", ["linear", "GRU"])
def test_training_helps_and_keeps_the_best_weights(kind):
    composer = build(kind, learning_rate=0.05)
    before = np.concatenate(costs(composer, ROLLS)).mean()
    history = fit_rolls(composer, ROLLS, ROLLS[:3], epochs=12, patience=3, rows=2)
    assert np.concatenate(costs(composer, ROLLS)).mean() < before / 2
    kept = np.concatenate(costs(composer, ROLLS[:3])).mean()
    assert kept == pytest.approx(min(valid for _, valid in history), rel=1e-5)


def test_it_ends_when_nothing_gets_better():
    composer = build("linear", learning_rate=1e-12)
    assert len(fit_rolls(composer, ROLLS, ROLLS, epochs=50, patience=4)) < 30


@given(st.integers(0, 100), st.integers(0, 30))
def test_a_moved_roll_has_the_same_notes_on_other_keys(seed, most):
    roll = ROLLS[0]
    moved = module._moved(roll, most, np.random.default_rng(seed))
    shifts = [k for k in range(-most, most + 1) if (np.roll(roll, k, axis=1) == moved).all()]
    assert shifts and moved.sum() == roll.sum()
    keys = np.flatnonzero(roll.any(axis=0))
    assert keys.min() + shifts[0] >= 0 and keys.max() + shifts[0] < 88


def test_bad_settings_and_pieces_are_refused():
    with pytest.raises(ValueError, match="kind is 'RNN', expected one of"):
        build_composer("RNN")
    with pytest.raises(ValueError, match="units is 0"):
        build_composer(units=0)
    composer = build("linear")
    for train, valid, name in (([], ROLLS, "train"), (ROLLS, [ROLLS[0][:1]], "valid")):
        with pytest.raises(ValueError, match=f"{name} needs pieces"):
            fit_rolls(composer, train, valid, epochs=1)
