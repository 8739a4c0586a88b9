"""A piano roll to look at: time from left to right, pitch upwards, a bar for each note."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from helpers.music.notes import Note, pitch_name


def piano_roll(
    notes: Sequence[Note], *, steps_per_quarter: int = 4, ax: Axes | None = None
) -> Axes:
    """Draw notes, each voice in a colour of its own.

    Parameters
    ----------
    notes : sequence of Note
        In steps.
    steps_per_quarter : int
    ax : Axes, optional
        A new one, if not given.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there are no notes.
    """
    if not notes:
        raise ValueError("there are no notes to draw: a sequence of length zero?")
    if ax is None:
        ax = plt.subplots()[1]
    for voice in sorted({note.voice for note in notes}):
        own = [note for note in notes if note.voice == voice]
        for note in own:
            spans = [(note.start / steps_per_quarter, note.length / steps_per_quarter - 0.04)]
            ax.broken_barh(spans, (note.pitch - 0.4, 0.8), color=f"C{voice % 6}", lw=0)
        first = own[0]
        ax.annotate(
            f"voice {voice}",
            (0, first.pitch),
            (-4, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=9,
            color=f"C{voice % 6}",
        )
    low, high = min(n.pitch for n in notes), max(n.pitch for n in notes)
    marks = [
        pitch for pitch in range(low - low % 12, high + 13, 12) if low - 2 <= pitch <= high + 2
    ]
    ax.set_yticks(marks, [pitch_name(pitch) for pitch in marks])
    ax.tick_params(axis="y", labelright=True, labelleft=False, right=True, left=False)
    ax.set(xlabel="quarters", ylim=(low - 2, high + 2), xlim=(0, None))
    return ax
