"""What explodes in the network that explodes: freeze one part at a time, and measure the other."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import keras
import numpy as np

from helpers.experiments.remedies import EXPLODERS, exploding_model
from helpers.tasks import adding_problem
from helpers.training import repeat

#: Which layers may learn: the recurrent one, the readout.
PARTS = {"both": (True, True), "readout only": (False, True), "recurrence only": (True, False)}


def frozen(
    names: Iterable[str], parts: Iterable[str], *, seeds: Iterable[int], steps: int = 60
) -> dict[str, dict[str, dict[str, list[float | None]]]]:
    """`EXPLODERS` with a part that does not learn, and what their last states are at the start.

    Returns ``{name: {part: {"loss": [held out, None if not finite], "curvature": […],
    "squared": […]}}}``, one entry per seed; `curvature` says what the second is, the third is the
    mean of ``||h||^2``, both before training.
    """
    seeds, names, parts = list(seeds), list(names), list(parts)
    task = partial(adding_problem, sequence_length=50)

    def run(name: str, part: str) -> dict[str, list[float | None]]:
        begins = []

        def build() -> keras.Model:
            model = partly_frozen(name, part)
            begins.append(last_states(model))
            return model

        scores = repeat(build, task, seeds=seeds, steps=steps).score
        return {
            "loss": [float(loss) if np.isfinite(loss) else None for loss in scores],
            "curvature": [curvature(h) for h in begins],
            "squared": [float((h**2).sum(axis=1).mean()) for h in begins],
        }

    return {name: {part: run(name, part) for part in parts} for name in names}


def partly_frozen(name: str, part: str) -> keras.Model:
    """One of `EXPLODERS`, of which only ``part`` learns."""
    model = exploding_model(**EXPLODERS[name])
    for layer, learns in zip((model.layers[-2], model.layers[-1]), PARTS[part], strict=True):
        layer.trainable = learns
    return model


def last_states(model: keras.Model, n_samples: int = 256) -> np.ndarray:
    """What the readout reads, (samples, units)."""
    x, _ = adding_problem(n_samples, 50, seed=1)
    return np.asarray(keras.Model(model.input, model.layers[-2].output)(x))


def curvature(h: np.ndarray) -> float:
    """Largest eigenvalue of the mean of ``h^T h``, where ``h`` is a state and a one for the bias.

    Twice that is the largest curvature of the squared error in the readout's weights.
    """
    extended = np.concatenate([h, np.ones((len(h), 1))], axis=1).astype(float)
    return float(np.linalg.eigvalsh(extended.T @ extended / len(h))[-1])


#: A smaller rate and another optimiser have limits of their own, and L2 begins like the first.
NAMES = [name for name in EXPLODERS if not name.startswith(("rate", "Adam", "L2"))]
RECORDS = {"frozen": partial(frozen, NAMES, PARTS, seeds=range(8))}
