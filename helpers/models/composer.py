"""Networks that foretell which keys of a piano sound next, and play on from there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from helpers.models.compiled import as_graph
from helpers.models.recurrent import CELLS
from helpers.music.notes import HIGHEST, LOWEST

KEYS = HIGHEST - LOWEST + 1
#: ``"linear"`` and ``"hidden"`` see one frame, the latter through a hidden layer; ``"window"`` sees
#: the last few, of which nothing is carried over from one reading to the next.
KINDS = ("linear", "hidden", "window", *CELLS)
WINDOW = 8  # frames
State = tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Composer:
    """A network from frames, and a state, to a logit for each key of the frame after each.

    Attributes
    ----------
    model : keras.Model
        From ``[rolls, *states]`` to ``[logits, *states]``; without memory there are no states.
    optimizer : keras.Optimizer
    """

    model: keras.Model
    optimizer: keras.Optimizer

    def begin(self, rows: int = 1) -> State:
        """A state of zeros for so many pieces."""
        return tuple(np.zeros((rows, part.shape[-1]), "float32") for part in self.model.inputs[1:])

    def read(self, rolls: np.ndarray, state: State | None = None) -> tuple[np.ndarray, State]:
        """Logits for what follows each frame, and the state after the last one.

        Parameters
        ----------
        rolls : array, shape (rows, steps, 88)
        state : tuple of arrays, optional
            Where the music before has left the network; nothing was before, if not given.

        Returns
        -------
        logits : array, shape (rows, steps, 88)
        state : tuple of arrays, each of shape (rows, units)
        """
        state = self.begin(len(rolls)) if state is None else state
        inputs = [tf.constant(rolls, "float32"), *map(tf.constant, state)]
        found = self._graph(inputs if state else inputs[0])
        logits, *after = found if isinstance(found, (list, tuple)) else [found]
        return np.asarray(logits), tuple(np.asarray(part) for part in after)

    @cached_property
    def _graph(self) -> Callable[..., Any]:
        return as_graph(self.model)


def build_composer(
    kind: str = "LSTM",
    *,
    units: int = 128,
    dropout: float = 0.0,
    learning_rate: float = 0.003,
) -> Composer:
    """A network of one kind, with a logit for each of 88 keys.

    Parameters
    ----------
    kind : str
        ``"linear"``: weights from each key to each; ``"hidden"``: a hidden layer between;
        ``"window"``: a hidden layer over eight frames; or a recurrent
        layer, ``"SimpleRNN"``, ``"GRU"`` or ``"LSTM"``.
    units : int
        Of the hidden or recurrent layer.
    dropout : float
        Share of the entries that are dropped before the logits, in training.
    learning_rate : float
        Of Adam; gradients are clipped to a norm of one.

    Raises
    ------
    ValueError
        If the kind is unknown or there are no units.
    """
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}, expected one of {[*KINDS]}")
    if units < 1:
        raise ValueError(f"units is {units}, expected at least 1")
    rolls = keras.Input((None, KEYS), name="rolls")
    states: list[Any] = []
    after: list[Any] = []
    hidden = rolls
    if kind == "hidden":
        hidden = layers.Dense(units, activation="relu", name="hidden")(rolls)
    elif kind == "window":
        hidden = layers.Conv1D(units, WINDOW, padding="causal", activation="relu")(rolls)
    elif kind in CELLS:
        states = [keras.Input((units,), name=name) for name in ("h", "c")[: 1 + (kind == "LSTM")]]
        layer = CELLS[kind](units, return_sequences=True, return_state=True, name="recurrent")
        hidden, *after = layer(rolls, initial_state=states)
    logits = layers.Dense(KEYS, name="logits")(layers.Dropout(dropout)(hidden))
    model = keras.Model(
        [rolls, *states] if states else rolls, [logits, *after] if states else logits
    )
    return Composer(model, keras.optimizers.Adam(learning_rate, global_clipnorm=1.0))


def frame_nll(logits: np.ndarray, roll: np.ndarray) -> np.ndarray:
    """Nats that each frame costs: the cross-entropies of its keys, added up.

    Parameters
    ----------
    logits, roll : arrays, shape (..., keys)

    Returns
    -------
    array, shape (...)

    Notes
    -----
    ``log(1 + exp(z)) - z x`` for each key is the same, and does not overflow.
    """
    found: np.ndarray = (np.logaddexp(0, logits) - logits * roll).sum(axis=-1)
    return found


def costs(composer: Composer, rolls: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Nats for each frame of each piece but its first, which nothing foretells."""
    found = []
    for batch, lengths, order in batches(rolls, 16):
        logits, _ = composer.read(batch[:, :-1])
        nll = frame_nll(logits, batch[:, 1:])
        found += [(at, row[: n - 1]) for at, row, n in zip(order, nll, lengths, strict=True)]
    return [row for _, row in sorted(found, key=lambda pair: pair[0])]


