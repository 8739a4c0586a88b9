import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cooccurrence import (
    Cooccurrence,
    Parameters,
    cooccurrences,
    fit,
    loss_and_gradient,
    weight,
)
from helpers.data import reviews
from helpers.glove import nearest


@pytest.fixture(scope="module")
def corpus():
    """The embedded reviews as words."""
    texts = reviews.load("embedded", n_train=1000, n_test=1).train_texts
    return [reviews.words(text) for text in texts]


@pytest.fixture(scope="module")
def fitted(corpus):
    return fit(cooccurrences(corpus), 20, x_max=10)


# --- counts ---------------------------------------------------------------------------------------


def test_counts_by_hand():
    x = cooccurrences([["a", "b", "a", "c"], ["c", "a"]], window=2)
    assert x.words == ("a", "c", "b")
    a, c, b = range(3)
    assert x.counts[a, b] == 2 and x.counts[a, c] == 1 + 1 and x.counts[b, c] == 1 / 2
    assert x.counts[a, a] == 2 * (1 / 2)  # seen from either of the two
    np.testing.assert_array_equal(x.counts, x.counts.T)


@given(
    st.lists(st.lists(st.sampled_from("abcd"), max_size=8), max_size=4).filter(any),
    st.integers(1, 12),
    st.integers(1, 5),
)
def test_counts_are_what_the_plain_loop_gives(texts, window, max_words):
    x = cooccurrences(texts, window, max_words=max_words)
    expected = np.zeros((len(x.words), len(x.words)))
    for text in texts:
        for i, word in enumerate(text):
            for j, other in enumerate(text):
                if 0 < abs(i - j) <= window and {word, other} <= set(x.words):
                    expected[x.words.index(word), x.words.index(other)] += 1 / abs(i - j)
    np.testing.assert_allclose(x.counts, expected)


def test_a_rare_word_keeps_its_place():
    texts = [["a", "rare", "b"], ["a"], ["b"]]
    x = cooccurrences(texts, 2, max_words=2)
    assert x.words == ("a", "b") and x.counts[0, 1] == 1 / 2


@pytest.mark.parametrize(
    ("texts", "options", "message"),
    [
        ([["a"]], {"window": 0}, "window is 0"),
        ([["a"]], {"max_words": 0}, "max_words 0"),
        (["a b"], {}, "a text is a string, expected a list of words"),
        ([], {}, "no words"),
        ([[]], {}, "no words"),
    ],
)
def test_nothing_to_count(texts, options, message):
    with pytest.raises(ValueError, match=message):
        cooccurrences(texts, **options)


# --- loss and gradient ----------------------------------------------------------------------------


def test_weight():
    np.testing.assert_allclose(weight(np.array([0, 1, 16, 100]), 16), [0, 16**-0.75, 1, 1])


def problem(seed, n=5, dim=3):
    rng = np.random.default_rng(seed)
    counts = rng.poisson(1.5, (n, n)) * rng.random((n, n))
    shapes = ((n, dim), (n, dim), (n,), (n,))
    parameters = Parameters(*(rng.normal(size=shape) for shape in shapes))
    return counts, parameters


def test_the_loss_is_the_sum_over_pairs_that_occur():
    counts, p = problem(0)
    expected = sum(
        min(1, (counts[i, j] / 2) ** 0.75)
        * (p.w[i] @ p.w_context[j] + p.b[i] + p.b_context[j] - np.log(counts[i, j])) ** 2
        for i, j in np.argwhere(counts)
    )
    log_x = np.log(np.where(counts > 0, counts, 7))  # what stands for log 0 must not matter
    assert loss_and_gradient(p, log_x, weight(counts, 2))[0] == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(3))
def test_the_gradient_equals_finite_differences(seed):
    counts, p = problem(seed)
    data = np.log(np.where(counts > 0, counts, 1)), weight(counts, 2)
    _, gradient = loss_and_gradient(p, *data)
    step = 1e-6
    for value, slope in zip(p.arrays(), gradient.arrays(), strict=True):
        for index in np.ndindex(value.shape):
            kept = value[index]
            losses = []
            for moved in (kept + step, kept - step):
                value[index] = moved
                losses.append(loss_and_gradient(p, *data)[0])
            value[index] = kept
            numeric = (losses[0] - losses[1]) / (2 * step)
            assert slope[index] == pytest.approx(numeric, rel=1e-5, abs=1e-6)


# --- fit ------------------------------------------------------------------------------------------


def test_the_loss_falls(fitted):
    assert fitted.losses.shape == (150,)
    assert fitted.losses[-1] < 0.1 * fitted.losses[0]
    assert np.mean(np.diff(fitted.losses) < 0) > 0.9


def test_vectors_are_the_sum_of_both(fitted):
    summed = fitted.parameters.w + fitted.parameters.w_context
    np.testing.assert_allclose(np.array(list(fitted.vectors.values())), summed, rtol=1e-5)
    assert {(v.dtype, v.shape) for v in fitted.vectors.values()} == {(np.dtype("float32"), (20,))}


def test_products_approach_the_logarithms_of_frequent_pairs(corpus, fitted):
    counts = cooccurrences(corpus).counts
    p = fitted.parameters
    predicted = p.w @ p.w_context.T + p.b[:, None] + p.b_context
    frequent = counts > 10
    assert frequent.sum() > 1000
    assert np.abs(predicted - np.log(np.where(frequent, counts, 1)))[frequent].mean() < 0.4
    assert np.corrcoef(predicted[frequent], np.log(counts[frequent]))[0, 1] > 0.85


@pytest.mark.parametrize("seed", [1, 2])
def test_neighbours_are_words_of_the_same_kind(corpus, seed):
    vectors = fit(cooccurrences(corpus), 20, epochs=60, x_max=10, seed=seed).vectors
    kinds = {
        "monday": "tuesday wednesday thursday friday saturday sunday",
        "anna": "boris clara david elena felix greta henry irene jonas",
        "three": "two four five six seven eight nine ten twelve",
    }
    for word, others in kinds.items():
        found = {near for near, _ in nearest(word, vectors, 5)}
        assert len(found & set(others.split())) >= 4, (word, found)


def test_the_seed_decides():
    x = cooccurrences([list("abcabdacbd")], 3)
    first, same, other = (fit(x, 4, epochs=20, seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.losses, same.losses)
    np.testing.assert_array_equal(first.vectors["a"], same.vectors["a"])
    assert np.abs(first.vectors["a"] - other.vectors["a"]).max() > 1e-3


def test_the_counts_stay_as_they_were():
    x = cooccurrences([list("abcabdacbd")], 3)
    before = x.counts.copy()
    fit(x, 4, epochs=5)
    np.testing.assert_array_equal(x.counts, before)


def test_seconds_for_a_thousand_words():
    counts = np.random.default_rng(0).poisson(0.5, (1000, 1000)).astype(float)
    begun = time.thread_time()
    fit(Cooccurrence(tuple(map(str, range(1000))), counts + counts.T), 25, epochs=10)
    assert time.thread_time() - begun < 5


@pytest.mark.parametrize("name", ["dim", "epochs", "learning_rate", "x_max"])
def test_numbers_out_of_range(name):
    with pytest.raises(ValueError, match=f"{name} is 0, expected more than 0"):
        fit(cooccurrences([["a", "b"]]), **{name: 0})


def test_texts_of_one_word():
    with pytest.raises(ValueError, match="no two words stand near each other"):
        fit(cooccurrences([["a"], ["b"]]))
