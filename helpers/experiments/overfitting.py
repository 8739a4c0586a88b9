"""What a network learns by heart, and what each remedy does about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import layers

from helpers import models, text, training
from helpers.data import reviews
from helpers.training import Pair

LENGTH = 50
LARGEST = 8000  # training texts


class Task(NamedTuple):
    """Reviews by id, some of whose training labels are false."""

    train: Pair  #: labels as told
    turned: np.ndarray  #: whether a training label is false, shape (texts,)
    validation: Pair  #: true labels; phrases as in training
    test: Pair  #: likewise, to be looked at once
    vocabulary_size: int


def task(n: int = 2000, *, label_noise: float = 0.15) -> Task:
    """Embedded reviews, of which ``n`` are for training and a thousand each for the rest.

    The validation and test texts are the same whatever ``n`` is.

    Raises
    ------
    ValueError
        If ``n`` is not between 1 and 8000.
    """
    if not 1 <= n <= LARGEST:
        raise ValueError(f"n is {n}, expected 1 to {LARGEST} training texts")
    size = LARGEST + 2000
    told = reviews.load("embedded", n_train=size, n_test=1, label_noise=label_noise)
    true = reviews.load("embedded", n_train=size, n_test=1).train_labels
    vocabulary = text.build_vocabulary(told.train_texts[:n])
    x = text.encode(told.train_texts, vocabulary, LENGTH)
    y, rest = told.train_labels[:n], slice(LARGEST, LARGEST + 1000)
    last = slice(LARGEST + 1000, None)
    return Task(
        (x[:n], y), y != true[:n], (x[rest], true[rest]), (x[last], true[last]), len(vocabulary)
    )


def build(
    vocabulary_size: int,
    *,
    vector_dropout: float = 0.0,
    word_dropout: float = 0.0,
    answer_dropout: float = 0.0,
    l2: float = 0.0,
    filters: int = 64,
    dim: int = 32,
) -> keras.Model:
    """A convolution over windows of three words, the strongest of each filter, and an answer.

    Parameters
    ----------
    vocabulary_size : int
        One more than the largest id.
    vector_dropout, word_dropout, answer_dropout : float
        Share of the entries of word vectors, of whole words, and of the filters' answers that is
        dropped.
    l2 : float
        Weight of the sum of squares of every matrix.
    filters, dim : int
        Of the convolution; of a word's vector.
    """
    penalty = keras.regularizers.L2(l2) if l2 else None
    stack = [
        keras.Input((None,), dtype="int32"),
        layers.Embedding(vocabulary_size, dim, embeddings_regularizer=penalty),
        layers.Dropout(vector_dropout),
        layers.Dropout(word_dropout, noise_shape=(None, None, 1)),
        layers.Conv1D(filters, 3, activation="relu", kernel_regularizer=penalty),
        layers.GlobalMaxPooling1D(),
        layers.Dropout(answer_dropout),
        layers.Dense(1, activation="sigmoid", kernel_regularizer=penalty),
    ]
    model = keras.Sequential(stack)
    adam = keras.optimizers.Adam(3e-3)
    # Sixteen steps in a call: each is shorter than what Keras does between two calls.
    model.compile(adam, "binary_crossentropy", metrics=["accuracy"], steps_per_execution=16)
    return models.prepare(model)


class Remedy(NamedTuple):
    """What differs from no remedy: the model, the number of texts, or when to stop."""

    options: Mapping[str, Any] = {}
    texts: int = 2000
    patience: int | None = None  #: epochs without a lower validation loss, then back to the best


REMEDIES = {
    "none": Remedy(),
    "dropout of entries": Remedy({"vector_dropout": 0.5}),
    "dropout of words": Remedy({"word_dropout": 0.3}),
    "dropout before the answer": Remedy({"answer_dropout": 0.5}),
    "dropout at both ends": Remedy({"vector_dropout": 0.5, "answer_dropout": 0.5}),
    "L2": Remedy({"l2": 1e-3}),
    "a smaller network": Remedy({"filters": 8, "dim": 8}),
    "early stopping": Remedy(patience=2),
    "four times the texts": Remedy(texts=LARGEST),
}


def fit(data: Task, remedy: Remedy, seed: int, *, epochs: int = 15) -> dict[str, Any]:
    """Train with a remedy, and say what was learned: rules, or the texts by heart.

    How many texts the remedy wants is for the caller to see to: ``data`` are as they are.

    Returns
    -------
    dict
        ``loss`` and ``val_loss``: a number for each epoch, the penalty included. ``accuracy`` and
        ``test_loss``: on the test, without a penalty. ``by_heart``: the share of false training
        labels that the network repeats.
    """
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    model = build(data.vocabulary_size, **remedy.options)
    stop = []
    if remedy.patience is not None:
        stop = [keras.callbacks.EarlyStopping(patience=remedy.patience, restore_best_weights=True)]
    history = model.fit(
        *data.train,
        validation_data=data.validation,
        validation_batch_size=500,
        epochs=epochs,
        batch_size=32,
        verbose=0,
        callbacks=stop,
    ).history
    curves = {key: history[key] for key in ("loss", "val_loss")}
    return curves | outcome_of(model, data)


STEPS_A_ROUND = 63  # two thousand texts once, in batches of 32


def fit_equal_steps(texts: int, seed: int, *, rounds: int = 15) -> dict[str, Any]:
    """Train without a remedy on more texts, for as many steps as `fit` takes with two thousand.

    Equal epochs would give four times the texts four times the updates, and so more time to
    learn them by heart.

    Returns
    -------
    dict
        As that of `fit`; a number of ``loss`` and ``val_loss`` for every 63 steps.
    """
    data = task(texts)
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    model = build(data.vocabulary_size)
    order = np.random.default_rng(seed)
    curves: dict[str, list[float]] = {"loss": [], "val_loss": []}
    waiting = np.empty(0, int)
    for _ in range(rounds):
        while len(waiting) < STEPS_A_ROUND * 32:
            waiting = np.concatenate([waiting, order.permutation(texts)])
        now, waiting = np.split(waiting, [STEPS_A_ROUND * 32])
        told = model.fit(*(part[now] for part in data.train), batch_size=32, verbose=0)
        curves["loss"].append(told.history["loss"][0])
        held_out = model.evaluate(*data.validation, batch_size=500, verbose=0)
        curves["val_loss"].append(float(held_out[0]))
    return curves | outcome_of(model, data)


def outcome_of(model: keras.Model, data: Task) -> dict[str, float]:
    """``accuracy``, ``test_loss`` and ``by_heart`` of a trained model, as `fit` says them."""
    x, y = data.test
    answers = model(x).numpy()[:, 0]
    told_x, told_y = (part[data.turned] for part in data.train)
    repeated = (model(told_x).numpy()[:, 0] > 0.5) == told_y
    return {
        "accuracy": float(np.mean((answers > 0.5) == y)),
        "test_loss": float(keras.losses.binary_crossentropy(y, answers)),
        "by_heart": float(np.mean(repeated)),
    }


def more_texts(sizes: Iterable[int], *, seeds: Iterable[int]) -> dict[str, dict[str, list[Any]]]:
    """`fit_equal_steps` for each number of texts: ``{size: {key of `fit`: [one per seed]}}``."""
    outcome, seeds = {}, list(seeds)
    for size in sizes:
        fits = [fit_equal_steps(size, seed) for seed in seeds]
        outcome[str(size)] = {key: [one[key] for one in fits] for key in fits[0]}
    return outcome


def compare(
    remedies: Mapping[str, Remedy], *, seeds: Iterable[int]
) -> dict[str, dict[str, list[Any]]]:
    """Train with each remedy once for each seed: ``{name: {key of `fit`: [one per seed]}}``."""
    outcome = {}
    seeds = list(seeds)
    for name, remedy in remedies.items():
        data = task(remedy.texts)
        fits = [fit(data, remedy, seed) for seed in seeds]
        outcome[name] = {key: [one[key] for one in fits] for key in fits[0]}
    return outcome


#: Where a recurrent layer can be given dropout, as arguments of `recurrent`.
PLACES: dict[str, dict[str, float]] = {
    "none": {},
    "around the layer": {"around": 0.3},
    "inputs, inside": {"dropout": 0.3},
    "state, inside": {"recurrent_dropout": 0.3},
}


def recurrent(vocabulary_size: int, *, around: float = 0.0, **inside: float) -> keras.Model:
    """A bidirectional GRU of 32 units with dropout around it or inside (``inside``: its own)."""
    gru = layers.GRU(32, **inside)
    stack = [
        keras.Input((None,), dtype="int32"),
        layers.Embedding(vocabulary_size, 32, mask_zero=True),
        layers.Dropout(around),
        layers.Bidirectional(gru),
        layers.Dropout(around),
        layers.Dense(1, activation="sigmoid"),
    ]
    model = keras.Sequential(stack)
    adam = keras.optimizers.Adam(1e-2)
    model.compile(adam, "binary_crossentropy", metrics=["accuracy"])
    return model


def compare_places(
    places: Mapping[str, Mapping[str, float]], *, seeds: Iterable[int]
) -> dict[str, dict[str, list[float]]]:
    """Fit `recurrent` to four thousand texts, one label in twenty false, for eight epochs.

    Returns ``{name: {"accuracy": [test, one per seed], "loss": [likewise]}}``.
    """
    data, seeds = task(4000, label_noise=0.05), list(seeds)
    outcome = {}
    for name, where in places.items():
        history = training.fit_repeatedly(
            partial(recurrent, data.vocabulary_size, **where),
            data.train,
            data.test,
            seeds=seeds,
            epochs=8,
        )
        keys = ("accuracy", "loss")
        outcome[name] = {key: history[f"val_{key}"][:, -1].tolist() for key in keys}
    return outcome


RECORDS = {
    "overfitting": lambda: {
        "remedies": compare(REMEDIES, seeds=range(5)),
        "recurrent": compare_places(PLACES, seeds=range(3)),
    },
    "more_texts": lambda: more_texts((2000, 4000, LARGEST), seeds=range(5)),
}
