"""Counted words and pairs."""

import numpy as np
import pytest

from helpers.data.reviews import Reviews
from helpers.experiments import bags


def reviews_of(texts, labels, copies):
    return tuple(texts) * copies, np.array(labels * copies)


#: Whoever reads single words cannot tell these apart; pairs can.
TURNED = ("good not bad", "bad not good", "not good bad", "not bad good")


@pytest.fixture(scope="module")
def outcome():
    train = reviews_of(TURNED, [1, 0, 0, 1], 20)
    test = reviews_of(TURNED, [1, 0, 0, 1], 3)
    return bags.counting(Reviews(*train, *test, "real"), lengths=(2, None), strengths=(1.0, 100.0))


def test_pairs_know_what_words_cannot(outcome):
    assert outcome["pairs"]["all"]["accuracy"] == 1
    assert outcome["words"]["all"]["accuracy"] == 0.5
    alone, other = outcome["pairs"]["all"]["against words"]
    assert (alone, other) == (6, 0)


def test_of_a_length_the_end_is_read(outcome):
    assert outcome["words"]["2"]["accuracy"] > 0.5  # "not bad" and "bad good" differ in a word


def test_the_strength_is_one_of_those_that_were_tried(outcome):
    rows = [row for rows in outcome.values() for row in rows.values()]
    assert all(row["C"] in (1.0, 100.0) and row["seconds"] > 0 for row in rows)
