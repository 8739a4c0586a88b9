"""The experiment of the chapter on recurrence: what a network forgets."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from helpers.models import memory_model
from helpers.tasks import create_long_dependency_task
from helpers.training import repeat


def forgetting(
    gaps: Iterable[int], gains: Iterable[float], *, seeds: Iterable[int], steps: int = 150
) -> dict[str, dict[str, list[float]]]:
    """Held-out accuracy on the long-dependency task: ``{gain: {gap: [one per seed]}}``.

    All sequences have 41 steps, whatever the gap.
    """
    seeds, gaps = list(seeds), list(gaps)

    def accuracies(gain: float, gap: int) -> list[float]:
        orthogonal = ("Orthogonal", {"gain": gain})
        build = partial(memory_model, recurrent_initializer=orthogonal)
        task = partial(create_long_dependency_task, sequence_length=41, dependency_gap=gap)
        return repeat(build, task, seeds=seeds, steps=steps).score.tolist()

    return {str(gain): {str(gap): accuracies(gain, gap) for gap in gaps} for gain in gains}


RECORDS = {
    "forgetting": partial(
        forgetting, (2, 5, 8, 10, 12, 15, 20, 30, 40), (0.5, 1.0), seeds=range(8)
    ),
}
