import keras
import numpy as np
import pytest

from helpers import models


@pytest.mark.parametrize("encoder", [*models.POOLS, *models.CELLS])
def test_a_text_classifier_answers_texts_of_any_length(encoder):
    model = models.build_text_classifier(9, dim=4, encoder=encoder, units=3, dropout=0.5)
    for timesteps in (3, 7):
        answer = np.asarray(model(np.ones((2, timesteps), "int32")))
        assert answer.shape == (2, 1) and ((answer > 0) & (answer < 1)).all()


@pytest.mark.parametrize("encoder", ["average", "SimpleRNN", "GRU", "LSTM"])
@pytest.mark.parametrize("mask", [True, False])
def test_padding_changes_nothing_under_a_mask(encoder, mask):
    model = models.build_text_classifier(9, dim=4, encoder=encoder, units=3, mask=mask)
    model.set_weights([weights + 0.3 for weights in model.get_weights()])
    short = np.array([[3, 5, 2]])
    padded = np.array([[3, 5, 2, 0, 0, 0]])
    moved = np.abs(np.asarray(model(short)) - np.asarray(model(padded))).max()
    assert (moved < 1e-6) == mask


def test_given_vectors_stay_where_they_are_when_frozen():
    vectors = np.arange(12, dtype="float32").reshape(6, 2)
    for trainable in (True, False):
        model = models.build_text_classifier(
            6, dim=2, encoder="average", vectors=vectors, trainable=trainable
        )
        model.train_on_batch(np.array([[1, 2, 3]]), np.array([1]))
        assert (model.layers[0].get_weights()[0] == vectors).all() != trainable


def test_recurrent_layers_stack_both_ways():
    model = models.build_text_classifier(
        9, encoder="LSTM", units=(5, 4), bidirectional=True, recurrent_dropout=0.1
    )
    assert [layer.output.shape[1:] for layer in model.layers[1:3]] == [(None, 10), (8,)]
    assert model.layers[1].forward_layer.recurrent_dropout == 0.1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"encoder": "transformer"}, "encoder is 'transformer'"),
        ({"vectors": np.zeros((5, 32))}, r"expected \(6, 32\)"),
    ],
)
def test_text_classifiers_that_cannot_be(options, message):
    with pytest.raises(ValueError, match=message):
        models.build_text_classifier(6, **options)


def test_the_popular_pile_has_the_size_that_people_print():
    assert models.build_hybrid_classifier(5000).count_params() == 1_714_973


def test_the_end_of_the_pile_is_one_linear_map_unless_it_bends():
    for activation in (None, "relu"):
        model = models.build_hybrid_classifier(
            9, dim=3, units=4, hidden=(5, 5), activation=activation
        )
        end = keras.Sequential([keras.Input((4,)), *model.layers[-4:-1]])
        dense = keras.Sequential([end, keras.layers.Dense(1)])
        rng = np.random.default_rng(0)
        dense.set_weights([rng.normal(size=w.shape) for w in dense.get_weights()])
        a, b = rng.normal(size=(2, 50, 4)).astype("float32") * 3
        middle = np.asarray(dense((a + b) / 2))
        gap = np.abs(middle - (np.asarray(dense(a)) + np.asarray(dense(b))) / 2).max()
        assert (gap < 1e-3) == (activation is None)
