"""Learning rate, initial gain and gap: which of them decides whether a network learns to keep."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from itertools import product

import keras

from helpers.models import memory_model
from helpers.tasks import create_long_dependency_task
from helpers.training import StopBelow, first_below, repeat

#: The heat map's axes.
RATES = ("Adam 0.001", "Adam 0.003", "Adam 0.01", "Adam 0.03")
GAINS = (0.25, 0.5, 0.75, 1.0, 1.5)
GAPS = (10, 30, 60)
#: The control: an optimiser that does not rescale what arrives.
PLAIN = ("SGD 0.01", "SGD 0.1", "SGD 1.0")
#: What counts as solved: the mean training loss of ten steps falls below this.
SOLVED = 0.1


def rates(
    optimizers: Iterable[str],
    gains: Iterable[float],
    gaps: Iterable[int],
    *,
    seeds: Iterable[int],
    steps: int = 200,
) -> dict[str, dict[str, dict[str, dict[str, list[float]]]]]:
    """Who learns the long-dependency task: SimpleRNN(64), batches of 64 new sequences.

    An optimiser is its kind and its rate, ``"Adam 0.01"``; all must be of one kind. Solved means
    that the mean training loss of ten steps fell below 0.1; training stops there.

    Returns ``{optimizer: {gain: {gap: {"solved_at": [step or -1], "accuracy": [held out]}}}}``,
    one entry per seed.
    """
    seeds = list(seeds)
    settings = list(product(optimizers, gains))
    found: dict[str, dict[str, dict]] = {
        name: {str(gain): {} for _, gain in settings} for name, _ in settings
    }
    for gap in gaps:
        task = partial(create_long_dependency_task, sequence_length=gap + 1, dependency_gap=gap)
        # All settings in one go, so that the graph is traced once: they differ only in what
        # `repeat` gives back to the model anyway, its first weights and the optimiser's state.
        beginnings = (forgetter(*setting) for setting in settings for _ in seeds)
        runs = repeat(
            partial(next, beginnings),
            task,
            seeds=seeds * len(settings),
            steps=steps,
            callbacks=[StopBelow(SOLVED)],
        )
        steps_to = [first_below(losses, SOLVED) for losses in runs.loss]
        for i, (name, gain) in enumerate(settings):
            own = slice(i * len(seeds), (i + 1) * len(seeds))
            found[name][str(gain)][str(gap)] = {
                "solved_at": steps_to[own],
                "accuracy": runs.score[own].round(4).tolist(),
            }
    return found


def forgetter(optimizer: str, gain: float) -> keras.Model:
    """`memory_model` with an orthogonal recurrent matrix of that gain, and that optimiser."""
    model = memory_model(recurrent_initializer=("Orthogonal", {"gain": gain}))
    kind, rate = optimizer.split()
    optimiser = getattr(keras.optimizers, kind)(float(rate))
    model.compile(optimiser, "binary_crossentropy", metrics=["accuracy"])
    return model


SEEDS = range(5)
RECORDS = {
    "rates": lambda: {
        **rates(RATES, GAINS, GAPS, seeds=SEEDS),
        **rates(PLAIN, (0.5, 1.0), (10, 30), seeds=SEEDS),
    },
}
