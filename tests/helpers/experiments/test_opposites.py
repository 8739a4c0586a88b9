import numpy as np
import pytest

from helpers.experiments.opposites import agreement


def test_two_clusters_agree_and_words_without_vectors_are_left_out():
    rng = np.random.default_rng(0)
    vectors = {f"g{i}": np.array([1, 0]) + 0.01 * rng.normal(size=2) for i in range(6)}
    vectors |= {f"b{i}": np.array([0, 1]) + 0.01 * rng.normal(size=2) for i in range(6)}
    good, bad = [f"g{i}" for i in range(7)], [f"b{i}" for i in range(6)]
    found = agreement(good, bad, vectors, k=5)
    assert found == {"agreeing": 1.0, "chance": pytest.approx(5 / 11), "good": 6, "bad": 6}


def test_random_vectors_agree_by_chance():
    rng = np.random.default_rng(1)
    words = [str(i) for i in range(400)]
    found = agreement(words[:200], words[200:], {w: rng.normal(size=8) for w in words})
    assert abs(found["agreeing"] - found["chance"]) < 0.05


def test_too_few_words_are_refused():
    with pytest.raises(ValueError, match="1 words have a vector, expected more than k"):
        agreement(["a"], ["b"], {"a": np.ones(2)}, k=5)
