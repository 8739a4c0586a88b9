"""The field against every path there is, its gradient against finite differences."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import crf, iob

sizes = st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(0, 10_000))


def draw(n_steps, n_tags, seed, *, batch=3, wide=2.0):
    """A field, emissions, lengths and their mask, in double precision."""
    rng = np.random.default_rng(seed)
    field = crf.Field(*(rng.normal(0, wide, size) for size in (n_tags, (n_tags, n_tags), n_tags)))
    emissions = rng.normal(0, wide, (batch, n_steps, n_tags))
    lengths = rng.integers(1, n_steps + 1, batch)
    lengths[0] = n_steps
    return field, emissions, lengths, np.arange(n_steps) < lengths[:, None]


def scored(field, emissions):
    """Every path of one sequence with its score, one addition at a time."""
    n_steps, n_tags = emissions.shape
    found = {}
    for path in itertools.product(range(n_tags), repeat=n_steps):
        total = field.start[path[0]] + field.end[path[-1]]
        for t, tag in enumerate(path):
            total += emissions[t, tag]
        for a, b in zip(path, path[1:], strict=False):
            total += field.transitions[a, b]
        found[path] = total
    return found


@given(sizes)
@settings(max_examples=25, deadline=None)
def test_score_and_partition_equal_brute_force(size):
    field, emissions, lengths, mask = draw(*size)
    rng = np.random.default_rng(size[2])
    tags = np.where(mask, rng.integers(0, size[1], mask.shape), crf.PADDING)
    found = crf.path_score(field, emissions, tags, mask).numpy()
    log_z = crf.log_partition(field, emissions, mask).numpy()
    loss = crf.negative_log_likelihood(field, emissions, tags, mask).numpy()
    for i, length in enumerate(lengths):
        every = scored(field, emissions[i, :length])
        np.testing.assert_allclose(found[i], every[tuple(tags[i, :length])], rtol=1e-10)
        wanted = np.log(np.exp([*every.values()]).sum())
        np.testing.assert_allclose(log_z[i], wanted, rtol=1e-10)
        assert loss[i] >= -1e-9
    np.testing.assert_allclose(loss, log_z - found)


@pytest.mark.parametrize("junk", [np.nan, np.inf, -np.inf])
def test_what_stands_at_padding_means_nothing(junk):
    field, emissions, _, mask = draw(5, 3, 0)
    tags = np.where(mask, 1, crf.PADDING)
    assert not mask.all()
    spoilt = tf.constant(np.where(mask[..., None], emissions, junk))
    wanted = crf.negative_log_likelihood(field, emissions, tags, mask)
    with tf.GradientTape() as tape:
        tape.watch(spoilt)
        found = crf.negative_log_likelihood(field, spoilt, tags, mask)
    np.testing.assert_allclose(found, wanted)
    slope = np.asarray(tape.gradient(found, spoilt))
    assert np.isfinite(slope).all() and not slope[~mask].any()


def test_a_move_that_is_forbidden_outright_costs_nothing_at_padding():
    field, emissions, _, mask = draw(4, 3, 0)
    never = field._replace(transitions=np.where(np.eye(3), -np.inf, field.transitions))
    tags = np.where(mask, np.arange(4) % 3, crf.PADDING)
    np.testing.assert_allclose(
        crf.path_score(never, emissions, tags, mask), crf.path_score(field, emissions, tags, mask)
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [([0, 0, 0], "without a real first step"), ([1, 0, 1], "a real step behind padding")],
)
def test_a_mask_that_is_not_words_then_padding_is_refused(row, said):
    field, emissions, _, _ = draw(3, 2, 0, batch=2)
    mask = np.array([[1, 1, 1], row], bool)
    with pytest.raises(tf.errors.InvalidArgumentError, match=said):
        crf.log_partition(field, emissions, mask)
    with pytest.raises(tf.errors.InvalidArgumentError, match=said):
        crf.path_score(field, emissions, np.zeros((2, 3), int), mask)


@given(sizes)
@settings(max_examples=15, deadline=None)
def test_marginals_equal_brute_force(size):
    field, emissions, lengths, mask = draw(*size)
    got = crf.marginals(field, emissions, mask).numpy()
    assert not got[~mask].any()
    for i, length in enumerate(lengths):
        every = scored(field, emissions[i, :length])
        p = np.exp([*every.values()])
        wanted = np.zeros((length, size[1]))
        for path, share in zip(every, p / p.sum(), strict=True):
            wanted[range(length), path] += share
        np.testing.assert_allclose(got[i, :length], wanted, atol=1e-10)


@given(sizes)
@settings(max_examples=10, deadline=None)
def test_gradient_equals_finite_differences(size):
    field, emissions, _, mask = draw(*size)
    rng = np.random.default_rng(size[2])
    tags = np.where(mask, rng.integers(0, size[1], mask.shape), crf.PADDING)

    def total(parts):
        return tf.reduce_sum(
            crf.negative_log_likelihood(crf.Field(*parts[:3]), parts[3], tags, mask)
        )

    parts = [tf.constant(part) for part in (*field, emissions)]
    with tf.GradientTape() as tape:
        tape.watch(parts)
        loss = total(parts)
    for which, gradient in enumerate(tape.gradient(loss, parts)):
        direction = rng.normal(size=parts[which].shape)
        ends = []
        for side in (1e-5, -1e-5):
            moved = [*parts]
            moved[which] = parts[which] + side * direction
            ends.append(total(moved).numpy())
        slope = (ends[0] - ends[1]) / 2e-5
        dense = tf.convert_to_tensor(gradient).numpy()
        np.testing.assert_allclose((dense * direction).sum(), slope, rtol=1e-5, atol=1e-7)


def test_large_scores_do_not_overflow():
    field, emissions, _, mask = draw(4, 3, 0)
    shifted = crf.log_partition(field, emissions + 1e4, mask).numpy()
    plain = crf.log_partition(field, emissions, mask).numpy()
    np.testing.assert_allclose(shifted, plain + 1e4 * mask.sum(axis=1))


def test_padding_changes_nothing():
    field, emissions, _, mask = draw(4, 3, 1)
    tags = np.where(mask, 1, crf.PADDING)
    plain = crf.negative_log_likelihood(field, emissions, tags, mask).numpy()
    wide = [(0, 0), (0, 5)]
    more = crf.negative_log_likelihood(
        field,
        np.pad(emissions, [*wide, (0, 0)], constant_values=77.0),
        np.pad(tags, wide, constant_values=crf.PADDING),
        np.pad(mask, wide),
    ).numpy()
    np.testing.assert_allclose(plain, more)


def test_without_transitions_it_is_the_softmax():
    _, emissions, _, mask = draw(5, 3, 2)
    nothing = crf.Field(np.zeros(3), np.zeros((3, 3)), np.zeros(3))
    tags = np.where(mask, 2, crf.PADDING)
    mean = crf.negative_log_likelihood(nothing, emissions, tags, mask).numpy().sum() / mask.sum()
    np.testing.assert_allclose(mean, crf.softmax_loss(tags, emissions).numpy())
    softmax = np.exp(emissions) / np.exp(emissions).sum(axis=-1, keepdims=True)
    got = crf.marginals(nothing, emissions, mask).numpy()
    np.testing.assert_allclose(got[mask], softmax[mask])


TAGS = iob.tags_for(["a", "b"])


@pytest.mark.parametrize("legal", [False, True])
def test_the_layer_learns_in_a_graph(legal):
    """Transitions are weights of the model, move, and come back from its configuration."""
    keras.utils.set_random_seed(0)
    layer = crf.CRF(TAGS, legal=legal)
    given = keras.Input((None, 4))
    model = keras.Model(given, layer(keras.layers.Dense(5)(given)))
    model.compile(keras.optimizers.Adam(0.05), loss=layer.loss)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(8, 6, 4)).astype("float32")
    y = np.array([[1, 2, 0, 3, 4, -1]] * 8)
    losses = model.fit(x, y, epochs=12, verbose=0).history["loss"]
    assert losses[-1] < 0.7 * losses[0]
    assert len(model.trainable_variables) == 5 and np.abs(layer.transitions.numpy()).max() > 0.1
    again = crf.CRF.from_config(layer.get_config())
    assert again.tags == TAGS and again.legal == legal
    if legal:
        field = layer.numpy_field()
        assert field.start[2] == crf.NEVER and field.transitions[1, 4] == crf.NEVER
        p = crf.marginals(layer.field(), model(x), tf.fill((8, 6), True)).numpy()
        assert p[:, 0, 2].max() == 0


def test_emissions_for_other_tags_are_refused():
    with pytest.raises(ValueError, match="emissions for 4 tags, expected 5"):
        crf.CRF(TAGS)(np.zeros((1, 2, 4), "float32"))
