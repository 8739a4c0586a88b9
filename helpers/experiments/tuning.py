"""Many settings of one kind of network within one budget, and the best of them on the test."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

import keras
import numpy as np
from sklearn.metrics import accuracy_score, log_loss

from helpers import glove, text
from helpers.data.reviews import Reviews

#: What a setting says of the texts and of the fit; the rest of it is for the network's builder.
READING = ("words", "length", "batch_size")
RECORDS: dict[str, Callable[[], Any]] = {}


@dataclass(frozen=True)
class Family:
    """A kind of network, and what may be chosen of it."""

    build: Callable[..., keras.Model]  #: of the vocabulary's size, and of a setting by keyword
    choices: Mapping[str, Sequence[Any]]  #: first of each, what is tried first
    vectors: bool = False  #: whether pre-trained vectors are handed to it


class _Ids(NamedTuple):
    """Texts of both parts as ids by frequency, and perhaps a vector for each id."""

    train: np.ndarray
    test: np.ndarray
    size: int  #: of the vocabulary
    matrix: np.ndarray | None


def settings(choices: Mapping[str, Sequence[Any]]) -> Iterator[dict[str, Any]]:
    """Every combination once: the first of each choice, then all others in a random order."""
    every = [dict(zip(choices, each, strict=True)) for each in product(*choices.values())]
    yield every[0]
    for i in np.random.default_rng(0).permutation(len(every) - 1):
        yield every[1 + i]


def tune(
    data: Reviews,
    family: Family,
    *,
    seeds: Iterable[int],
    budget: float,
    rival: np.ndarray,
    vectors: glove.Vectors | None = None,
    most_epochs: int = 10,
    validation: float = 0.1,
) -> dict[str, Any]:
    """Look for the best setting within a budget, fit it to all training texts, test each fit once.

    The lowest loss on training texts that are held back decides, over settings and epochs (random
    search: Bergstra and Bengio, 2012). A fit ends where that loss rises, or with the budget.

    Parameters
    ----------
    data : Reviews
    family : Family
    seeds : iterable of int
        Of the fits that are tested; the search has seed 0.
    budget : float
        Seconds of processor time for the search; reading the texts is not counted. At least one
        epoch is fitted.
    rival : array of bool, shape (n_test,)
        Which test texts another classifier gets right.
    vectors : mapping of word to array, shape (dim,), optional
        For families that ask for them.
    most_epochs : int
    validation : float
        Share of the training texts that is held back during the search.

    Returns
    -------
    dict
        ``accuracy`` and ``loss`` on the test and ``seconds`` of the fit, one per seed, and
        ``against``: how many test texts it alone gets right, and how many the rival alone.
        ``tried``: loss and accuracy on the texts held back, one pair per setting in order of the
        search. ``setting``, ``epochs`` and ``weights``: of the one that was chosen.
    """
    ids = _read(data, family, vectors)
    y, n_fit = data.train_labels, len(data.train_labels) - int(len(data.train_labels) * validation)
    tried: list[tuple[float, float]] = []
    chosen: dict[str, Any] = {}
    left = budget
    for setting in settings(family.choices):
        model, x = _made(family, setting, ids, seed=0), _seen(ids.train, setting)
        begun = time.process_time()
        history = model.fit(
            x[:n_fit],
            y[:n_fit],
            validation_data=(x[n_fit:], y[n_fit:]),
            epochs=most_epochs,
            batch_size=setting["batch_size"],
            callbacks=[keras.callbacks.EarlyStopping("val_loss"), _Deadline(begun + left)],
            verbose=0,
        ).history
        left -= time.process_time() - begun
        best = int(np.argmin(history["val_loss"]))
        found = history["val_loss"][best], history["val_accuracy"][best]
        if not tried or found < min(tried):
            chosen = {"setting": setting, "epochs": best + 1, "weights": model.count_params()}
        tried.append(found)
        if left <= 0:
            break
    fits = [_tested(data, family, chosen, ids, rival, seed) for seed in seeds]
    return {key: [fit[key] for fit in fits] for key in fits[0]} | {"tried": tried} | chosen


class _Deadline(keras.callbacks.Callback):
    """No further epoch after so many seconds of the process."""

    def __init__(self, seconds: float):
        super().__init__()
        self.seconds = seconds

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        if time.process_time() >= self.seconds:
            self.model.stop_training = True


def _read(data: Reviews, family: Family, vectors: glove.Vectors | None) -> _Ids:
    """All words, as long as the longest setting reads; the others are parts of it."""
    vocabulary, length = text.build_vocabulary(data.train_texts), max(family.choices["length"])
    train, test = (
        text.encode(texts, vocabulary, length, pad="before", keep="end")
        for texts in (data.train_texts, data.test_texts)
    )
    if not family.vectors:
        return _Ids(train, test, len(vocabulary), None)
    [dim] = family.choices["dim"]
    matrix = glove.filter_glove(vocabulary, vectors or {}, dim)
    return _Ids(train, test, len(vocabulary), matrix)


def _made(family: Family, setting: Mapping[str, Any], ids: _Ids, seed: int) -> keras.Model:
    """An unfitted network."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    options = {key: value for key, value in setting.items() if key not in READING}
    if ids.matrix is not None:
        options["vectors"] = ids.matrix[: setting["words"]]
    return family.build(min(setting["words"], ids.size), **options)


def _seen(texts: np.ndarray, setting: Mapping[str, Any]) -> np.ndarray:
    """Texts as a network reads them: rarer words unknown, only the ends."""
    ends = texts[:, -setting["length"] :]
    return np.where(ends < setting["words"], ends, text.UNKNOWN)


def _tested(
    data: Reviews,
    family: Family,
    chosen: Mapping[str, Any],
    ids: _Ids,
    rival: np.ndarray,
    seed: int,
) -> dict[str, Any]:
    setting = chosen["setting"]
    model, x = _made(family, setting, ids, seed), _seen(ids.train, setting)
    begun = time.process_time()
    model.fit(
        x,
        data.train_labels,
        epochs=chosen["epochs"],
        batch_size=setting["batch_size"],
        verbose=0,
    )
    seconds = time.process_time() - begun
    answers = model.predict(_seen(ids.test, setting), batch_size=500, verbose=0)[:, 0]
    right = (answers > 0.5) == data.test_labels
    return {
        "accuracy": accuracy_score(data.test_labels, answers > 0.5),
        "loss": log_loss(data.test_labels, answers),
        "seconds": seconds,
        "against": [int((right & ~rival).sum()), int((rival & ~right).sum())],
    }
