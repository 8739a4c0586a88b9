"""Classifiers of real film reviews: what is tried of each kind, and their contest."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any

import keras
import numpy as np
from keras import layers
from tqdm import tqdm

from helpers.data import glove_archive, reviews
from helpers.data.reviews import Reviews
from helpers.experiments import bags
from helpers.experiments.tuning import Family, tune
from helpers.models.compiled import answer_yes_or_no
from helpers.models.recurrent import CELLS


def bag_of_words(vocabulary_size: int, *, learning_rate: float = 1e-3) -> keras.Model:
    """A weight for every word, and their sum over the words that occur: logistic regression."""
    model = keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            layers.CategoryEncoding(vocabulary_size, output_mode="multi_hot"),
        ]
    )
    return answer_yes_or_no(model, learning_rate)


def raw_ids(_: int, *, units: int = 16, learning_rate: float = 1e-3) -> keras.Model:
    """A SimpleRNN that reads each id as a number."""
    model = keras.Sequential(
        [
            keras.Input((None,)),
            layers.Reshape((-1, 1)),
            layers.SimpleRNN(units),
        ]
    )
    return answer_yes_or_no(model, learning_rate)


def reader(
    vocabulary_size: int,
    *,
    body: str = "windows",
    summary: str = "average",
    dim: int = 64,
    units: int = 64,
    widths: tuple[int, ...] = (2, 3),
    bidirectional: bool = False,
    word_dropout: float = 0.2,
    dropout: float = 0.4,
    learning_rate: float = 2e-3,
    vectors: np.ndarray | None = None,
    trainable: bool = True,
) -> keras.Model:
    """Word vectors, perhaps a layer that sees their order, and one summary of all timesteps.

    An average of windows is the number of those that fit, weighted by how well: the strongest one
    alone (a maximum) forgets how often a review says what it says.

    Parameters
    ----------
    vocabulary_size : int
        One more than the largest id; id 0 is padding.
    body : str
        ``"none"``, ``"windows"`` (convolutions), or a recurrent layer: see `models.recurrent`.
    summary : {"average", "strongest", "last"}
        Over the timesteps; the last one, of recurrent layers only, is each direction's own.
    dim : int
        Of a word's vector.
    units : int
        Of the recurrent layer in each direction; filters of each width.
    widths : tuple of int
        Words in a window.
    bidirectional : bool
        Whether a recurrent layer reads from both ends.
    word_dropout : float
        Share of the words that are dropped whole (Iyyer et al., 2015).
    dropout : float
        Share of the summary's entries that is dropped.
    learning_rate : float
        Of Adam.
    vectors : array, shape (vocabulary_size, dim), optional
        Where the embedding begins; small random numbers unless given.
    trainable : bool
        Whether training moves the embedding.
    """
    ids = keras.Input((None,), dtype="int32")
    # A convolution cannot skip padding; a maximum need not: words find it where they beat nothing.
    mask = body != "windows" and summary != "strongest"
    start = "uniform" if vectors is None else keras.initializers.Constant(vectors)
    x = layers.Embedding(vocabulary_size, dim, start, mask_zero=mask, trainable=trainable)(ids)
    x = layers.Dropout(word_dropout, noise_shape=(None, None, 1))(x)
    pool = {"average": layers.GlobalAveragePooling1D, "strongest": layers.GlobalMaxPooling1D}
    if body == "windows":
        seen = [layers.Conv1D(units, n, activation="relu", padding="same")(x) for n in widths]
    elif body == "none":
        seen = [x]
    else:
        layer = CELLS[body](units, return_sequences=summary != "last")
        seen = [layers.Bidirectional(layer)(x) if bidirectional else layer(x)]
    found = [pool[summary]()(each) if summary in pool else each for each in seen]
    x = layers.Dropout(dropout)(layers.Concatenate()(found) if len(found) > 1 else found[0])
    model = keras.Model(ids, layers.Dense(1, activation="sigmoid")(x))
    adam = keras.optimizers.Adam(learning_rate)
    model.compile(adam, "binary_crossentropy", metrics=["accuracy"])
    return model


Choices = dict[str, tuple[Any, ...]]

_READER: Choices = {
    "learning_rate": (2e-3, 1e-3),
    "dropout": (0.4, 0.2),
    "word_dropout": (0.2, 0.0, 0.4),
    "words": (20_000, 30_000),
    "batch_size": (128, 64),
}
_LEARNED: Choices = {"dim": (64, 32)}
_GLOVE: Choices = {"dim": (100,), "trainable": (True, False)}
_RECURRENT: Choices = {
    "body": ("GRU", "LSTM"),
    "summary": ("average", "strongest", "last"),
    "units": (64, 32),
    "bidirectional": (False, True),
    "length": (400, 200),
}
_WINDOWS: Choices = {
    "summary": ("average", "strongest"),
    "units": (64, 128),
    "widths": ((2, 3), (3,), (1, 2, 3)),
    "length": (400, 200),
}

#: Beginning with those whose fits take longest.
FAMILIES = {
    "recurrent, GloVe": Family(reader, _READER | _GLOVE | _RECURRENT, vectors=True),
    "recurrent": Family(reader, _READER | _LEARNED | _RECURRENT),
    "windows, GloVe": Family(reader, _READER | _GLOVE | _WINDOWS, vectors=True),
    "windows": Family(reader, _READER | _LEARNED | _WINDOWS),
    "average": Family(
        partial(reader, body="none"), _READER | {"dim": (64, 16), "length": (400, 200)}
    ),
    "bag of words": Family(
        bag_of_words,
        {
            "learning_rate": (3e-3, 1e-3, 1e-2),
            "words": (20_000, 10_000, 30_000),
            "length": (400, 200),
            "batch_size": (128,),
        },
    ),
    "raw ids": Family(
        raw_ids,
        {
            "learning_rate": (1e-3, 3e-4, 3e-3, 1e-2),
            "units": (16, 64),
            "words": (20_000, 1_000),
            "length": (200,),
            "batch_size": (128,),
        },
    ),
}
BUDGET = 1200.0  # seconds of one processor, for the search of one family


def contest(budget: float = BUDGET) -> dict[str, Any]:
    """Tune every family on the real reviews, each in a process of its own, beside counted pairs.

    Returns
    -------
    dict
        ``budget`` in seconds; ``data``: how many texts, and how many of the test stand in the
        training part word for word; ``models``: what `tuning.tune` finds, by name.
    """
    data = reviews.load("real", n_train=25_000, n_test=25_000)
    known = {word for each in data.train_texts for word in reviews.words(each)}
    tuned = partial(
        _tuned,
        data=data,
        seeds=range(3),
        budget=budget,
        rival=bags.right(data),
        vectors=glove_archive.load(100, known),
    )
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        rows = tqdm(pool.map(tuned, FAMILIES), total=len(FAMILIES), unit="family", disable=None)
        models = dict(zip(FAMILIES, rows, strict=True))
    return {
        "budget": budget,
        "data": {
            "train": len(data.train_texts),
            "test": len(data.test_texts),
            "in both halves": len({*data.train_texts} & {*data.test_texts}),
        },
        "models": models,
    }


def _tuned(name: str, data: Reviews, **others: Any) -> dict[str, Any]:
    return tune(data, FAMILIES[name], **others)


RECORDS = {"imdb": contest}
