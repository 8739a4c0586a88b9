"""What networks play that have heard Bach's chorales, and how it differs from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from helpers import session
from helpers.data import chorales
from helpers.experiments.music import SEEDS, Rolls, train
from helpers.models.composer import Composer, batches
from helpers.music import LOWEST, copied, repeated, roll_of, stretches, voices_of

TEMPERATURES = (0.5, 0.75, 1.0, 1.25)
BEGUN, PLAYED = 8, 40  # quarters
#: The best settings of the record on chorales, on its validation pieces.
PLAYERS = {"LSTM": (0.008, 0.3, 3), "linear": (0.03, 0.0, 0)}
#: Triads and seventh chords, by the distances of their notes from the lowest.
CHORDS = tuple(
    map(
        frozenset,
        [(0, 4, 7), (0, 3, 7), (0, 3, 6), (0, 4, 7, 10), (0, 3, 7, 10), (0, 4, 7, 11)]
        + [(0, 3, 6, 10), (0, 3, 6, 9)],
    )
)


def compose(
    composer: Composer,
    begun: np.ndarray,
    steps: int,
    *,
    temperature: float = 1.0,
    voices: int | None = None,
    rng: np.random.Generator,
) -> np.ndarray:
    """Play on from what has been played; what is drawn is read next.

    Parameters
    ----------
    composer : Composer
    begun : array, shape (rows, steps before, 88)
    steps : int
    temperature : float
        Divides the logits.
    voices : int, optional
        So many keys are drawn, one after another, none twice. If not given, each key is drawn for
        itself, and any number of them may sound.
    rng : numpy.random.Generator

    Returns
    -------
    array of float32, shape (rows, steps, 88)

    Raises
    ------
    ValueError
        If the temperature is not above zero.

    Notes
    -----
    The largest sums of logits and Gumbel noise are draws without putting back, by odds.
    """
    if temperature <= 0:
        raise ValueError(f"temperature is {temperature}, expected more than 0")
    logits, state = composer.read(begun)
    played = []
    for _ in range(steps):
        z = logits[:, -1].astype(float) / temperature
        if voices is None:
            frame = rng.random(z.shape) < 1 / (1 + np.exp(-z))
        else:
            noisy = np.argsort(-(z + rng.gumbel(size=z.shape)), axis=-1)
            frame = np.zeros(z.shape, bool)
            np.put_along_axis(frame, noisy[:, :voices], True, axis=-1)
        played.append(frame.astype("float32"))
        logits, state = composer.read(played[-1][:, None], state)
    return np.stack(played, axis=1)


def fits_chord(frame: np.ndarray) -> bool:
    """Whether all keys that sound belong to one triad or seventh chord; silence does.

    Parameters
    ----------
    frame : array, shape (88,)
    """
    tones = {int(tone) for tone in (np.flatnonzero(frame) + LOWEST) % 12}
    return any(
        {(tone - root) % 12 for tone in tones} <= chord for root in range(12) for chord in CHORDS
    )


def is_crowded(frame: np.ndarray) -> bool:
    """Whether two keys sound that are a whole tone apart or less."""
    return bool((np.diff(np.flatnonzero(frame)) <= 2).any())


def judged(rolls: Rolls, corpus: Sequence[np.ndarray], length: int = 4) -> dict[str, float]:
    """What can be counted in music: what stays, what comes again, what is not its own, and chords.

    Parameters
    ----------
    rolls : sequence of array, each of shape (steps, 88)
        With at most four keys at a time, on quarters.
    corpus : sequence of frames
        What it was learned from.
    length : int
        Of the stretches that come again, or are copied, in quarters.

    Notes
    -----
    The corpus goes through rolls as well: a roll does not know who sang which key, nor that two
    sang the same.
    """
    known = stretches((voices_of(roll_of(piece)) for piece in corpus), length)
    frames = [voices_of(roll) for roll in rolls]
    alike = [(roll[1:] == roll[:-1]).all(axis=1).mean() for roll in rolls]
    every = np.concatenate(rolls)
    return {
        "unchanged": float(np.mean(alike)),
        "repeated": float(np.mean([repeated(piece, length) for piece in frames])),
        "copied": float(np.mean([copied(piece, known, length) for piece in frames])),
        "chords": float(np.mean([fits_chord(frame) for frame in every])),
        "crowded": float(np.mean([is_crowded(frame) for frame in every])),
    }


def shares(frames: np.ndarray) -> list[float]:
    """Of the frames: how many have no key, one, ..., seven, and eight or more.

    Parameters
    ----------
    frames : array, shape (..., 88)
    """
    keys = np.minimum(frames.sum(axis=-1).astype(int).ravel(), 8)
    found: list[float] = (np.bincount(keys, minlength=9) / len(keys)).tolist()
    return found


def after_real(
    composer: Composer, rolls: Rolls, temperature: float, rng: np.random.Generator
) -> np.ndarray:
    """Draws for each frame of real pieces but the first, each after what really came before.

    Returns
    -------
    array of float32, shape (frames, 88)
    """
    drawn = []
    for batch, lengths, _ in batches(rolls, 16):
        logits, _ = composer.read(batch[:, :-1])
        p = 1 / (1 + np.exp(-logits.astype(float) / temperature))
        found = (rng.random(p.shape) < p).astype("float32")
        drawn += [row[: n - 1] for row, n in zip(found, lengths, strict=True)]
    return np.concatenate(drawn)


def played() -> dict[str, Any]:
    """Counts of what networks play after the beginnings of Bach's test pieces, and two plays."""
    session.start(0)
    data = chorales.load("real")
    parts = [chorales.rolls(part, 1) for part in (data.train, data.valid, data.test)]
    corpus = chorales.on_grid(data.train, 1)
    tests = [roll for roll in parts[2] if len(roll) >= BEGUN + PLAYED]
    begun = np.stack([roll[:BEGUN] for roll in tests])
    ends = [roll[BEGUN : BEGUN + PLAYED] for roll in tests]
    counts: dict[str, Any] = {"Bach": {**judged(ends, corpus), "drawn": shares(np.stack(ends))}}
    written = {}
    todo = [("LSTM", temperature) for temperature in TEMPERATURES] + [("linear", 1.0)]
    kept = {kind: train(kind, parts, best, seed=SEEDS[0])[0] for kind, best in PLAYERS.items()}
    for kind, temperature in todo:
        options: dict[str, Any] = {"temperature": temperature, "rng": np.random.default_rng(0)}
        rolls = compose(kept[kind], begun, PLAYED, voices=4, **options)
        free = compose(kept[kind], begun, PLAYED, **options)
        name = f"{kind} at {temperature:g}"
        counts[name] = {
            **judged([*rolls], corpus),
            "drawn": shares(free),
            "after Bach": shares(after_real(kept[kind], parts[2], **options)),
        }
        written[name] = voices_of(rolls[0][:32]).tolist()
    return {"played": counts, "written": written, "pieces": len(tests)}


RECORDS = {"chorale_plays": played}
