"""Recurrent models as functions of their sizes, each compiled and ready to fit."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from helpers.models.compiled import answer_yes_or_no, prepare

#: The layers that `build_recurrent` knows.
CELLS = {"SimpleRNN": layers.SimpleRNN, "GRU": layers.GRU, "LSTM": layers.LSTM}
#: What `made` knows by its name.
MAKERS = {
    **{name: getattr(keras.initializers, name) for name in ("Orthogonal", "RandomNormal")},
    **{name: getattr(keras.initializers, name) for name in ("GlorotUniform", "HeNormal")},
    "Identity": keras.initializers.Identity,
    "L2": keras.regularizers.L2,
}


def build_vanilla_rnn(features: int, units: int = 64, **options: Any) -> keras.Model:
    """One SimpleRNN and a yes-or-no answer; ``options`` as in `build_recurrent`."""
    return build_recurrent("SimpleRNN", features, units, **options)


def build_gru_model(features: int, units: int = 64, **options: Any) -> keras.Model:
    """One GRU and a yes-or-no answer; ``options`` as in `build_recurrent`."""
    return build_recurrent("GRU", features, units, **options)


def build_lstm_model(features: int, units: int = 64, **options: Any) -> keras.Model:
    """One LSTM and a yes-or-no answer; ``options`` as in `build_recurrent`."""
    return build_recurrent("LSTM", features, units, **options)


def build_bidirectional_lstm(features: int, units: int = 64, **options: Any) -> keras.Model:
    """Two LSTMs, one for each direction, and a yes-or-no answer."""
    return build_recurrent("LSTM", features, units, bidirectional=True, **options)


def build_stacked_lstm(
    features: int, units: tuple[int, ...] = (64, 64), **options: Any
) -> keras.Model:
    """LSTMs on top of each other, and a yes-or-no answer."""
    return build_recurrent("LSTM", features, units, **options)


def build_recurrent(
    cell: str,
    features: int,
    units: int | tuple[int, ...] = 64,
    *,
    bidirectional: bool = False,
    dropout: float = 0.0,
    batch_normalization: bool = False,
    learning_rate: float = 1e-3,
) -> keras.Model:
    """A yes-or-no model over sequences of any length.

    Parameters
    ----------
    cell : str
        ``"SimpleRNN"``, ``"GRU"`` or ``"LSTM"``.
    features : int
        Size of one input vector: the model reads (batch, timesteps, features).
    units : int or tuple of int
        Size of the hidden state, or of each layer from the input to the output. All layers but
        the last return their whole sequence to the next.
    bidirectional : bool
        Whether every layer reads the sequence from both ends; its outputs are then twice as wide.
    dropout : float
        Share of entries dropped between layers and before the answer.
    batch_normalization : bool
        Whether to normalise each entry of a recurrent layer's output over the batch (and over the
        timesteps, if there are several), before dropout.
    learning_rate : float
        Of Adam.

    Raises
    ------
    ValueError
        If the cell is unknown, or a size is not positive.
    """
    if cell not in CELLS:
        raise ValueError(f"cell is {cell!r}, expected one of {[*CELLS]}")
    sizes = (units,) if isinstance(units, int) else tuple(units)
    if features < 1 or not sizes or min(sizes) < 1:
        raise ValueError(f"features is {features}, units {units}: expected positive sizes")
    model = keras.Sequential([keras.Input((None, features))])
    for depth, size in enumerate(sizes, 1):
        layer = CELLS[cell](size, return_sequences=depth < len(sizes))
        model.add(layers.Bidirectional(layer) if bidirectional else layer)
        if batch_normalization:
            model.add(layers.BatchNormalization())
        if dropout:
            model.add(layers.Dropout(dropout))
    return answer_yes_or_no(model, learning_rate)


def create_models_for_comparison(features: int, units: int = 64) -> dict[str, keras.Model]:
    """One model of each kind, all with ``units`` units in every recurrent layer.

    Equal units are not equal sizes: `parameters_of` says what each layer holds.
    """
    return {
        "SimpleRNN": build_vanilla_rnn(features, units),
        "GRU": build_gru_model(features, units),
        "LSTM": build_lstm_model(features, units),
        "bidirectional LSTM": build_bidirectional_lstm(features, units),
        "stacked LSTM": build_stacked_lstm(features, (units, units)),
    }


def memory_model(
    cell: str = "SimpleRNN",
    *,
    units: int = 64,
    learning_rate: float = 1e-3,
    clip: dict[str, float] | None = None,
    **options: Any,
) -> keras.Model:
    """One recurrent layer that reads (batch, timesteps, 1), and a yes-or-no answer at the end.

    ``options`` go to the layer; a pair ``(name, arguments)`` becomes the initialiser or the
    regulariser of that name, anew for each model.
    """
    recurrent = getattr(layers, cell)(units, **made(options))
    answer = layers.Dense(1, activation="sigmoid")
    model = keras.Sequential([keras.Input((None, 1)), recurrent, answer])
    optimizer = keras.optimizers.Adam(learning_rate, **(clip or {}))
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"])
    return prepare(model)


def made(options: dict[str, Any]) -> dict[str, Any]:
    """Options of a layer, with each pair ``(name, arguments)`` replaced by what it names."""
    return {
        key: MAKERS[value[0]](**value[1]) if isinstance(value, tuple) else value
        for key, value in options.items()
    }


def parameters_of(cell: str, features: int, units: int, *, reset_after: bool = True) -> int:
    """How many numbers a recurrent layer of Keras learns.

    Each block, of which a SimpleRNN has one, a GRU three and an LSTM four, has a matrix for the
    input, one for the state, and a bias; a GRU with ``reset_after`` has two biases.

    Raises
    ------
    ValueError
        If the cell is unknown.
    """
    if cell not in CELLS:
        raise ValueError(f"cell is {cell!r}, expected one of {[*CELLS]}")
    blocks = {"SimpleRNN": 1, "GRU": 3, "LSTM": 4}[cell]
    biases = 2 if cell == "GRU" and reset_after else 1
    return blocks * units * (features + units + biases)


def open_gate(layer: keras.layers.Layer, bias: float) -> None:
    """Set the bias of the gate that keeps the old state: a GRU's update, an LSTM's forget gate.

    A large bias opens it: the layer then begins by remembering.

    Raises
    ------
    ValueError
        If the layer is neither a GRU nor an LSTM, is not built, or has no bias.
    """
    if not isinstance(layer, (layers.GRU, layers.LSTM)) or not layer.built or not layer.use_bias:
        raise ValueError(f"{layer.name} is not a built GRU or LSTM with a bias")
    W_xh, W_hh, b = layer.get_weights()
    if isinstance(layer, layers.LSTM):
        b[layer.units : 2 * layer.units] = bias
    else:  # the first row, if there are two
        b.reshape(-1, 3 * layer.units)[0, : layer.units] = bias
    layer.set_weights([W_xh, W_hh, b])


def qualifies_for_cudnn(layer: keras.layers.Layer) -> bool:
    """Whether Keras can run a GRU or LSTM on NVIDIA's fused kernels, on a GPU that has them.

    They hold one set of activations and nothing between the steps. Right-padded masks are the
    one condition that depends on the data, and is not looked at here.

    Notes
    -----
    The conditions are those of the documentation of ``keras.layers.LSTM`` and
    ``keras.layers.GRU``.
    """
    if not isinstance(layer, (layers.GRU, layers.LSTM)):
        return False
    standard = (layer.activation, layer.recurrent_activation) == (
        keras.activations.tanh,
        keras.activations.sigmoid,
    )
    plain = not layer.unroll and layer.use_bias and not layer.recurrent_dropout
    return standard and plain and getattr(layer, "reset_after", True)
