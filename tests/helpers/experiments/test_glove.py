import numpy as np
import pytest

from helpers.data.reviews import Reviews
from helpers.experiments import glove

GOOD, BAD = ["fine", "warm", "rich"], ["grey", "damp", "cold"]


def _told_by_one_word(words_good, words_bad, copies):
    texts = [f"a {word} film" for word in words_good + words_bad] * copies
    labels = np.array(([1] * len(words_good) + [0] * len(words_bad)) * copies)
    return tuple(texts), labels


def test_vectors_that_know_the_answer_carry_it_to_words_without_a_label():
    train, test = _told_by_one_word(GOOD[:1], BAD[:1], 10), _told_by_one_word(GOOD, BAD, 1)
    # Test words are in the vocabulary only if a training text has them.
    data = Reviews((*train[0], *test[0]), np.concatenate([train[1], test[1]]), *test, "embedded")
    vectors = {word: np.array([1.0, 0.1 * i]) for i, word in enumerate(GOOD)}
    vectors |= {word: np.array([-1.0, 0.1 * i]) for i, word in enumerate(BAD)}
    found = glove.by_labels(data, vectors, [20], seeds=range(2), length=4, looks=(5, 10))
    assert [*found] == [*glove.STARTS]
    assert [*found["frozen"]] == ["20"] and len(found["frozen"]["20"]) == 2
    assert np.mean(found["frozen"]["20"]) > 0.95


def test_labels_of_one_kind_are_refused():
    train, test = _told_by_one_word(GOOD, [], 10), _told_by_one_word(GOOD, BAD, 1)
    data = Reviews(*train, *test, "embedded")
    with pytest.raises(ValueError, match="all the same"):
        glove.by_labels(data, {"warm": np.ones(2)}, [10], seeds=[0])


def test_two_clusters_agree_and_words_without_vectors_are_left_out():
    rng = np.random.default_rng(0)
    vectors = {f"g{i}": np.array([1, 0]) + 0.01 * rng.normal(size=2) for i in range(6)}
    vectors |= {f"b{i}": np.array([0, 1]) + 0.01 * rng.normal(size=2) for i in range(6)}
    good, bad = [f"g{i}" for i in range(7)], [f"b{i}" for i in range(6)]
    found = glove.agreement(good, bad, vectors, k=5)
    assert found == {"agreeing": 1.0, "chance": pytest.approx(5 / 11), "good": 6, "bad": 6}


def test_random_vectors_agree_by_chance():
    rng = np.random.default_rng(1)
    words = [str(i) for i in range(400)]
    found = glove.agreement(words[:200], words[200:], {w: rng.normal(size=8) for w in words})
    assert abs(found["agreeing"] - found["chance"]) < 0.05


def test_too_few_words_are_refused():
    with pytest.raises(ValueError, match="1 words have a vector, expected more than k"):
        glove.agreement(["a"], ["b"], {"a": np.ones(2)}, k=5)
