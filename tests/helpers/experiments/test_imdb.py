import dataclasses
from functools import partial

import keras
import numpy as np
import pytest

from helpers import models
from helpers.data.reviews import Reviews
from helpers.experiments import imdb

SMALL = {
    "average": imdb.Contender(
        partial(models.build_text_classifier, 8, dim=4, encoder="average", learning_rate=0.1),
        words=8,
        length=6,
        most_epochs=15,
        batch_size=16,
    )
}


def told_by_one_word(copies):
    texts = [f"a {word} film {n}" for n in range(copies) for word in ("warm", "cold")]
    return tuple(texts), np.array([1, 0] * copies)


def test_a_contest_learns_from_all_training_texts_and_counts_what_stands_on_both_sides():
    train, test = told_by_one_word(100), told_by_one_word(3)
    found = imdb.contest(Reviews(*train, *test, "real"), SMALL, seeds=iter(range(2)))
    assert found["data"] == {"train": 200, "held back": 20, "test": 6, "in both halves": 6}
    row = found["models"]["average"]
    assert row["accuracy"] == [1.0, 1.0] and max(row["loss"]) < 0.5
    assert len(row["seconds"]) == 2 and min(row["seconds"]) > 0
    assert 1 <= row["epochs"] <= 15
    assert (row["words"], row["length"]) == (8, 6) and row["weights"] == 8 * 4 + 5


def test_what_is_held_back_ends_the_choice_of_epochs():
    texts, labels = told_by_one_word(100)
    labels[180:] = 1 - labels[180:]  # what is held back contradicts: each epoch makes it worse
    found = imdb.contest(Reviews(texts, labels, texts[:2], labels[:2], "real"), SMALL, seeds=[0])
    assert found["models"]["average"]["epochs"] < 15


@pytest.mark.parametrize("name", imdb.CONTENDERS)
def test_every_contender_answers_texts_of_its_length(name):
    contender = imdb.CONTENDERS[name]
    model = contender.build()
    ids = np.random.default_rng(0).integers(1, contender.words, (2, contender.length))
    answers = np.asarray(model(ids))
    assert answers.shape == (2, 1) and ((answers > 0) & (answers < 1)).all()


def test_a_bag_of_words_reads_no_order_and_counts_a_word_once():
    model = imdb.bag_of_words(10)
    answers = np.asarray(model(np.array([[3, 4, 5], [5, 3, 4], [3, 4, 5]])))
    np.testing.assert_allclose(answers[0], answers[1])
    twice, once = (np.asarray(model(np.array([row]))) for row in ([3, 3, 4], [3, 4, 4]))
    np.testing.assert_allclose(twice, once)


def test_the_averaged_windows_drop_whole_words():
    model = imdb.averaged_windows(10, dim=4, filters=3, widths=(2,), word_dropout=0.5, dropout=0)
    [words] = [layer for layer in model.layers if getattr(layer, "noise_shape", None)]
    out = np.asarray(words(np.ones((4, 20, 4), "float32"), training=True))
    assert set(np.unique(out)) == {0, 2}
    assert (out == out[..., :1]).all()


def test_a_contender_can_be_shortened():
    short = dataclasses.replace(imdb.CONTENDERS["average"], most_epochs=1)
    assert isinstance(short.build(), keras.Model) and short.most_epochs == 1
