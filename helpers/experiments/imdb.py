"""Classifiers of film reviews side by side, under one protocol that looks at the test once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import keras
from keras import layers
from tqdm import tqdm

from helpers import models, text
from helpers.data import reviews
from helpers.data.reviews import Reviews
from helpers.training import Pair


@dataclass(frozen=True)
class Contender:
    """A model, and how much of a review it reads."""

    build: Callable[[], keras.Model]
    words: int  #: size of the vocabulary
    length: int  #: timesteps; of longer reviews the end is read
    most_epochs: int = 4
    batch_size: int = 128


def bag_of_words(vocabulary_size: int, *, learning_rate: float = 1e-3) -> keras.Model:
    """A weight for every word, and their sum over the words that occur: logistic regression."""
    model = keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            layers.CategoryEncoding(vocabulary_size, output_mode="multi_hot"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    adam = keras.optimizers.Adam(learning_rate)
    model.compile(adam, "binary_crossentropy", metrics=["accuracy"])
    return model


def averaged_windows(
    vocabulary_size: int,
    *,
    dim: int = 64,
    filters: int = 64,
    widths: tuple[int, ...] = (2, 3),
    word_dropout: float = 0.2,
    dropout: float = 0.4,
    learning_rate: float = 2e-3,
) -> keras.Model:
    """Convolutions of several widths, each averaged over the review.

    A filter's average is the number of its windows, weighted by how well they fit: the strongest
    one alone (a maximum) forgets how often a review says what it says.

    Parameters
    ----------
    vocabulary_size : int
        One more than the largest id.
    dim, filters : int
        Of a word's vector; of each width.
    widths : tuple of int
        Words in a window.
    word_dropout : float
        Share of the words that are dropped whole (Iyyer et al., 2015).
    dropout : float
        Share of entries dropped after the embedding and before the answer.
    learning_rate : float
        Of Adam.
    """
    ids = keras.Input((None,), dtype="int32")
    x = layers.Embedding(vocabulary_size, dim)(ids)
    x = layers.Dropout(word_dropout, noise_shape=(None, None, 1))(layers.Dropout(dropout)(x))
    windows = [layers.Conv1D(filters, width, activation="relu", padding="same") for width in widths]
    found = [layers.GlobalAveragePooling1D()(window(x)) for window in windows]
    found = layers.Dropout(dropout)(layers.Concatenate()(found) if len(found) > 1 else found[0])
    model = keras.Model(ids, layers.Dense(1, activation="sigmoid")(found))
    adam = keras.optimizers.Adam(learning_rate)
    model.compile(adam, "binary_crossentropy", metrics=["accuracy"])
    return model


def raw_ids() -> keras.Model:
    """A SimpleRNN of 16 units that reads each id as a number."""
    model = keras.Sequential(
        [
            keras.Input((None,)),
            layers.Reshape((-1, 1)),
            layers.SimpleRNN(16),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


_by_text = partial(models.build_text_classifier, 20_000, dim=64)

#: Sizes as in common tutorials; the recurrent ones read 200 words, for the sake of time.
CONTENDERS = {
    "raw ids": Contender(raw_ids, 20_000, 200, most_epochs=2),
    "bag of words": Contender(partial(bag_of_words, 20_000, learning_rate=3e-3), 20_000, 600, 6),
    "average": Contender(partial(_by_text, encoder="average", dropout=0.3), 20_000, 600, 8),
    "windows, strongest": Contender(
        partial(_by_text, encoder="convolution", units=128, dropout=0.5), 20_000, 600
    ),
    "windows, averaged": Contender(partial(averaged_windows, 30_000), 30_000, 600, batch_size=64),
    "GRU": Contender(partial(_by_text, encoder="GRU", dropout=0.3), 20_000, 200, most_epochs=3),
    "bidirectional LSTM": Contender(
        partial(_by_text, encoder="LSTM", bidirectional=True, dropout=0.3), 20_000, 200, 3
    ),
}


def contest(
    data: Reviews,
    contenders: Mapping[str, Contender],
    *,
    seeds: Iterable[int],
    validation: float = 0.1,
) -> dict[str, Any]:
    """Fit every contender to all training texts, once for each seed, and test each fit once.

    How many epochs, a fit to a part of the training texts decides: the rest of them is held back,
    and the epoch with the lowest loss there is the last one of all fits that are tested.

    Parameters
    ----------
    data : Reviews
    contenders : mapping of name to Contender
    seeds : iterable of int
    validation : float
        Share of the training texts that is held back when the number of epochs is chosen.

    Returns
    -------
    dict
        ``data``: how many texts, and how many of the test stand in the training part word for
        word. ``models``: by name, a list with one entry per seed of ``accuracy`` and ``loss`` on
        the test and of ``seconds``, the processor time of the fit; and the ``epochs``,
        ``weights``, ``words`` and ``length`` of the model.
    """
    n = len(data.train_texts)
    n_fit, seeds = n - int(n * validation), list(seeds)
    outcome: dict[str, Any] = {
        "data": {
            "train": n,
            "held back": n - n_fit,
            "test": len(data.test_texts),
            "in both halves": len({*data.train_texts} & {*data.test_texts}),
        },
        "models": {},
    }
    bar = tqdm(total=len(contenders) * (1 + len(seeds)), unit="fit", disable=None)
    for name, contender in contenders.items():
        vocabulary = text.build_vocabulary(data.train_texts, contender.words)
        x, x_test = (
            text.encode(texts, vocabulary, contender.length, pad="before", keep="end")
            for texts in (data.train_texts, data.test_texts)
        )
        y = data.train_labels
        bar.set_description(name)
        epochs = _choose_epochs(contender, (x[:n_fit], y[:n_fit]), (x[n_fit:], y[n_fit:]))
        bar.update()
        fits = []
        for seed in seeds:
            fits.append(_fit(contender, (x, y), (x_test, data.test_labels), epochs, seed))
            bar.update()
        outcome["models"][name] = {key: [fit[key] for fit in fits] for key in fits[0]} | {
            "epochs": epochs,
            "weights": contender.build().count_params(),
            "words": contender.words,
            "length": contender.length,
        }
    bar.close()
    return outcome


def _start(contender: Contender, seed: int) -> keras.Model:
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    return contender.build()


def _choose_epochs(contender: Contender, train: Pair, held_back: Pair) -> int:
    """The epoch after which the loss of what is held back rises for the first time."""
    stop = keras.callbacks.EarlyStopping("val_loss", patience=1)
    _start(contender, seed=0).fit(
        *train,
        validation_data=held_back,
        epochs=contender.most_epochs,
        batch_size=contender.batch_size,
        callbacks=[stop],
        verbose=0,
    )
    return stop.best_epoch + 1


def _fit(contender: Contender, train: Pair, test: Pair, epochs: int, seed: int) -> dict[str, float]:
    model = _start(contender, seed)
    begun = time.process_time()
    model.fit(*train, epochs=epochs, batch_size=contender.batch_size, verbose=0)
    seconds = time.process_time() - begun
    found = model.evaluate(*test, batch_size=500, verbose=0, return_dict=True)
    return found | {"seconds": seconds}


RECORDS = {
    "imdb": lambda: contest(
        reviews.load("real", n_train=25_000, n_test=25_000), CONTENDERS, seeds=range(3)
    ),
}
