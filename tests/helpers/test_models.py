import importlib

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import models
from helpers.cells import GRU, LSTM

small = st.integers(1, 5)


@settings(max_examples=10)
@given(st.sampled_from([*models.CELLS]), small, small, st.booleans())
def test_the_formula_counts_what_keras_counts(cell, features, units, both):
    model = models.build_recurrent(cell, features, units, bidirectional=both)
    layer = model.layers[0]
    assert layer.count_params() == (1 + both) * models.parameters_of(cell, features, units)


def test_a_gru_that_resets_before_has_one_bias():
    layer = keras.layers.GRU(4, reset_after=False)
    layer.build((None, None, 3))
    assert layer.count_params() == models.parameters_of("GRU", 3, 4, reset_after=False)


def test_models_for_comparison_answer_sequences_of_any_length():
    for name, model in models.create_models_for_comparison(2, units=3).items():
        for timesteps in (1, 5):
            answer = np.asarray(model(np.ones((4, timesteps, 2), "float32")))
            assert answer.shape == (4, 1) and ((answer > 0) & (answer < 1)).all(), name
        assert model.loss == "binary_crossentropy"


def test_a_stack_hands_on_sequences_and_drops_between():
    model = models.build_stacked_lstm(2, (5, 4, 3), dropout=0.5)
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds == ["LSTM", "Dropout"] * 3 + ["Dense"]
    assert [layer.return_sequences for layer in model.layers[:6:2]] == [True, True, False]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("RNN", 2), "cell is 'RNN'"),
        (("LSTM", 0), "features is 0"),
        (("LSTM", 2, (3, 0)), "units"),
        (("LSTM", 2, ()), "units"),
    ],
)
def test_sizes_that_make_no_model_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        models.build_recurrent(*arguments)


@pytest.mark.parametrize("make", [keras.layers.LSTM, keras.layers.GRU])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"activation": "relu"},
        {"recurrent_activation": "hard_sigmoid"},
        {"use_bias": False},
        {"unroll": True},
        {"recurrent_dropout": 0.1},
        {"dropout": 0.1},
        {"reset_after": False},
    ],
)
def test_cudnn_as_keras_itself_decides(make, options, monkeypatch):
    if "reset_after" in options and make is keras.layers.LSTM:
        pytest.skip("an LSTM has no reset gate")

    class Reached(Exception):
        pass

    def fused(*arguments, **more):
        raise Reached

    rnn = importlib.import_module("keras.src.backend.tensorflow.rnn")
    # As on a machine with a GPU, up to the call of the fused kernel itself.
    monkeypatch.setattr(rnn, "_is_gpu_available", lambda: True)
    monkeypatch.setattr(rnn, "_cudnn_lstm", fused)
    monkeypatch.setattr(rnn, "_cudnn_gru", fused)
    layer = make(3, use_cudnn=True, **options)
    allowed = models.qualifies_for_cudnn(layer)
    with pytest.raises(Reached if allowed else ValueError):
        layer(np.ones((2, 4, 2), "float32"))


def test_a_vanilla_layer_has_no_fused_kernel():
    assert not models.qualifies_for_cudnn(keras.layers.SimpleRNN(3))


@pytest.mark.parametrize(
    ("make", "gate"),
    [
        (lambda: keras.layers.LSTM(4), lambda cell, x: cell.forward(x).f),
        (lambda: keras.layers.GRU(4), lambda cell, x: cell.forward(x).u),
        (lambda: keras.layers.GRU(4, reset_after=False), lambda cell, x: cell.forward(x).u),
    ],
)
def test_an_opened_gate_keeps_and_nothing_else_changes(make, gate):
    layer = make()
    layer.build((None, None, 3))
    before = [weight.copy() for weight in layer.get_weights()]
    models.open_gate(layer, 30.0)
    kind = LSTM if isinstance(layer, keras.layers.LSTM) else GRU
    x = np.random.default_rng(0).normal(size=(2, 5, 3))
    assert (gate(kind.from_keras(layer), x) > 0.999).all()
    changed = [int((a != b).sum()) for a, b in zip(before, layer.get_weights(), strict=True)]
    assert changed == [0, 0, 4]


def test_only_a_gate_with_a_bias_can_be_opened():
    for layer in (keras.layers.SimpleRNN(3), keras.layers.GRU(3, use_bias=False)):
        layer.build((None, None, 2))
        with pytest.raises(ValueError, match="is not a built GRU or LSTM"):
            models.open_gate(layer, 1.0)
    with pytest.raises(ValueError, match="is not a built"):
        models.open_gate(keras.layers.LSTM(3), 1.0)


def test_batch_normalization_follows_every_recurrent_layer_and_precedes_dropout():
    model = models.build_gru_model(2, (4, 3), batch_normalization=True, dropout=0.5)
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds == ["GRU", "BatchNormalization", "Dropout"] * 2 + ["Dense"]


# --- text -----------------------------------------------------------------------------------------


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


def traces_of(model, x, y):
    seen, step = [], model.train_step

    def counting(data):
        seen.append(data)
        return step(data)

    model.train_step = counting
    model.fit(x, y, batch_size=4, verbose=0)
    return len(seen)


def classifier():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def test_a_prepared_model_is_traced_once():
    x, y = np.ones((8, 2), "float32"), np.array([0, 1, 2, 2] * 2)
    assert traces_of(classifier(), x, y) == 2, "so there is nothing left to save"
    assert traces_of(models.prepare(classifier(), y), x, y) == 1
    yes_or_no = models.build_recurrent("GRU", 1, 4)
    assert traces_of(yes_or_no, x[..., None], y == 0) == 1


def test_preparing_changes_no_number():
    x, y = np.random.default_rng(0).normal(size=(8, 2)), np.array([0, 1, 2, 2] * 2)
    fits = []
    for prepare in (lambda model, y: model, models.prepare):
        keras.utils.set_random_seed(0)
        fits.append(prepare(classifier(), y).fit(x, y, epochs=2, verbose=0).history)
    assert fits[0] == fits[1]
