import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from helpers.tasks import (
    adding_problem,
    create_exploding_gradient_task,
    create_long_dependency_task,
    write_and_hold,
)

seeds = st.integers(0, 2**31)


@given(st.integers(1, 50), st.integers(1, 30), st.data(), seeds)
def test_long_dependency_hides_the_label_where_it_says(n_samples, length, data, seed):
    gap = data.draw(st.integers(0, length - 1))
    x, y = create_long_dependency_task(n_samples, length, gap, seed)
    assert x.shape == (n_samples, length, 1)
    assert_array_equal(x[:, length - 1 - gap, 0], 2 * y - 1)
    assert abs(2 * y.sum() - n_samples) <= 1


def test_nothing_but_the_signal_tells_the_label():
    x, y = create_long_dependency_task(20_000, 6, 3, seed=1)
    noise = np.delete(x[..., 0], 2, axis=1)
    correlations = [np.corrcoef(column, y)[0, 1] for column in noise.T]
    assert np.abs(correlations).max() < 0.03


@given(st.integers(1, 50), st.integers(2, 30), seeds)
def test_adding_problem_marks_one_step_in_each_half(n_samples, length, seed):
    x, y = adding_problem(n_samples, length, seed)
    assert x.shape == (n_samples, length, 2)
    assert y.shape == (n_samples, 1)
    markers = x[..., 1]
    assert_array_equal(markers[:, : length // 2].sum(axis=1), 1)
    assert_array_equal(markers[:, length // 2 :].sum(axis=1), 1)
    np.testing.assert_allclose((x[..., 0] * markers).sum(axis=1), y[:, 0], rtol=1e-5)


def test_the_variance_of_the_adding_problem_is_a_sixth():
    _, y = adding_problem(50_000, 10)
    assert np.mean((y - 1) ** 2) == pytest.approx(1 / 6, rel=0.03)


@given(st.integers(1, 50), st.integers(1, 30), seeds)
def test_exploding_task_is_labelled_by_the_sign_of_the_sum(n_samples, length, seed):
    x, y = create_exploding_gradient_task(n_samples, length, seed=seed)
    assert x.shape == (n_samples, length, 1)
    assert_array_equal(y, x.astype("float64").sum(axis=(1, 2)) > 0)


def test_exploding_task_scale_is_a_standard_deviation():
    x, _ = create_exploding_gradient_task(1000, 50, scale=3)
    assert x.std() == pytest.approx(3, rel=0.02)


@pytest.mark.parametrize(
    "make",
    [
        lambda seed: create_long_dependency_task(5, 9, 4, seed),
        lambda seed: create_exploding_gradient_task(5, 9, seed=seed),
        lambda seed: adding_problem(5, 9, seed),
    ],
)
def test_a_seed_is_a_data_set(make):
    assert_array_equal(make(1)[0], make(1)[0])
    assert not np.array_equal(make(1)[0], make(2)[0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: create_long_dependency_task(5, 9, 9), "dependency_gap is 9, expected 0 to 8"),
        (lambda: create_long_dependency_task(5, 9, -1), "dependency_gap is -1"),
        (lambda: create_long_dependency_task(0, 9, 1), "n_samples is 0"),
        (lambda: create_exploding_gradient_task(5, 9, scale=0), "scale is 0"),
        (lambda: adding_problem(5, 1), "sequence_length is 1, expected at least 2"),
    ],
)
def test_sizes_that_make_no_task_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@given(st.integers(1, 20), st.integers(1, 30), st.floats(0, 1), st.integers(0, 2**31))
def test_write_and_hold_says_the_last_marked_value(n_samples, length, probability, seed):
    x, y = write_and_hold(n_samples, length, write_probability=probability, seed=seed)
    assert x.shape == (n_samples, length, 2) and y.shape == (n_samples, length, 1)
    assert (x[:, 0, 1] == 1).all() and set(np.unique(x[..., 1])) <= {0, 1}
    for sequence, target in zip(x, y[..., 0], strict=True):
        held = None
        for (value, mark), expected in zip(sequence, target, strict=True):
            held = value if mark else held
            assert expected == held


def test_write_and_hold_refuses_what_is_no_probability():
    with pytest.raises(ValueError, match="write_probability is 1.5"):
        write_and_hold(1, 2, write_probability=1.5)
