"""Classifiers of film reviews, each as it is tried first."""

import numpy as np
import pytest

from helpers.experiments import imdb
from helpers.experiments.tuning import READING, settings


@pytest.mark.parametrize("name", imdb.FAMILIES)
def test_every_family_answers_texts_as_it_reads_them(name):
    family = imdb.FAMILIES[name]
    setting = next(settings(family.choices))
    options = {key: value for key, value in setting.items() if key not in READING}
    if family.vectors:
        options["vectors"] = np.zeros((50, setting["dim"]), "float32")
    model = family.build(50, **options)
    answers = np.asarray(model(np.random.default_rng(0).integers(1, 50, (2, 20))))
    assert answers.shape == (2, 1) and ((answers > 0) & (answers < 1)).all()


def test_a_bag_of_words_reads_no_order_and_counts_a_word_once():
    model = imdb.bag_of_words(10)
    answers = np.asarray(model(np.array([[3, 4, 5], [5, 3, 4], [3, 4, 5]])))
    np.testing.assert_allclose(answers[0], answers[1])
    twice, once = (np.asarray(model(np.array([row]))) for row in ([3, 3, 4], [3, 4, 4]))
    np.testing.assert_allclose(twice, once)


def test_a_reader_drops_whole_words():
    model = imdb.reader(10, dim=4, units=3, widths=(2,), word_dropout=0.5, dropout=0)
    [words] = [layer for layer in model.layers if getattr(layer, "noise_shape", None)]
    out = np.asarray(words(np.ones((4, 20, 4), "float32"), training=True))
    assert set(np.unique(out)) == {0, 2}
    assert (out == out[..., :1]).all()


@pytest.mark.parametrize("body", ["none", "GRU", "LSTM"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_padding_before_a_text_changes_no_answer(body, bidirectional):
    summary = "average" if body == "none" else "last"
    model = imdb.reader(10, body=body, summary=summary, dim=4, units=3, bidirectional=bidirectional)
    alone, padded = (np.array([row]) for row in ([3, 4, 5], [0, 0, 3, 4, 5]))
    np.testing.assert_allclose(model(alone), model(padded), atol=1e-6)


def test_the_strongest_window_is_heard_once_and_the_average_as_often_as_it_is_there():
    once, often = np.array([[3, 1, 1, 1]]), np.array([[3, 3, 3, 3]])
    for summary, differs in (("strongest", False), ("average", True)):
        model = imdb.reader(10, summary=summary, dim=4, units=8, widths=(1,))
        vectors = np.zeros((10, 4), "float32")
        vectors[3] = 1.0  # and the other words say nothing
        model.layers[1].set_weights([vectors])
        assert (not np.allclose(model(once), model(often), atol=1e-6)) == differs
