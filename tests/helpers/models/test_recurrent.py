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
