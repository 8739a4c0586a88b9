import numpy as np
import pytest

from helpers import text
from helpers.data import reviews
from helpers.experiments import embeddings
from helpers.experiments.embeddings import READINGS, encode, pad, unknown_and_length


@pytest.fixture(scope="module")
def corpus():
    return reviews.load("embedded", n_train=200, n_test=100)


@pytest.mark.parametrize("name", READINGS)
def test_no_reading_has_more_ids_than_it_may(corpus, name):
    reading = READINGS[name](corpus.train_texts, 90)
    rows = encode(corpus.test_texts, reading)
    assert len(rows) == 100 and max(map(max, rows)) < 90
    assert {text.PAD, text.UNKNOWN}.isdisjoint(
        id for word, id in reading.ids.items() if word not in ("", "[UNK]")
    )


def test_words_are_those_of_the_vocabulary(corpus):
    reading = embeddings.words(corpus.train_texts, 60)
    vocabulary = text.build_vocabulary(corpus.train_texts, 60)
    np.testing.assert_array_equal(
        pad(encode(corpus.test_texts, reading), 60),
        text.encode(corpus.test_texts, vocabulary, 60),
    )


def test_finer_readings_lose_less_and_take_longer(corpus):
    told = {
        name: unknown_and_length(encode(corpus.test_texts, make(corpus.train_texts, 90)))
        for name, make in READINGS.items()
    }
    assert told["words"][0] > 0.2 > 0.01 > told["pieces"][0]
    assert told["words"][1] < told["pieces"][1] < told["characters"][1]


def test_unknown_and_length_by_hand():
    assert unknown_and_length([[1, 5], [1, 1, 7, 8]]) == (0.5, 3.0)


def test_a_text_is_padded_and_never_cut():
    assert pad([[4, 5], [6]], 3).tolist() == [[4, 5, 0], [6, 0, 0]]
    with pytest.raises(ValueError, match="a text has 2 ids, expected at most 1"):
        pad([[4, 5]], 1)


def test_readings_are_compared_over_seeds():
    found = embeddings.compare((70, 90), seeds=range(2), rates=(0.01,), n_train=64, epochs=1)
    assert [*found["characters"]] == ["70"] and [*found["pieces"]] == ["70", "90"]
    assert {key: len(row) for key, row in found["words"]["90"].items()} == {
        "unknown": 2,
        "timesteps": 2,
        "accuracy at 0.01": 2,
    }
