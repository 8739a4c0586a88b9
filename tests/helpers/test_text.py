import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import text
from helpers.data import reviews

texts_of_abc = st.lists(st.text("abc ", min_size=1, max_size=30), min_size=1, max_size=8)


def _corpus(train, test=("x",)):
    labels = np.zeros(len(train), dtype=int), np.zeros(len(test), dtype=int)
    return reviews.Reviews(tuple(train), labels[0], tuple(test), labels[1], "embedded")


def test_ids_by_frequency_then_alphabet():
    vocabulary = text.build_vocabulary(["b a b", "c a b"])
    assert vocabulary == {"": 0, "[UNK]": 1, "b": 2, "a": 3, "c": 4}
    assert text.build_vocabulary(["b a b", "c a b"], 4) == {"": 0, "[UNK]": 1, "b": 2, "a": 3}


@pytest.mark.parametrize(
    ("pad", "keep", "rows"),
    [
        ("after", "start", [[2, 1, 3], [2, 0, 0], [0, 0, 0]]),
        ("after", "end", [[1, 3, 2], [2, 0, 0], [0, 0, 0]]),
        ("before", "start", [[2, 1, 3], [0, 0, 2], [0, 0, 0]]),
        ("before", "end", [[1, 3, 2], [0, 0, 2], [0, 0, 0]]),
    ],
)
def test_rows_are_cut_and_padded_where_they_are_asked_to_be(pad, keep, rows):
    vocabulary = {"": 0, "[UNK]": 1, "a": 2, "b": 3}
    found = text.encode(["A z b, a", "a", ""], vocabulary, 3, pad=pad, keep=keep)
    assert found.tolist() == rows and found.dtype == np.int32


def test_a_hundred_thousand_words_are_one_row():
    row = text.encode(["good " * 100_000], text.build_vocabulary(["good"]), 50)
    assert row.shape == (1, 50) and (row == 2).all()


@settings(max_examples=20)
@given(texts_of_abc, st.integers(1, 8))
def test_keras_numbers_the_same_words_alike(texts, length):
    vocabulary = text.build_vocabulary(["a b c aa bb ab ba"])
    reference = keras.layers.TextVectorization(
        vocabulary=[*vocabulary][2:], output_sequence_length=length
    )
    found = text.encode(texts, vocabulary, length)
    np.testing.assert_array_equal(found, np.asarray(reference(np.array(texts))))


@given(texts_of_abc, st.integers(3, 6), st.integers(1, 8))
def test_encoding_holds_its_promises(texts, max_words, length):
    x_train, y_train, *_ = text.encode_reviews(_corpus(texts), max_words=max_words, length=length)
    assert x_train.shape == (len(texts), length) and x_train.dtype == np.int32
    assert y_train.dtype == np.int32
    assert x_train.min() >= 0 and x_train.max() < max_words
    for row, written in zip(x_train, texts, strict=True):
        kept = min(len(reviews.words(written)), length)
        assert (row[: length - kept] == 0).all() and (row[length - kept :] > 0).all()


def test_test_texts_add_no_words():
    _, _, x_test, _ = text.encode_reviews(_corpus(["a b"], ["z a z b"]), length=3)
    assert x_test.tolist() == [[2, 1, 3]]


@pytest.mark.parametrize(
    "call",
    [
        lambda: text.build_vocabulary(["a"], 2),
        lambda: text.build_vocabulary("a b"),
        lambda: text.encode("a b", {"a": 2}, 3),
        lambda: text.encode(["a"], {"a": 2}, 0),
        lambda: text.encode(["a"], {"a": 2}, 3, pad="left"),
        lambda: text.encode(["a"], {"a": 2}, 3, keep="middle"),
        lambda: text.encode(["a"], {"a": 0}, 3),
    ],
)
def test_nonsense_is_refused(call):
    with pytest.raises(ValueError, match="expected|padding"):
        call()
