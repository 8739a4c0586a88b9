"""Today's name for what Keras 2 called otherwise: tutorials and memories are full of its names."""

from __future__ import annotations

import re

LONGEST = 2000  # characters of an error in which a name is looked for

_LAYERS = "every layer is in `keras.layers` today, such as `keras.layers.LSTM`"
_TOKENIZER = (
    "`keras.preprocessing.text` and its `Tokenizer` are gone: `keras.layers.TextVectorization` "
    "turns texts into numbers today, or a dictionary of your own"
)
_GENERATOR = "`{}` takes generators itself today, and `{}_generator` is gone"
_INPUT = "the shape of the input is given by `keras.Input(shape=...)` before the first layer today"

#: What an error says, and what to do about it. The first that is found counts.
HINTS: tuple[tuple[str, str], ...] = (
    (r"not recognized: \{.*'lr'", "`lr` is called `learning_rate` today"),
    (r"no attribute 'lr'", "`optimizer.lr` is called `optimizer.learning_rate` today"),
    (
        r"keyword arguments passed to .*'input_length'",
        "`input_length` is gone: a layer takes sequences of any length today",
    ),
    (
        r"keyword arguments passed to .*'batch_input_shape'",
        f"`batch_input_shape` is gone: {_INPUT}, with `batch_size=...` if it must be fixed",
    ),
    (r"KeyError: '(val_)?acc'", "the history calls it `accuracy` and `val_accuracy` today"),
    (
        r"must end in `\.weights\.h5`",
        "the name of a file of weights ends in `.weights.h5` today, as in `model.weights.h5`",
    ),
    (
        r"Invalid filepath extension for saving|must end in `\.keras`",
        "the name of a file that holds a whole model ends in `.keras` today",
    ),
    (r"keras\.preprocessing\.text|preprocessing' has no attribute 'text'", _TOKENIZER),
    (r"'Tokenizer'", _TOKENIZER),
    (r"no attribute 'fit_generator'", _GENERATOR.format("fit", "fit")),
    (r"no attribute 'predict_generator'", _GENERATOR.format("predict", "predict")),
    (r"no attribute 'evaluate_generator'", _GENERATOR.format("evaluate", "evaluate")),
    (
        r"no attribute 'predict_classes'",
        "`predict_classes` is gone: `predict` gives probabilities, and the largest, or those above "
        "one half, say which class",
    ),
    (r"no attribute 'predict_proba'", "`predict_proba` is called `predict` today"),
    (
        r"np_utils",
        "`keras.utils.np_utils` is gone: `to_categorical` is in `keras.utils` itself today",
    ),
    (r"keras\.layers\.(recurrent|embeddings|core|convolutional|wrappers|merge)'", _LAYERS),
    (
        r"'CuDNN(LSTM|GRU)'",
        "`CuDNNLSTM` and `CuDNNGRU` are called `LSTM` and `GRU` today, and are as fast",
    ),
    (r"keyword argument 'nb_epoch'", "`nb_epoch` is called `epochs` today"),
    (
        r"keyword arguments passed to .*'init'",
        "`init` is called `kernel_initializer` today",
    ),
    (
        r"keyword arguments passed to \w+: \{.*'(input|output)'",
        "`input` and `output` of a model are called `inputs` and `outputs` today",
    ),
    (
        r"module 'keras\.backend' has no attribute",
        "what was in `keras.backend` is in `keras.ops` today",
    ),
    (
        r"'keras\.optimizers' has no attribute '(adam|sgd|rmsprop)'",
        "the classes of `keras.optimizers` are written `Adam`, `SGD` and `RMSprop` today",
    ),
    (r"no attribute 'output_shape'", "`layer.output_shape` is called `layer.output.shape` today"),
)


def hint(error: str) -> str:
    """Today's name for what an error says that Keras does not know; empty if that is not it.

    Parameters
    ----------
    error : str
        The name of the exception and its text: ``"KeyError: 'acc'"``.
    """
    beginning = error[:LONGEST]
    for pattern, told in HINTS:
        if re.search(pattern, beginning):
            return f"That is a name of Keras 2: {told}."
    return ""