def batches(
    rolls: Sequence[np.ndarray], rows: int, rng: np.random.Generator | None = None
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Pieces of similar length side by side, with zeros at the end: (rolls, lengths, which).

    Parameters
    ----------
    rolls : sequence of array, each of shape (steps, keys)
    rows : int
        Pieces in a batch, at most.
    rng : numpy.random.Generator, optional
        Shuffles the batches.
    """
    by_length = sorted(range(len(rolls)), key=lambda at: len(rolls[at]))
    groups = [np.array(by_length[at : at + rows]) for at in range(0, len(by_length), rows)]
    if rng is not None:
        rng.shuffle(groups)
    for group in groups:
        lengths = np.array([len(rolls[at]) for at in group])
        batch = np.zeros((len(group), lengths.max(), rolls[0].shape[1]), "float32")
        for row, at in enumerate(group):
            batch[row, : lengths[row]] = rolls[at]
        yield batch, lengths, group


def fit_rolls(
    composer: Composer,
    train: Sequence[np.ndarray],
    valid: Sequence[np.ndarray],
    *,
    epochs: int,
    patience: int = 5,
    rows: int = 16,
    transposed: int = 0,
    seed: int = 0,
) -> list[tuple[float, float]]:
    """Train on whole pieces, and keep the weights that were best on the held-out ones.

    Parameters
    ----------
    composer : Composer
    train, valid : sequence of array, each of shape (steps, 88)
    epochs : int
        At most.
    patience : int
        Epochs without a better one after which it ends.
    rows : int
        Pieces in a batch.
    transposed : int
        Each piece is moved up or down by as many semitones, at most, anew in each epoch.
    seed : int
        Of the order of batches, and of the moves.

    Returns
    -------
    list of (float, float)
        Nats a frame in each epoch: in training, and of the held-out pieces after it.

    Raises
    ------
    ValueError
        If there are no pieces, or one has less than two frames.
    """
    for name, pieces in (("train", train), ("valid", valid)):
        if not pieces or min(len(piece) for piece in pieces) < 2:
            raise ValueError(f"{name} needs pieces, each of at least two frames: one, and its next")
    rng = np.random.default_rng(seed)
    update = _update(composer)
    best, kept, history = np.inf, composer.model.get_weights(), []
    since = 0
    for _ in range(epochs):
        pieces = [_moved(piece, transposed, rng) for piece in train] if transposed else train
        total = n_frames = 0.0
        for batch, lengths, _ in batches(pieces, rows, rng):
            state = tuple(map(tf.constant, composer.begin(len(batch))))
            mask = (np.arange(1, batch.shape[1]) < lengths[:, None]).astype("float32")
            total += float(update(tf.constant(batch), tf.constant(mask), state))
            n_frames += float(mask.sum())
        found = float(np.concatenate(costs(composer, valid)).mean())
        history.append((total / n_frames, found))
        since += 1
        if found < best:
            best, kept, since = found, composer.model.get_weights(), 0
        if since >= patience:
            break
    composer.model.set_weights(kept)
    return history


def _moved(roll: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    """A roll, some keys higher or lower, as far as the keyboard goes."""
    keys = np.flatnonzero(roll.any(axis=0))
    low = max(-most, -int(keys.min())) if keys.size else 0
    high = min(most, roll.shape[1] - 1 - int(keys.max())) if keys.size else 0
    return np.roll(roll, rng.integers(low, high + 1), axis=1)


def _update(composer: Composer) -> Callable[..., Any]:
    """One step of the optimizer, as a graph; gives the nats of all frames together."""
    model, optimizer = composer.model, composer.optimizer
    weights = model.trainable_variables
    optimizer.build(weights)
    signature = [
        tf.TensorSpec((None, None, KEYS)),
        tf.TensorSpec((None, None)),
        tuple(tf.TensorSpec(part.shape) for part in model.inputs[1:]),
    ]

    @tf.function(input_signature=signature)
    def update(batch: Any, mask: Any, state: Any) -> Any:
        with tf.GradientTape() as tape:
            frames = batch[:, :-1]
            found = model([frames, *state] if state else frames, training=True)
            logits = found[0] if state else found
            each = tf.nn.sigmoid_cross_entropy_with_logits(batch[:, 1:], logits)
            total = tf.reduce_sum(tf.reduce_sum(each, axis=-1) * mask)
            loss = total / tf.reduce_sum(mask)
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        return total

    return update
