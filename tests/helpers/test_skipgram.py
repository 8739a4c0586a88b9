import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import skipgram
from helpers.cooccurrence import Cooccurrence, cooccurrences

TEXTS = [["a", "b", "c", "a", "b"], ["d", "c", "b", "a"], ["d", "d", "a", "c"]] * 3


@pytest.fixture(scope="module")
def counted():
    return cooccurrences(TEXTS, window=2)


def test_pairs_are_drawn_as_often_as_they_were_counted(counted):
    rng = np.random.default_rng(0)
    drawn = skipgram.draw_pairs(counted.counts, 200_000, 3, rng)
    expected = skipgram.expected_pairs(counted.counts, 3)
    for found, mean in zip(drawn, expected, strict=True):
        np.testing.assert_allclose(found / 200_000, mean, atol=0.01)
    assert not drawn[0][counted.counts == 0].any()
    assert drawn[0].sum() == 200_000 and drawn[1].sum() == 600_000


@given(st.integers(0, 10**6), st.integers(2, 5), st.integers(1, 4))
def test_gradients_are_those_of_finite_differences(seed, words, dim):
    rng = np.random.default_rng(seed)
    positive, negative = rng.integers(0, 4, (2, words, words)).astype(float)
    both = rng.normal(size=(2, words, dim))
    _, *gradients = skipgram.loss_and_gradient(*both, positive, negative)
    for which in (0, 1):
        at = (which, rng.integers(words), rng.integers(dim))
        losses = []
        for step in (1e-5, -1e-5):
            moved = both.copy()
            moved[at] += step
            losses.append(skipgram.loss_and_gradient(*moved, positive, negative)[0])
        slope = (losses[0] - losses[1]) / 2e-5
        np.testing.assert_allclose(gradients[which][at[1:]], slope, rtol=1e-4, atol=1e-6)


def test_the_loss_is_the_papers_sum_over_pairs():
    score = np.array([[2.0, -1.0], [0.5, 0.0]])
    positive, negative = np.array([[1.0, 0], [2, 0]]), np.array([[0, 3.0], [1, 0]])
    found, *_ = skipgram.loss_and_gradient(np.eye(2), score.T, positive, negative)
    sigma = 1 / (1 + np.exp(-score))
    by_hand = -np.sum(positive * np.log(sigma) + negative * np.log(1 - sigma))
    assert found == pytest.approx(by_hand)


def test_shifted_information_is_the_least_of_the_mean_loss(counted):
    best = skipgram.shifted_pmi(counted, 2)
    met = np.isfinite(best)
    np.testing.assert_array_equal(met, counted.counts > 0)
    tables = skipgram.expected_pairs(counted.counts, 2)
    eye, scores = np.eye(len(best)), np.where(met, best, -50.0)
    least, *_ = skipgram.loss_and_gradient(eye, scores.T, *tables)
    for shift in (-0.1, 0.1):
        assert skipgram.loss_and_gradient(eye, (scores + shift * met).T, *tables)[0] > least


def test_more_chance_words_only_shift_the_information(counted):
    one, five = (skipgram.shifted_pmi(counted, k) for k in (1, 5))
    met = np.isfinite(one)
    np.testing.assert_allclose(one[met] - five[met], np.log(5))


def test_words_with_the_same_company_get_like_vectors():
    texts = [["the", animal, "barks"] for animal in ("dog", "hound")] * 30
    texts += [["some", dish, "tastes"] for dish in ("soup", "stew")] * 30
    vectors = skipgram.fit(cooccurrences(texts, 2), 4, pairs=500).vectors
    unit = {word: vector / np.linalg.norm(vector) for word, vector in vectors.items()}
    assert unit["dog"] @ unit["hound"] > 0.8 > unit["dog"] @ unit["soup"]


def test_a_seed_gives_the_same_vectors_and_the_loss_falls(counted):
    one, two, other = (skipgram.fit(counted, 3, pairs=200, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.w, two.w)
    assert (one.w != other.w).any() and one.losses[-1] < one.losses[0]
    both = skipgram.fit(counted, 3, pairs=200, seed=1, both=True)
    np.testing.assert_allclose(
        both.vectors["a"], (one.w + one.w_context)[counted.words.index("a")], rtol=1e-5
    )


@pytest.mark.parametrize("option", ["dim", "negatives", "steps", "pairs", "learning_rate"])
def test_what_is_out_of_range_is_named(counted, option):
    with pytest.raises(ValueError, match=f"{option} is 0"):
        skipgram.fit(counted, **{option: 0})


def test_texts_without_a_pair_are_refused():
    with pytest.raises(ValueError, match="too short"):
        skipgram.fit(Cooccurrence(("a",), np.zeros((1, 1))))
