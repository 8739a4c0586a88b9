"""A marked step among many: how networks find it, how far that carries, and what a map shows."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from helpers import models, training
from helpers.attention import AttentionPooling
from helpers.models.compiled import answer_yes_or_no

#: "stretched" is the control of "squashed": the same score, times a number that is not learned.
POOLINGS = ("average", "squashed", "stretched", "dot", "scaled dot", "additive")
STRETCH = 8.0
RATES = (0.01, 0.03, 0.1, 0.3)  # of Adam, tried for every pooling alike
GOAL = 0.98


def marked_step(n_samples: int, timesteps: int = 50, *, seed: int = 0) -> training.Pair:
    """Numbers of which one is marked, and whether that one is positive.

    Parameters
    ----------
    n_samples, timesteps : int
    seed : int

    Returns
    -------
    x : array, shape (n_samples, timesteps, 2)
        A number between -1 and 1, and the mark, one at a single step and zero elsewhere.
    y : array, shape (n_samples,)
    """
    rng = np.random.default_rng(seed)
    numbers = rng.uniform(-1, 1, (n_samples, timesteps))
    place = rng.integers(0, timesteps, n_samples)
    marks = np.eye(timesteps)[place]
    answer = numbers[np.arange(n_samples), place] > 0
    return np.stack([numbers, marks], axis=-1).astype("float32"), answer.astype("float32")


def answers(model: keras.Model, x: np.ndarray) -> np.ndarray:
    """How likely the network thinks a positive number is, shape (batch,)."""
    parts = [model(part).numpy()[:, 0] for part in np.array_split(x, -(-len(x) // 500))]
    return np.concatenate(parts)


def accuracy(model: keras.Model, x: np.ndarray, y: np.ndarray) -> float:
    """The share of right answers."""
    return float(np.mean((answers(model, x) > 0.5) == y))


def order_kept(model: keras.Model, x: np.ndarray, y: np.ndarray) -> float:
    """The share of pairs, one positive and one not, of which the positive one is rated higher.

    A half is chance. It asks for the order of the answers alone, and not on which side of a half
    they lie: the area under the ROC curve.
    """
    from sklearn.metrics import roc_auc_score  # takes a second

    return float(roc_auc_score(y, answers(model, x)))


class Stretched(AttentionPooling):
    """The squashed score times a fixed number: as smooth, and with room for larger weights."""

    def __init__(self, **options: Any) -> None:
        super().__init__("squashed", **options)

    def scores(self, x: Any) -> Any:
        """What each step scores, shape (batch, timesteps)."""
        return STRETCH * super().scores(x)


def build(pooling: str, learning_rate: float) -> keras.Model:
    """A network with one of the `POOLINGS`."""
    if pooling != "stretched":
        return models.build_attention_model(2, score=pooling, learning_rate=learning_rate)
    parts = [keras.Input((None, 2)), layers.Dense(32, activation="tanh"), Stretched()]
    return answer_yes_or_no(keras.Sequential(parts), learning_rate)


class Looks(keras.callbacks.Callback):
    """The accuracy on held-out data after every so many steps."""

    def __init__(self, held_out: training.Pair, every: int) -> None:
        super().__init__()
        self.held_out, self.every = held_out, every
        self.found: list[float] = []

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        if (batch + 1) % self.every == 0:
            self.found.append(accuracy(self.model, *self.held_out))


def learn(
    model: keras.Model, *, seed: int, steps: int, timesteps: int = 50, every: int = 25
) -> list[float]:
    """Train on batches that are never seen twice; held-out accuracy after every so many steps."""
    looks = Looks(marked_step(1000, timesteps, seed=seed + 10_000), every)
    x, y = marked_step(64 * steps, timesteps, seed=seed)
    model.fit(x, y, batch_size=64, shuffle=False, verbose=0, callbacks=[looks])
    return looks.found


def first_at(found: Sequence[float], goal: float, every: int) -> int:
    """The first step at which the goal was reached; -1 if it was not."""
    return next((every * (i + 1) for i, value in enumerate(found) if value >= goal), -1)


def lengths(
    poolings: Iterable[str] = POOLINGS,
    *,
    rates: Iterable[float] = RATES,
    seeds: Iterable[int] = range(5),
    steps: int = 500,
    timesteps: Sequence[int] = (50, 200, 800),
) -> dict[str, dict[str, dict[str, list[Any]]]]:
    """Train on the first of the lengths, and score on all of them.

    Returns
    -------
    dict
        ``{pooling: {rate: {"held out": [...], "reached": [step or -1], "accuracy": rows, "order":
        rows}}}``: an entry or a row for each seed, in a row an entry for each length. Held out is
        the accuracy at the end on sequences of the first length that no test has.
    """
    outcome: dict[str, dict[str, dict[str, list[Any]]]] = {}
    seeds = list(seeds)
    for pooling in poolings:
        outcome[pooling] = {}
        for rate in rates:
            row: dict[str, list[Any]] = {
                name: [] for name in ("held out", "reached", "accuracy", "order")
            }
            for seed in seeds:
                keras.backend.clear_session()
                keras.utils.set_random_seed(seed)
                model = build(pooling, rate)
                found = learn(model, seed=seed, steps=steps, timesteps=timesteps[0])
                row["held out"].append(found[-1])
                row["reached"].append(first_at(found, GOAL, 25))
                tests = [marked_step(1000, t, seed=seed + 20_000) for t in timesteps]
                row["accuracy"].append([accuracy(model, *test) for test in tests])
                row["order"].append([order_kept(model, *test) for test in tests])
            outcome[pooling][str(rate)] = row
    return outcome


def pooling_of(model: keras.Model) -> AttentionPooling:
    """The layer with attention.

    Raises
    ------
    ValueError
        If the model has none.
    """
    for layer in model.layers:
        if isinstance(layer, AttentionPooling):
            return layer
    raise ValueError(f"{model.name} has no AttentionPooling layer")


def weights_of(model: keras.Model, x: np.ndarray) -> np.ndarray:
    """What each step weighs, shape (batch, timesteps)."""
    layer = pooling_of(model)
    before = keras.Model(model.inputs[0], layer.input)
    return np.array(layer.weights_of(before(x)))


def on_the_mark(model: keras.Model, x: np.ndarray) -> np.ndarray:
    """The weight of the marked step, shape (batch,)."""
    return (weights_of(model, x) * x[..., 1]).sum(axis=1)


def maps(*, seeds: Iterable[int] = range(5), steps: int = 800) -> dict[str, dict[str, list[float]]]:
    """Where attention looks, by encoder, and what becomes of the answers if it is taken away.

    Returns
    -------
    dict
        By encoder, an entry for each seed: ``accuracy``; the mean weight of the marked step ``if
        positive`` and ``if negative``, and that of the heaviest step, ``heaviest if negative``;
        the accuracy of the trained model when all steps are given the same weight, ``evened``,
        and when its last layer is then fitted to that, ``refitted``.
    """
    outcome: dict[str, dict[str, list[float]]] = {}
    seeds = list(seeds)
    for place, encoder in enumerate(("Dense", "GRU", "LSTM")):
        row: dict[str, list[float]] = {
            name: []
            for name in (
                *("accuracy", "if positive", "if negative", "heaviest if negative"),
                *("evened", "refitted"),
            )
        }
        for seed in (1000 * place + seed for seed in seeds):
            keras.backend.clear_session()
            keras.utils.set_random_seed(seed)
            model = models.build_attention_model(2, encoder=encoder)
            learn(model, seed=seed, steps=steps, every=steps)
            x, y = marked_step(1000, seed=seed + 20_000)
            weights = weights_of(model, x)
            weight = (weights * x[..., 1]).sum(axis=1)
            row["accuracy"].append(accuracy(model, x, y))
            row["if positive"].append(float(weight[y == 1].mean()))
            row["if negative"].append(float(weight[y == 0].mean()))
            row["heaviest if negative"].append(float(weights[y == 0].max(axis=1).mean()))
            even = evened(model)
            row["evened"].append(accuracy(even, x, y))
            row["refitted"].append(refitted(even, marked_step(2000, seed=seed + 30_000), (x, y)))
        outcome[encoder] = row
    return outcome


def evened(model: keras.Model) -> keras.Model:
    """The same network, its attention replaced by an average; its weights are shared."""
    layer = pooling_of(model)
    place = model.layers.index(layer)
    parts = [*model.layers[:place], layers.GlobalAveragePooling1D(), *model.layers[place + 1 :]]
    return keras.Sequential([keras.Input(model.input_shape[1:]), *parts])


def refitted(model: keras.Model, train: training.Pair, test: training.Pair) -> float:
    """The accuracy when only the last layer is fitted anew, by logistic regression."""
    from sklearn.linear_model import LogisticRegression

    before = keras.Sequential([keras.Input(model.input_shape[1:]), *model.layers[:-1]])
    (x, y), (x_test, y_test) = train, test
    head = LogisticRegression(C=1e6, max_iter=5000).fit(before(x).numpy(), y)
    return float(head.score(before(x_test).numpy(), y_test))


def layer_costs(
    timesteps: Iterable[int] = (64, 128, 256, 512, 1024, 2048), *, units: int = 64, batch: int = 4
) -> dict[str, Any]:
    """Processor time of one forward and backward pass of a layer, by length.

    Returns
    -------
    dict
        ``"timesteps"``, and for each layer the milliseconds: the least of five passes.
    """
    timesteps = list(timesteps)
    kinds = {
        "LSTM": lambda: layers.LSTM(units, return_sequences=True),
        "self-attention": lambda: layers.MultiHeadAttention(4, units // 4),
    }
    outcome: dict[str, Any] = {"timesteps": timesteps}
    for name, make in kinds.items():
        layer = make()
        step = tf.function(partial(_pass, layer, twice=name != "LSTM"))
        outcome[name] = []
        for length in timesteps:
            x = tf.random.stateless_normal((batch, length, units), (0, 0))
            step(x)  # traced
            took = []
            for _ in range(5):
                begun = time.process_time()
                step(x)
                took.append(1000 * (time.process_time() - begun))
            outcome[name].append(min(took))
    return outcome


def _pass(layer: layers.Layer, x: tf.Tensor, twice: bool) -> list[tf.Tensor]:
    with tf.GradientTape() as tape:
        answer = layer(x, x) if twice else layer(x)
        loss = tf.reduce_sum(answer**2)
    return tape.gradient(loss, layer.trainable_variables)


RECORDS = {"marked": lengths, "maps": maps, "layer_costs": layer_costs}
