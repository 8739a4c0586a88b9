"""The best path against every path."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.decoding import viterbi

sizes = st.tuples(st.integers(1, 5), st.integers(1, 4), st.integers(0, 10_000))


def by_hand(e, A, start, end):
    """Score of the best path of one sequence, and the path."""
    best = (-np.inf, ())
    for path in itertools.product(range(e.shape[1]), repeat=len(e)):
        total = start[path[0]] + end[path[-1]] + sum(e[t, k] for t, k in enumerate(path))
        total += sum(A[j, k] for j, k in zip(path, path[1:], strict=False))
        best = max(best, (total, path))
    return best


@given(sizes, st.booleans())
@settings(max_examples=60, deadline=None)
def test_it_finds_the_best(size, forbids):
    n_steps, n, seed = size
    rng = np.random.default_rng(seed)
    e, A = rng.normal(size=(3, n_steps, n)), rng.normal(size=(n, n))
    start, end = rng.normal(size=(2, n))
    if forbids:
        A[rng.random((n, n)) < 0.3] = -np.inf
        A[:, 0] = 0.0  # a way is always left
    lengths = rng.integers(1, n_steps + 1, 3)
    before = [array.copy() for array in (e, A, start, end)]
    paths, scores = viterbi(e, A, start=start, end=end, lengths=lengths)
    for i, length in enumerate(lengths):
        score, path = by_hand(e[i, :length], A, start, end)
        np.testing.assert_allclose(scores[i], score)
        assert tuple(paths[i]) == path
    for array, was in zip((e, A, start, end), before, strict=True):
        np.testing.assert_array_equal(array, was)


def test_without_transitions_each_tag_is_its_own_best():
    e = np.random.default_rng(0).normal(size=(2, 7, 4))
    paths, scores = viterbi(e, np.zeros((4, 4)))
    np.testing.assert_array_equal(paths, e.argmax(axis=-1))
    np.testing.assert_allclose(scores, e.max(axis=-1).sum(axis=1))


def test_of_equals_the_first():
    paths, _ = viterbi(np.zeros((1, 3, 4)), np.zeros((4, 4)))
    assert paths[0].tolist() == [0, 0, 0]


def test_what_stands_behind_is_not_looked_at():
    e = np.random.default_rng(1).normal(size=(2, 5, 3))
    A = np.random.default_rng(2).normal(size=(3, 3))
    spoiled = e.copy()
    spoiled[:, 3:] = np.nan
    for one, other in zip(
        viterbi(e[:, :3], A)[0], viterbi(spoiled, A, lengths=[3, 3])[0], strict=True
    ):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"emissions": np.zeros((2, 3))}, r"shape \(2, 3\), expected \(batch, timesteps, tags\)"),
        ({"transitions": np.zeros((2, 3))}, r"transitions have shape \(2, 3\)"),
        ({"start": np.zeros(4)}, r"start have shape \(4,\), expected \(3,\)"),
        ({"lengths": [1]}, r"lengths have shape \(1,\), expected \(2,\)"),
        ({"lengths": [4, 0]}, "sequence 1 has the length 0, expected 1 to 4: .* leave it out"),
        ({"lengths": [5, 1]}, "sequence 0 has the length 5"),
        ({"transitions": np.full((3, 3), -np.inf)}, "no path of sequence 0"),
    ],
)
def test_what_does_not_fit_is_refused(change, told):
    options = {"emissions": np.zeros((2, 4, 3)), "transitions": np.zeros((3, 3)), **change}
    with pytest.raises(ValueError, match=told):
        viterbi(**options)
