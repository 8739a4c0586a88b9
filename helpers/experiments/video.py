"""Clips and their reversals: who can tell them apart, from what, and at which price."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any

import keras
import numpy as np

from helpers.data import clips
from helpers.data.clips import Clips
from helpers.models.video import KINDS, SCALE, build_video_model
from helpers.training import restart

BATCH = 32
STEPS = 150
LONGER = (16, 32)  # frames of clips that are longer than any in the training
RATES = (0.003, 0.01)  # of Adam, tried for frames as dark as they are drawn


def logits(model: keras.Model, data: Clips) -> np.ndarray:
    """What the network says of each clip, shape (clips, classes), a hundred clips at a time."""
    parts = (data[i : i + 100] for i in range(0, len(data), 100))
    return np.concatenate(
        [np.array(model([keras.ops.array(x) for x in part.inputs])) for part in parts]
    )


def right(model: keras.Model, data: Clips) -> float:
    """The share of clips that are told rightly."""
    return float(np.mean(logits(model, data).argmax(1) == data.labels))


def judge(model: keras.Model, data: Clips) -> dict[str, float]:
    """Score every clip and its reversal.

    Returns
    -------
    dict
        ``"accuracy"`` of both together; ``"both"``, the share of clips that are told right forwards
        and backwards; ``"moved"``, by how much a logit changes at most when a clip is turned.
    """
    turned = clips.backwards(data)
    ours, theirs = logits(model, data), logits(model, turned)
    hits = np.array([ours.argmax(1) == data.labels, theirs.argmax(1) == turned.labels])
    return {
        "accuracy": float(hits.mean()),
        "both": float(hits.all(axis=0).mean()),
        "moved": float(np.abs(ours - theirs).max()),
    }


def confusion(model: keras.Model, data: Clips) -> np.ndarray:
    """How often a class (rows) is called which class (columns), clips and their reversals."""
    turned = clips.backwards(data)
    found = np.zeros((len(data.names),) * 2, int)
    for part in (data, turned):
        np.add.at(found, (part.labels, logits(model, part).argmax(1)), 1)
    return found


def first_frames(data: Clips) -> Clips:
    """Nothing but the first frame of each clip."""
    return Clips(data.frames[:, :1], data.mask[:, :1], data.labels, data.names)


def standing(data: Clips, t: int) -> Clips:
    """One frame of each clip, the first or the last (-1), again and again: nothing moves."""
    at = data.lengths - 1 if t < 0 else np.full(len(data), t)
    still = data.frames[np.arange(len(data)), at][:, None]
    frames = still * data.mask[..., None, None, None]
    return Clips(frames.astype("float32"), data.mask, data.labels, data.names)


def darker(data: Clips, by: float) -> Clips:
    """The same clips, every pixel divided by a number."""
    return Clips(data.frames / by, data.mask, data.labels, data.names)


def fit(model: keras.Model, data: Clips) -> float:
    """One pass over the clips in their order, none seen twice; processor seconds."""
    begun = time.process_time()
    model.fit(data.inputs, data.labels, batch_size=BATCH, shuffle=False, verbose=0)
    return time.process_time() - begun


def learn(
    kind: str,
    *,
    seed: int = 0,
    steps: int = STEPS,
    pairs: Sequence[str] = ("sideways",),
    learning_rate: float = 0.003,
    again: keras.Model | None = None,
) -> tuple[keras.Model, float]:
    """Draw clips and train a network on them.

    Parameters
    ----------
    kind : str
        Of `helpers.models.video.KINDS`.
    seed : int
        Of the weights and of the clips.
    steps : int
        Batches of 32 clips.
    pairs : sequence of str
        Of `helpers.data.clips.PAIRS`.
    learning_rate : float
    again : keras.Model, optional
        A network of this kind that is begun anew, for its graph is there already.

    Returns
    -------
    model : keras.Model
    seconds : float
        Of processor time; with a new network its graph is built within them.
    """
    model = _begin(kind, seed, 2 * len(pairs), learning_rate, again)
    return model, fit(model, clips.load(steps * BATCH, pairs, seed=seed))


def _begin(
    kind: str, seed: int, classes: int, rate: float, again: keras.Model | None
) -> keras.Model:
    keras.utils.set_random_seed(seed)
    return restart(again, build_video_model(kind, classes, learning_rate=rate))


def contest(
    kinds: Iterable[str] = KINDS, *, seeds: Iterable[int] = range(5), steps: int = STEPS
) -> dict[str, Any]:
    """Left or right, after equal steps: every kind of network, five seeds.

    Returns
    -------
    dict
        Per kind: ``"weights"``, and rows over the seeds of what `judge` finds on clips of four to
        eight frames, as the training's were, and of the accuracy on longer ones; ``"seconds"`` of
        the training, of the first seed with its graph.
    """
    tests = {n: clips.load(100, lengths=(n, n), seed=20_000 + n) for n in LONGER}
    test = clips.load(300, seed=20_000)
    outcome: dict[str, Any] = {"steps": steps, "runs": {}}
    seeds = list(seeds)
    for kind in kinds:
        keras.backend.clear_session()
        rows: dict[str, Any] = {"longer": [], "seconds": []}
        model = None
        for seed in seeds:
            model, seconds = learn(kind, seed=seed, steps=steps, again=model)
            rows["seconds"].append(seconds)
            rows["longer"].append([judge(model, tests[n])["accuracy"] for n in LONGER])
            for key, value in judge(model, test).items():
                rows.setdefault(key, []).append(value)
        rows["weights"] = model.count_params() if model else 0
        outcome["runs"][kind] = rows
    return outcome


def shortcuts(*, seeds: Iterable[int] = range(3), steps: int = STEPS) -> dict[str, Any]:
    """What clips give away in which shapes stop at the end of their way.

    Returns
    -------
    dict
        Rows over the seeds of accuracies: of a network that is shown the first frame alone
        (``"first frame, wrapping"``, ``"first frame, ending"``); and of one that was trained on
        whole clips that end, on clips that end and on clips that wrap (``"ending on ending"``,
        ``"ending on wrapping"``), and on clips that end if their first frame, or their last, is
        all that is ever shown (``"ending, standing first"``, ``"ending, standing last"``).
    """
    tests = {wrap: clips.load(300, seed=20_000, wrap=wrap) for wrap in (True, False)}
    outcome: dict[str, list[float]] = {}

    def note(name: str, value: float) -> None:
        outcome.setdefault(name, []).append(value)

    for seed in seeds:
        for wrap, test in tests.items():
            data = clips.load(steps * BATCH, seed=seed, wrap=wrap)
            model = _begin("lstm", seed, 2, 0.003, None)
            fit(model, first_frames(data))
            note(
                f"first frame, {'wrapping' if wrap else 'ending'}", right(model, first_frames(test))
            )
        model = _begin("lstm", seed, 2, 0.003, None)
        fit(model, data)
        note("ending on ending", judge(model, tests[False])["accuracy"])
        note("ending on wrapping", judge(model, tests[True])["accuracy"])
        for name, t in (("first", 0), ("last", -1)):
            note(f"ending, standing {name}", right(model, standing(tests[False], t)))
    return outcome


def brightnesses(*, seeds: Iterable[int] = range(2), steps: int = STEPS) -> dict[str, Any]:
    """The LSTM on frames as dark as they are drawn, at two rates: accuracy, a row a rate."""
    test = darker(clips.load(200, seed=20_000), SCALE)
    outcome: dict[str, list[float]] = {str(rate): [] for rate in RATES}
    for seed in seeds:
        data = darker(clips.load(steps * BATCH, seed=seed), SCALE)
        for rate in RATES:
            model = _begin("lstm", seed, 2, rate, None)
            fit(model, data)
            outcome[str(rate)].append(judge(model, test)["accuracy"])
    return outcome


def motions(
    kinds: Iterable[str] = ("frames", "pooled", "lstm"),
    *,
    seeds: Iterable[int] = range(2),
    steps: int = 250,
) -> dict[str, Any]:
    """Six motions: the table of what is taken for what, a table for each kind and seed."""
    test = clips.load(300, [*clips.PAIRS], seed=20_000)
    outcome: dict[str, Any] = {"names": list(test.names), "steps": steps, "runs": {}}
    seeds = list(seeds)
    for kind in kinds:
        model, tables = None, []
        for seed in seeds:
            model, _ = learn(kind, seed=seed, steps=steps, pairs=[*clips.PAIRS], again=model)
            tables.append(confusion(model, test).tolist())
        outcome["runs"][kind] = tables
    return outcome


RECORDS = {
    "clips": contest,
    "clip_shortcuts": shortcuts,
    "clip_brightness": brightnesses,
    "clip_motions": motions,
}
