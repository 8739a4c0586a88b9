"""Does it help to change the training texts anew in each round? Beside dropout and more texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import Any, NamedTuple

import keras
import numpy as np

from helpers import augmentation, text, training
from helpers.data import review_grammar, reviews
from helpers.experiments.overfitting import LARGEST, LENGTH, STEPS_A_ROUND, Task, build, outcome_of

#: Changes rows of ids: ``change(ids, rate=…, rng=…)``.
Change = Callable[..., np.ndarray]

RATES = (0.1, 0.3, 0.6)
BATCH = 32

CLASSES = tuple(review_grammar.WORDS.values())
GOOD, BAD = review_grammar.GOOD, review_grammar.BAD
#: Which words may stand for each other. The last one keeps the sentence, and not what it says.
THESAURI = {
    "synonyms": (*CLASSES, GOOD, BAD),
    "opposites among them": (*CLASSES, GOOD + BAD),
}


class Variant(NamedTuple):
    """One way to learn: how the texts are changed, and where entries are dropped."""

    change: str | None = None  #: a name of `changes`
    dropped: tuple[str, ...] = ()  #: arguments of `overfitting.build` that get the rate
    times: int = 1  #: so many times the texts, in as many steps


VARIANTS = {
    "none": Variant(),
    "words deleted": Variant("words deleted"),
    "words swapped": Variant("words swapped"),
    **{name: Variant(name) for name in THESAURI},
    "dropout at both ends": Variant(dropped=("vector_dropout", "answer_dropout")),
    "four times the texts": Variant(times=4),
}


@cache
def vocabulary() -> dict[str, int]:
    """The words of all eight thousand training texts, and of the thesauri.

    Reading needs no labels; so all variants know the same words, however few texts they learn from.
    """
    texts = reviews.load("embedded", n_train=LARGEST + 2000, n_test=1).train_texts[:LARGEST]
    known = [" ".join(words) for words in THESAURI["synonyms"]]
    return text.build_vocabulary([*texts, *known])


@cache
def _pool(label_noise: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    size = LARGEST + 2000
    told = reviews.load("embedded", n_train=size, n_test=1, label_noise=label_noise)
    true = reviews.load("embedded", n_train=size, n_test=1).train_labels
    return text.encode(told.train_texts, vocabulary(), LENGTH), told.train_labels, true


def draw(n: int, seed: int, *, label_noise: float = 0.15) -> Task:
    """``n`` training texts, drawn from eight thousand; the rest is as in `overfitting`."""
    x, told, true = _pool(label_noise)
    chosen = np.random.default_rng(seed).permutation(LARGEST)[:n]
    validation, test = (
        (x[part], true[part]) for part in (slice(LARGEST, LARGEST + 1000), slice(-1000, None))
    )
    train = x[chosen], told[chosen]
    return Task(train, told[chosen] != true[chosen], validation, test, len(vocabulary()))


def changes() -> dict[str, Change]:
    """Every way to change a text, by its name."""
    found: dict[str, Change] = {
        "words deleted": augmentation.delete_words,
        "words swapped": augmentation.swap_words,
    }
    for name, classes in THESAURI.items():
        groups = augmentation.thesaurus(classes, vocabulary())
        found[name] = partial(augmentation.replace_words, groups=groups)
    return found


def fit(
    n: int,
    variant: Variant,
    rate: float,
    *,
    label_noise: float,
    seeds: Iterable[int],
    rounds: int = 15,
) -> dict[str, list[float]]:
    """Train once a seed for ``rounds`` times 63 batches; a text is changed whenever it comes.

    A seed draws the texts, the weights and the changes.

    Returns
    -------
    dict
        A number for each seed: ``val_loss`` at the end; ``accuracy``, ``test_loss`` and
        ``by_heart`` as from `overfitting.fit`, the last one only if some labels are false.
    """
    keras.backend.clear_session()
    change = changes()[variant.change] if variant.change else None
    taken, model = rounds * STEPS_A_ROUND * BATCH, None
    outcomes = []
    for seed in seeds:
        data = draw(n * variant.times, seed, label_noise=label_noise)
        keras.utils.set_random_seed(seed)
        dropped: dict[str, Any] = dict.fromkeys(variant.dropped, rate)
        fresh = build(data.vocabulary_size, **dropped)
        model = training.restart(model, fresh)
        (x, y), rng = data.train, np.random.default_rng(seed)
        often = -(-taken // len(x))  # every text comes once before any comes again
        order = np.concatenate([rng.permutation(len(x)) for _ in range(often)])[:taken]
        changed = change(x[order], rate=rate, rng=rng) if change else x[order]
        model.fit(changed, y[order], batch_size=BATCH, shuffle=False, verbose=0)
        outcomes.append(_judge(model, data))
    return {key: [one[key] for one in outcomes] for key in outcomes[0]}


def _judge(model: keras.Model, data: Task) -> dict[str, float]:
    x, y = data.validation
    loss = keras.losses.binary_crossentropy(y, model(x).numpy()[:, 0])
    if data.turned.any():
        return {"val_loss": float(loss)} | outcome_of(model, data)
    x, y = data.test
    answers = model(x).numpy()[:, 0]
    return {
        "val_loss": float(loss),
        "accuracy": float(np.mean((answers > 0.5) == y)),
        "test_loss": float(keras.losses.binary_crossentropy(y, answers)),
    }


def compare(
    n: int, *, label_noise: float, seeds: Iterable[int], names: Iterable[str] = tuple(VARIANTS)
) -> dict[str, dict[str, dict[str, list[float]]]]:
    """Every variant at every rate: ``{name: {rate: what `fit` returns}}``.

    What has no rate has the rate "0".
    """
    seeds, outcome = list(seeds), {}
    for name in names:
        variant = VARIANTS[name]
        rates = RATES if variant.change or variant.dropped else (0.0,)
        outcome[name] = {
            f"{rate:g}": fit(n, variant, rate, label_noise=label_noise, seeds=seeds)
            for rate in rates
        }
    return outcome


RECORDS = {
    "augmentation": lambda: {
        "false labels": compare(2000, label_noise=0.15, seeds=range(3)),
        "few texts": compare(200, label_noise=0.0, seeds=range(3)),
    },
}
