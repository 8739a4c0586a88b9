"""Notes made audible with nothing but sines, and a player for the page."""

from __future__ import annotations

import base64
import html
import io
import wave
from collections.abc import Iterable
from typing import Any

import numpy as np

from helpers.music.notes import Note

RATE = 8000  # samples a second: a telephone's, and small enough for a page
_OVERTONES = 6
_ATTACK, _RELEASE = 0.015, 0.12  # seconds


def frequency(pitch: int) -> float:
    """Hertz of a MIDI pitch, equally tempered: 440 for 69, twice as much twelve higher."""
    return 440.0 * 2.0 ** ((pitch - 69) / 12)


def render(
    notes: Iterable[Note],
    *,
    steps_per_quarter: int = 4,
    quarters_per_minute: float = 90.0,
    rate: int = RATE,
) -> np.ndarray:
    """The sound of notes: for each a few sines that swell, fade and stop.

    Parameters
    ----------
    notes : iterable of Note
        In steps.
    steps_per_quarter : int
    quarters_per_minute : float
    rate : int
        Samples a second; overtones above half of it are left out, or they would come back as
        other tones.

    Returns
    -------
    array of float32, shape (samples,)
        Between -1 and 1, the loudest 0.9.

    Raises
    ------
    ValueError
        If there is nothing to hear, or time does not pass.
    """
    notes = sorted(notes)
    if not notes:
        raise ValueError("there are no notes to hear: a sequence of length zero?")
    if not min(steps_per_quarter, rate) > 0 or not 0 < quarters_per_minute < float("inf"):
        raise ValueError(
            f"{steps_per_quarter} steps a quarter, {quarters_per_minute} quarters a minute, rate"
            f" {rate}: expected more than 0 of each"
        )
    step = 60 / quarters_per_minute / steps_per_quarter
    last = max(note.end for note in notes)
    samples = np.zeros(round((last * step + _RELEASE) * rate) + 1, "float32")
    for note in notes:
        tone = _tone(frequency(note.pitch), note.length * step, rate)
        begin = round(note.start * step * rate)
        samples[begin : begin + len(tone)] += tone[: len(samples) - begin]
    return 0.9 * samples / max(float(np.abs(samples).max()), 1e-9)


def wav(samples: np.ndarray, *, rate: int = RATE) -> bytes:
    """Samples as a WAV file of one channel with 16 bits.

    Raises
    ------
    ValueError
        If there are no samples, or one is beyond -1 or 1, or no number.
    """
    samples = np.asarray(samples, float)
    if samples.ndim != 1 or not samples.size:
        raise ValueError(f"samples have the shape (samples,), at least one, not {samples.shape}")
    if not (np.abs(samples) <= 1).all():
        raise ValueError("a sample is beyond -1 or 1, or NaN: divide by the loudest one")
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(np.round(samples * 32767).astype("<i2").tobytes())
    return file.getvalue()


def player(samples: np.ndarray, label: str, *, rate: int = RATE) -> Any:
    """A player that carries its sound inside the page, with a name for those who do not see it.

    Parameters
    ----------
    samples : array, shape (samples,)
    label : str
        What is to be heard; shown, and read out by a screen reader.
    rate : int

    Returns
    -------
    IPython.display.HTML

    Raises
    ------
    ValueError
        If the label is empty, or as `wav`.
    """
    from IPython.display import HTML

    if not label.strip():
        raise ValueError("a player needs a label: say what is to be heard")
    name = html.escape(label, quote=True)
    sound = base64.b64encode(wav(samples, rate=rate)).decode()
    return HTML(
        f'<figure class="player"><figcaption>{name}</figcaption>'
        f'<audio controls preload="metadata" aria-label="{name}"'
        f' src="data:audio/wav;base64,{sound}"></audio></figure>'
    )


def _tone(hertz: float, seconds: float, rate: int) -> np.ndarray:
    """Sines whose strength falls with their number, under one envelope."""
    time = np.arange(round((seconds + _RELEASE) * rate)) / rate
    order = np.arange(1, _OVERTONES + 1)
    order = order[order * hertz < rate / 2]
    waves = np.sin(2 * np.pi * hertz * order[:, None] * time) / order[:, None] ** 1.6
    swell = np.minimum(1, time / _ATTACK)
    stop = np.clip(1 - (time - seconds) / _RELEASE, 0, 1)
    return waves.sum(axis=0) * swell * stop * np.exp(-0.7 * time)
