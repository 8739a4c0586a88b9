import numpy as np
import pytest

from helpers import cooccurrence
from helpers.experiments import skipgram
from helpers.experiments.skipgram import CLASSES, METHODS, told_by_one_example

WORDS = [word for group in CLASSES for word in group]


def test_vectors_of_the_classes_are_right_and_vectors_of_nothing_are_not():
    by_class = {word: np.eye(6)[label] for label, group in enumerate(CLASSES) for word in group}
    assert told_by_one_example(by_class, 0) == told_by_one_example(by_class, 6) == 1
    turned = {word: -vector for word, vector in by_class.items()}
    assert told_by_one_example(turned, 0) == 1  # the example is turned as well
    rng = np.random.default_rng(0)
    by_chance = [
        told_by_one_example({word: rng.normal(size=9) for word in WORDS}, 0) for _ in range(30)
    ]
    assert np.mean(by_chance) == pytest.approx(1 / 6, abs=0.05)


def test_a_word_without_a_vector_is_wrong():
    some = {group[0]: np.eye(6)[label] for label, group in enumerate(CLASSES)}
    assert told_by_one_example(some, 0) == 0
    assert told_by_one_example(some | {CLASSES[0][1]: np.eye(6)[0]}, 0) == pytest.approx(
        1 / (len(WORDS) - 6)
    )


def test_every_method_gives_each_word_a_row():
    x = cooccurrence.cooccurrences([WORDS, WORDS[::-1], WORDS[::2]], window=4)
    for settings in METHODS.values():
        for make in settings.values():
            assert len(make(x, 0)) == len(x.words)


def test_methods_are_compared_over_seeds():
    counts = {"counts": METHODS["counts"]}
    found = skipgram.compare((20, 60), seeds=range(2), methods=counts)["counts"]["logarithms"]
    assert [len(row) for row in found.values()] == [2, 2]
    assert np.mean(found["60"]) > np.mean(found["20"])
    assert len(METHODS["GloVe"]) == len(METHODS["skip-gram"]) == 6
