"""The experiments of the chapter on remedies: what keeps a gradient from vanishing or exploding."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

import keras
import numpy as np
from keras import layers

from helpers.gradients import GradientMonitor
from helpers.models import memory_model
from helpers.models.recurrent import made
from helpers.tasks import adding_problem, create_long_dependency_task
from helpers.training import first_below, repeat

#: What chapter "What actually helps" compares: the arguments of the recurrent layer.
REMEDIES: dict[str, dict[str, Any]] = {
    "tanh, gain 0.5": {"recurrent_initializer": ("Orthogonal", {"gain": 0.5})},
    "tanh, normal 0.05": {"recurrent_initializer": ("RandomNormal", {"stddev": 0.05})},
    "tanh, Glorot": {"recurrent_initializer": ("GlorotUniform", {})},
    "tanh, orthogonal": {},
    "tanh, identity": {"recurrent_initializer": ("Identity", {})},
    "sigmoid": {"activation": "sigmoid"},
    "ReLU, orthogonal": {"activation": "relu"},
    "ReLU, He": {"activation": "relu", "recurrent_initializer": ("HeNormal", {})},
    "ReLU, identity": {"activation": "relu", "recurrent_initializer": ("Identity", {})},
    "gain 0.5, clipped": {
        "recurrent_initializer": ("Orthogonal", {"gain": 0.5}),
        "clip": {"global_clipnorm": 1.0},
    },
    "L2 0.0001": {"recurrent_regularizer": ("L2", {"l2": 1e-4})},
    "L2 0.01": {"recurrent_regularizer": ("L2", {"l2": 1e-2})},
    "L2 0.1": {"recurrent_regularizer": ("L2", {"l2": 1e-1})},
    "LSTM": {"cell": "LSTM"},
    "GRU": {"cell": "GRU"},
}
CLIPPING: dict[str, dict[str, float]] = {
    "none": {},
    "clipvalue": {"clipvalue": 0.5},
    "clipnorm": {"clipnorm": 1.0},
    "global_clipnorm": {"global_clipnorm": 1.0},
}
#: The same for the network that explodes: what differs from `exploding_model`'s defaults.
EXPLODERS: dict[str, dict[str, Any]] = {
    "tanh, gain 2": {},
    "tanh, orthogonal": {"recurrent_initializer": "orthogonal"},
    "tanh, identity": {"recurrent_initializer": "identity"},
    "ReLU, orthogonal": {"activation": "relu", "recurrent_initializer": "orthogonal"},
    "ReLU, He": {"activation": "relu", "recurrent_initializer": "he_normal"},
    "ReLU, identity": {"activation": "relu", "recurrent_initializer": "identity"},
    "L2 0.01": {"recurrent_regularizer": ("L2", {"l2": 1e-2})},
    "cut to 10": {"window": 10},
    "LSTM": {"cell": "LSTM"},
    "GRU": {"cell": "GRU"},
    "rate 0.01": {"optimizer": "SGD 0.01"},
    "Adam 0.01": {"optimizer": "Adam 0.01"},
}


def exploding_model(
    cell: str = "SimpleRNN",
    *,
    optimizer: str = "SGD 0.1",
    clip: dict[str, float] | None = None,
    window: int = 50,
    **options: Any,
) -> keras.Model:
    """A network that does not survive the adding problem of 50 timesteps, unless it is treated.

    32 units, recurrent matrices orthogonal of gain 2, plain SGD. ``window`` is how many of the
    last steps it reads; ``options`` are as in `memory_model`, ``optimizer`` as in
    `make_optimiser`.
    """
    options = {"recurrent_initializer": ("Orthogonal", {"gain": 2.0}), **options}
    x = keras.Input((50, 2))
    h = getattr(layers, cell)(32, **made(options))(x[:, -window:])
    model = keras.Model(x, layers.Dense(1)(h))
    model.compile(make_optimiser(optimizer, steps=60, **(clip or {})), "mse")
    return model


def remedies(
    names: Iterable[str], *, seeds: Iterable[int], steps: int = 200, gap: int = 30
) -> dict[str, dict[str, list[float]]]:
    """Each remedy on the long-dependency task: held-out accuracy, and the training loss by step.

    Returns ``{name: {"accuracy": [one per seed], "solved_at": [step or -1, one per seed]}}``;
    solved means that the mean training loss of ten steps fell below 0.1, its penalties left out.
    """
    seeds = list(seeds)
    task = partial(create_long_dependency_task, sequence_length=gap + 1, dependency_gap=gap)

    def run(name: str) -> dict[str, list[float]]:
        runs = repeat(partial(memory_model, **REMEDIES[name]), task, seeds=seeds, steps=steps)
        return {
            "accuracy": runs.score.tolist(),
            "solved_at": [first_below(losses, 0.1) for losses in runs.loss],
        }

    return {name: run(name) for name in names}


def clipping(
    kinds: Iterable[str], *, seeds: Iterable[int], steps: int = 60
) -> dict[str, dict[str, list]]:
    """`exploding_model`: gradient norm and loss by step, and held-out loss, by clipping.

    A value that is not finite is recorded as None.
    """
    seeds = list(seeds)
    task = partial(adding_problem, sequence_length=50)

    def run(kind: str) -> dict[str, list]:
        monitor, build = GradientMonitor(), partial(exploding_model, clip=CLIPPING[kind])
        runs = repeat(build, task, seeds=seeds, steps=steps, callbacks=[monitor])
        norms = monitor.global_norms.reshape(len(seeds), steps)
        return {
            "norms": [[_finite(norm) for norm in row] for row in norms],
            "losses": [[_finite(loss) for loss in row] for row in runs.loss],
            "final_loss": [_finite(loss) for loss in runs.score],
        }

    return {kind: run(kind) for kind in kinds}


def explosions(
    names: Iterable[str], *, seeds: Iterable[int], steps: int = 60
) -> dict[str, list[float | None]]:
    """Held-out loss of each of `EXPLODERS` on the adding problem; None where it was lost."""
    seeds = list(seeds)
    task = partial(adding_problem, sequence_length=50)

    def losses(name: str) -> list[float | None]:
        build = partial(exploding_model, **EXPLODERS[name])
        return [_finite(loss) for loss in repeat(build, task, seeds=seeds, steps=steps).score]

    return {name: losses(name) for name in names}


def truncation(
    cells: Iterable[str], kinds: Iterable[str], *, seeds: Iterable[int], steps: int = 300
) -> dict[str, dict[str, list[float]]]:
    """Held-out accuracy at gap 40, by cell and by how the gradient is cut; see `truncated_model`.

    Returns ``{cell: {kind: [one per seed]}}``.
    """
    seeds, kinds = list(seeds), list(kinds)
    task = partial(create_long_dependency_task, sequence_length=41, dependency_gap=40)

    def accuracies(cell: str, kind: str) -> list[float]:
        build = partial(truncated_model, cell, kind)
        return repeat(build, task, seeds=seeds, steps=steps).score.tolist()

    return {cell: {kind: accuracies(cell, kind) for kind in kinds} for cell in cells}


def truncated_model(
    cell: str, kind: str, *, timesteps: int = 41, window: int = 10, units: int = 64
) -> keras.Model:
    """A yes-or-no model that learns through the last ``window`` steps only, or through all.

    ``kind`` is ``"full"`` (backpropagation through every step), ``"carried"`` (the state crosses
    the window's edge, the gradient does not) or ``"cut"`` (neither does: a shorter sequence).
    """
    x = keras.Input((timesteps, 1))
    recurrent = getattr(layers, cell)(units, return_state=True)
    if kind == "full":
        h = recurrent(x)[0]
    else:
        states = None
        if kind == "carried":
            states = [keras.ops.stop_gradient(s) for s in recurrent(x[:, :-window])[1:]]
        h = recurrent(x[:, -window:], initial_state=states)[0]
    model = keras.Model(x, layers.Dense(1, activation="sigmoid")(h))
    model.compile(keras.optimizers.Adam(1e-3), "binary_crossentropy", metrics=["accuracy"])
    return model


def optimisers(
    names: Iterable[str], *, seeds: Iterable[int], steps: int = 400
) -> dict[str, list[float | None]]:
    """Held-out loss of the adding problem (10 timesteps, SimpleRNN(32)) for each optimiser."""
    seeds = list(seeds)
    task = partial(adding_problem, sequence_length=10)

    def build(name: str) -> keras.Model:
        model = keras.Sequential([keras.Input((None, 2)), layers.SimpleRNN(32), layers.Dense(1)])
        model.compile(make_optimiser(name, steps), "mse")
        return model

    return {
        name: [
            _finite(loss)
            for loss in repeat(partial(build, name), task, seeds=seeds, steps=steps).score
        ]
        for name in names
    }


def make_optimiser(name: str, steps: int, **clip: float) -> keras.optimizers.Optimizer:
    """Make the optimiser of a name such as ``"SGD 0.1"``: its kind and its (highest) rate.

    ``momentum`` is SGD with momentum 0.9; ``cosine`` and ``warm-up`` are Adam with a schedule,
    the second rising over a tenth of the steps and then falling as the first does.
    """
    kind, rate = name.split()
    peak, warm = float(rate), steps // 10
    cosine = keras.optimizers.schedules.CosineDecay
    match kind:
        case "SGD":
            return keras.optimizers.SGD(peak, **clip)
        case "momentum":
            return keras.optimizers.SGD(peak, momentum=0.9, **clip)
        case "Adam":
            return keras.optimizers.Adam(peak, **clip)
        case "cosine":
            return keras.optimizers.Adam(cosine(peak, steps), **clip)
        case "warm-up":
            schedule = cosine(0.0, steps - warm, warmup_target=peak, warmup_steps=warm)
            return keras.optimizers.Adam(schedule, **clip)
    raise ValueError(f"optimiser {name!r} is unknown")


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


#: Optimisers and rates, as `make_optimiser` reads them.
OPTIMISERS = [
    f"{kind} {rate}"
    for kind, rates in {
        "SGD": ("0.01", "0.1", "0.3"),
        "momentum": ("0.001", "0.01", "0.1"),
        "Adam": ("0.001", "0.01", "0.1"),
        "cosine": ("0.01",),
        "warm-up": ("0.01",),
    }.items()
    for rate in rates
]
SEEDS = range(8)
RECORDS = {
    "remedies": partial(remedies, REMEDIES, seeds=SEEDS),
    "clipping": partial(clipping, CLIPPING, seeds=SEEDS),
    "explosions": partial(explosions, EXPLODERS, seeds=SEEDS),
    "truncation": partial(
        truncation, ("SimpleRNN", "LSTM"), ("cut", "carried", "full"), seeds=SEEDS
    ),
    "optimisers": partial(optimisers, OPTIMISERS, seeds=SEEDS),
}
