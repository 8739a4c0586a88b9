"""Draws against the definition, and against what was asked for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax

from helpers import decoding

LOGITS = np.log([0.4, 0.3, 0.2, 0.1])
rows = st.lists(st.floats(-30, 30), min_size=1, max_size=8).map(np.array)


@given(rows, st.floats(0.05, 20))
def test_a_temperature_divides_the_logits(logits, temperature):
    found = decoding.probabilities(logits, temperature=temperature)
    np.testing.assert_allclose(found, softmax(logits / temperature), atol=1e-12)


@given(rows, st.integers(1, 10))
def test_top_k_keeps_the_k_first_of_the_largest(logits, k):
    found = decoding.probabilities(logits, top_k=k)
    kept = sorted(range(len(logits)), key=lambda i: -logits[i])[
        :k
    ]  # sorted() keeps equals in order
    expected = np.zeros(len(logits))
    expected[kept] = softmax(logits[kept])
    np.testing.assert_allclose(found, expected, atol=1e-12)


@given(rows, st.floats(0.01, 0.99))
def test_top_p_keeps_the_fewest_that_reach_p(logits, p):
    found = decoding.probabilities(logits, top_p=p)
    falling = np.sort(softmax(logits))[::-1]
    kept = np.count_nonzero(found > 0) + np.count_nonzero((found == 0) & (softmax(logits) == 0))
    n = min(kept, len(logits))
    assert falling[:n].sum() > p - 1e-9 and falling[: n - 1].sum() < p + 1e-9
    np.testing.assert_allclose(found.sum(), 1)


@given(rows)
def test_at_no_temperature_the_first_of_the_largest_is_certain(logits):
    found = decoding.probabilities(logits, temperature=0)
    assert found[logits.argmax()] == 1 and found.sum() == 1
    assert decoding.sample(logits, rng=np.random.default_rng(0), temperature=0) == logits.argmax()


def test_the_temperature_comes_before_top_p():
    # At a half the first has 0.53 of it all, at one 0.4, so that a second is needed.
    assert np.count_nonzero(decoding.probabilities(LOGITS, top_p=0.5)) == 2
    assert np.count_nonzero(decoding.probabilities(LOGITS, top_p=0.5, temperature=0.5)) == 1


def test_top_p_counts_what_top_k_left():
    # Of the first two, 0.4 and 0.3, the first has 0.57.
    assert np.count_nonzero(decoding.probabilities(LOGITS, top_k=2, top_p=0.55)) == 1


def test_what_is_impossible_stays_so():
    found = decoding.probabilities([0.0, -np.inf, 0.0], temperature=100.0)
    np.testing.assert_allclose(found, [0.5, 0, 0.5])


def test_draws_come_as_often_as_they_should_row_by_row():
    rng = np.random.default_rng(0)
    logits = np.stack([LOGITS, LOGITS[::-1]])[:, None].repeat(20_000, axis=1)
    drawn = decoding.sample(logits, rng=rng, top_k=3)
    assert drawn.shape == (2, 20_000)
    shares = [np.bincount(row, minlength=4) / 20_000 for row in drawn]
    np.testing.assert_allclose(shares[0], [4 / 9, 3 / 9, 2 / 9, 0], atol=0.02)
    np.testing.assert_allclose(shares[1], [0, 2 / 9, 3 / 9, 4 / 9], atol=0.02)


def test_arguments_stay_as_they_are():
    logits = LOGITS.copy()
    decoding.probabilities(logits, temperature=0.3, top_k=2, top_p=0.4)
    np.testing.assert_array_equal(logits, LOGITS)


def counting(tokens, state):
    """Whoever counts: after n comes n + 1, and the state is the sum of what was read."""
    logits = np.full((len(tokens), 10), -np.inf)
    logits[np.arange(len(tokens)), (tokens + 1) % 10] = 0
    return logits, state + tokens


def test_each_token_is_drawn_after_the_one_before():
    written = decoding.generate(
        counting, np.zeros(2), np.array([3, 8]), length=4, rng=np.random.default_rng(0)
    )
    assert written.tolist() == [[4, 5, 6, 7], [9, 0, 1, 2]]


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ({"temperature": -1}, "temperature is -1"),
        ({"temperature": np.nan}, "temperature is nan"),
        ({"top_k": 0}, "top_k is 0"),
        ({"top_p": 0.0}, "top_p is 0"),
        ({"top_p": 1.1}, "top_p is 1.1"),
    ],
)
def test_settings_out_of_range_are_refused(setting, says):
    with pytest.raises(ValueError, match=says):
        decoding.probabilities(LOGITS, **setting)


@pytest.mark.parametrize("logits", [[np.nan, 0.0], [-np.inf, -np.inf], [np.inf, 0.0]])
def test_logits_that_say_nothing_are_refused(logits):
    with pytest.raises(ValueError, match="NaN, infinity or nothing"):
        decoding.probabilities(logits)


def test_nothing_cannot_be_written():
    with pytest.raises(ValueError, match="max_length is 0|length"):
        decoding.generate(
            counting, np.zeros(1), np.array([0]), length=0, rng=np.random.default_rng(0)
        )
