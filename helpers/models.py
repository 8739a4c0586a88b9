"""Recurrent models as functions of their sizes, each compiled and ready to fit."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers

#: The layers that `build_recurrent` knows.
CELLS = {"SimpleRNN": layers.SimpleRNN, "GRU": layers.GRU, "LSTM": layers.LSTM}


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
    return _answer_yes_or_no(model, learning_rate)


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


#: How `build_text_classifier` makes one vector of many, besides the names in `CELLS`.
POOLS = ("average", "convolution")


def build_text_classifier(
    vocabulary_size: int,
    *,
    dim: int = 32,
    encoder: str = "GRU",
    units: int | tuple[int, ...] = 32,
    bidirectional: bool = False,
    mask: bool = True,
    dropout: float = 0.0,
    vectors: np.ndarray | None = None,
    trainable: bool = True,
    learning_rate: float = 1e-3,
    **options: Any,
) -> keras.Model:
    """A yes-or-no model over rows of word ids of any length; id 0 is padding.

    Parameters
    ----------
    vocabulary_size : int
        One more than the largest id.
    dim : int
        Size of a word's vector.
    encoder : str
        ``"average"``, ``"convolution"`` (windows of three words, the strongest answer of each
        filter), ``"SimpleRNN"``, ``"GRU"`` or ``"LSTM"``.
    units : int or tuple of int
        Filters or units, of each layer; an average has none.
    bidirectional : bool
        Whether recurrent layers read from both ends.
    mask : bool
        Whether recurrent layers and the average skip padding; a convolution cannot.
    dropout : float
        Share of entries dropped after the embedding and before the answer.
    vectors : array, shape (vocabulary_size, dim), optional
        Where the embedding begins; small random numbers unless given.
    trainable : bool
        Whether training moves the embedding.
    learning_rate : float
        Of Adam.
    **options
        For the recurrent layers, such as ``recurrent_dropout``.

    Raises
    ------
    ValueError
        If the encoder is unknown, or the vectors have another shape.
    """
    if encoder not in (*POOLS, *CELLS):
        raise ValueError(f"encoder is {encoder!r}, expected one of {[*POOLS, *CELLS]}")
    if vectors is not None and vectors.shape != (vocabulary_size, dim):
        raise ValueError(f"vectors have shape {vectors.shape}, expected {(vocabulary_size, dim)}")
    start = "uniform" if vectors is None else keras.initializers.Constant(vectors)
    embedding = layers.Embedding(
        vocabulary_size,
        dim,
        embeddings_initializer=start,
        mask_zero=mask and encoder != "convolution",
        trainable=trainable,
    )
    model = keras.Sequential([keras.Input((None,), dtype="int32"), embedding])
    if dropout:
        model.add(layers.Dropout(dropout))
    sizes = (units,) if isinstance(units, int) else tuple(units)
    match encoder:
        case "average":
            model.add(layers.GlobalAveragePooling1D())
        case "convolution":
            for filters in sizes:
                model.add(layers.Conv1D(filters, 3, activation="relu", padding="same"))
            model.add(layers.GlobalMaxPooling1D())
        case cell:
            for depth, size in enumerate(sizes, 1):
                layer = CELLS[cell](size, return_sequences=depth < len(sizes), **options)
                model.add(layers.Bidirectional(layer) if bidirectional else layer)
    if dropout:
        model.add(layers.Dropout(dropout))
    return _answer_yes_or_no(model, learning_rate)


def build_hybrid_classifier(
    vocabulary_size: int,
    *,
    dim: int = 300,
    units: int = 64,
    hidden: tuple[int, ...] = (64, 32),
    activation: str | None = None,
    dropout: float = 0.25,
    learning_rate: float = 1e-3,
) -> keras.Model:
    """Embedding, Dense, LSTM, GRU and Dense layers: the popular pile, with or without bends.

    Parameters
    ----------
    vocabulary_size : int
        One more than the largest id.
    dim : int
        Of a word's vector, and of the Dense layer that reads it.
    units : int
        Of the LSTM and the GRU.
    hidden : tuple of int
        Sizes of the Dense layers before the answer.
    activation : str, optional
        Of all Dense layers but the answer; without one they are linear, as in the original.
    dropout, learning_rate : float
    """
    model = keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            layers.Embedding(vocabulary_size, dim, mask_zero=True),
            layers.Dense(dim, activation=activation),
            layers.Dropout(dropout),
            layers.LSTM(units, return_sequences=True),
            layers.GRU(units),
        ]
    )
    for depth, size in enumerate(hidden):
        if depth:
            model.add(layers.Dropout(dropout))
        model.add(layers.Dense(size, activation=activation))
    return _answer_yes_or_no(model, learning_rate)


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


def prepare(model: keras.Model, labels: np.ndarray | None = None) -> keras.Model:
    """Create now what training keeps besides the weights: the optimizer's moments, the totals.

    TensorFlow traces a function once more if its first trace made a variable, so this saves half
    of the time before the first step, and changes no number.

    Parameters
    ----------
    model : keras.Model
        Built and compiled.
    labels : array, optional
        Such as it will be trained on; like its answers unless given.

    Returns
    -------
    keras.Model
        The same.
    """
    model.optimizer.build(model.trainable_variables)
    answers = np.zeros([size or 1 for size in model.output_shape], "float32")
    model.compute_metrics(None, answers if labels is None else labels[:1], answers)
    model.reset_metrics()
    return model


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


def _answer_yes_or_no(model: keras.Sequential, learning_rate: float) -> keras.Model:
    model.add(layers.Dense(1, activation="sigmoid"))
    optimizer = keras.optimizers.Adam(learning_rate)
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"])
    return prepare(model)
