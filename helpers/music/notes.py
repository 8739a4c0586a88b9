"""Notes, frames and piano rolls, and the ways from one to the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

REST = -1  # in a frame: this voice is silent
LOWEST, HIGHEST = 21, 108  # the keys of a piano, as MIDI numbers; 60 is the middle C
PITCHES = 128  # that MIDI knows
LONGEST = 200_000  # steps: hours of sixteenths
_NAMES = "C C# D D# E F F# G G# A A# B".split()


@dataclass(frozen=True, order=True)
class Note:
    """A pitch that one voice sounds for a while.

    Attributes
    ----------
    start, length : int
        In steps of the grid, or in ticks of a MIDI file.
    pitch : int
        MIDI's number, 0 to 127.
    voice : int
        Counted from 0, the highest voice of a chorale.
    """

    start: int
    length: int
    pitch: int
    voice: int = 0

    def __post_init__(self) -> None:
        """Refuse what is no note."""
        if self.start < 0:
            raise ValueError(f"a note starts at step {self.start}: shift all, so that none is < 0")
        if self.length < 1:
            raise ValueError(
                f"the note at step {self.start} has length {self.length}: leave out what does not"
                " sound, or take a finer grid"
            )
        if not 0 <= self.pitch < PITCHES:
            raise ValueError(
                f"the note at step {self.start} has pitch {self.pitch}, expected 0 to 127:"
                " transpose it, or leave it out"
            )
        if self.voice < 0:
            raise ValueError(f"the note at step {self.start} has voice {self.voice}: count from 0")

    @property
    def end(self) -> int:
        """The first step at which it sounds no more."""
        return self.start + self.length


def pitch_name(pitch: int) -> str:
    """Such as ``"C4"`` for 60, the middle C."""
    return f"{_NAMES[pitch % 12]}{pitch // 12 - 1}"


def notes_of(frames: np.ndarray) -> list[Note]:
    """What starts and ends in frames: equal pitches, one after another, are one long note.

    Whether a pitch was held or struck again, frames do not say; here it counts as held.

    Parameters
    ----------
    frames : array of int, shape (steps, voices)
        Pitches, and `REST` where a voice is silent.

    Returns
    -------
    list of Note
        In order; none for no steps.

    Raises
    ------
    ValueError
        If these are no frames: says what is wrong, and where.
    """
    frames = as_frames(frames)
    if not frames.size:
        return []
    border = np.full((1, frames.shape[1]), REST)
    padded = np.concatenate([border, frames, border])
    changes = padded[1:] != padded[:-1]  # row t: between frames t - 1 and t
    found = []
    for voice in range(frames.shape[1]):
        at = np.flatnonzero(changes[:, voice])
        for start, end in zip(at[:-1], at[1:], strict=True):
            if frames[start, voice] != REST:
                pitch = int(frames[start, voice])
                found.append(Note(int(start), int(end - start), pitch, voice))
    return sorted(found)


def frames_of(
    notes: Iterable[Note], *, n_steps: int | None = None, n_voices: int | None = None
) -> np.ndarray:
    """What all voices sound at each step.

    Parameters
    ----------
    notes : iterable of Note
    n_steps, n_voices : int, optional
        Of the answer. Default: as many as the notes need.

    Returns
    -------
    array of int, shape (steps, voices)

    Raises
    ------
    ValueError
        If two notes of a voice sound together, if one does not fit in, or if there are no notes
        and no sizes either.
    """
    notes = sorted(notes)
    n_steps = _steps(notes, n_steps)
    if n_voices is None:
        n_voices = 1 + max((note.voice for note in notes), default=-1)
    if n_voices < 1:
        raise ValueError("there are no notes: say how many voices, n_voices, are silent")
    frames = np.full((n_steps, n_voices), REST)
    for note in notes:
        if note.voice >= n_voices:
            raise ValueError(f"{_where(note)} is in voice {note.voice} of {n_voices}")
        place = frames[note.start : note.end, note.voice]
        if (place != REST).any():
            raise ValueError(
                f"{_where(note)} begins while voice {note.voice} still sounds"
                f" {pitch_name(int(place[place != REST][0]))}: shorten that one, give them voices"
                " of their own, or take roll_of(notes), which has room for both"
            )
        place[:] = note.pitch
    return frames


def roll_of(
    music: np.ndarray | Sequence[Note],
    *,
    n_steps: int | None = None,
    low: int = LOWEST,
    high: int = HIGHEST,
) -> np.ndarray:
    """A piano roll: which keys sound at each step.

    Parameters
    ----------
    music : array of int, shape (steps, voices), or sequence of Note
        Frames, or notes, which may overlap.
    n_steps : int, optional
        For notes: as for `frames_of`.
    low, high : int
        The first and the last key; a piano's, if not given.

    Returns
    -------
    array of float32, shape (steps, high - low + 1)
        Ones and zeros. Two voices on one key are one key.

    Raises
    ------
    ValueError
        If a note is off the keyboard, or as `frames_of`.
    """
    if isinstance(music, np.ndarray):
        frames = as_frames(music)
        step, voice = np.nonzero(frames != REST)
        pitch = frames[step, voice]
        n_steps = len(frames)
    else:
        notes = sorted(music)
        n_steps = _steps(notes, n_steps)
        lengths = [note.length for note in notes]
        step = np.concatenate([np.arange(n.start, n.end) for n in notes] or [np.zeros(0, int)])
        pitch = np.repeat([note.pitch for note in notes], lengths).astype(int)
    _on_keyboard(step, pitch, low, high)
    roll = np.zeros((n_steps, high - low + 1), "float32")
    roll[step, pitch - low] = 1
    return roll


def voices_of(roll: np.ndarray, n_voices: int = 4, *, low: int = LOWEST) -> np.ndarray:
    """Frames from a piano roll: the highest key is the first voice's, and so on downwards.

    Where fewer keys sound than there are voices, the last voices are silent, whoever paused.

    Parameters
    ----------
    roll : array, shape (steps, keys)
        What is not zero sounds.
    n_voices : int
    low : int
        The pitch of the first key.

    Returns
    -------
    array of int, shape (steps, voices)

    Raises
    ------
    ValueError
        If more keys sound at a step than there are voices.
    """
    roll = np.asarray(roll)
    if roll.ndim != 2:
        raise ValueError(f"a roll has the shape (steps, keys), not {roll.shape}")
    sounding = (roll != 0).sum(axis=1)
    if (sounding > n_voices).any():
        at = int(np.argmax(sounding > n_voices))
        raise ValueError(
            f"{sounding[at]} keys sound at step {at}, and there are {n_voices} voices: ask for more"
            " voices, or keep the most probable keys only"
        )
    frames = np.full((len(roll), n_voices), REST)
    step, key = np.nonzero(roll[:, ::-1])  # in each row from the highest key downwards
    first = np.searchsorted(step, step)  # where this step's keys begin
    frames[step, np.arange(len(step)) - first] = low + roll.shape[1] - 1 - key
    return frames


def transpose(frames: np.ndarray, semitones: int) -> np.ndarray:
    """Frames, so many semitones higher; what is silent stays silent.

    Raises
    ------
    ValueError
        If a note leaves the keyboard of a piano.
    """
    frames = as_frames(frames)
    moved = np.where(frames == REST, REST, frames + semitones)
    step, voice = np.nonzero(moved != REST)
    _on_keyboard(step, moved[step, voice], LOWEST, HIGHEST)
    return moved


def as_frames(frames: np.ndarray) -> np.ndarray:
    """The same as an array of int, if these are frames.

    Raises
    ------
    ValueError
        If the shape or an entry is wrong: says which.
    """
    found = np.asarray(frames)
    if found.ndim != 2:
        raise ValueError(f"frames have the shape (steps, voices), not {found.shape}")
    if found.size and not np.issubdtype(found.dtype, np.integer):
        raise ValueError(f"frames are whole numbers, MIDI pitches or {REST}, not {found.dtype}")
    wrong = (found < REST) | (found >= PITCHES)
    if wrong.any():
        step, voice = (int(i) for i in np.argwhere(wrong)[0])
        raise ValueError(
            f"voice {voice} at step {step} is {found[step, voice]}, expected a pitch of 0 to 127,"
            f" or {REST} for silence"
        )
    return found.astype(int)


def _steps(notes: Sequence[Note], n_steps: int | None) -> int:
    last = max(notes, key=lambda note: note.end, default=None)
    if last is None and n_steps is None:
        raise ValueError("there are no notes: say how many silent steps, n_steps, are meant")
    needed = last.end if last else 0
    if n_steps is None:
        n_steps = needed
    if last is not None and needed > n_steps:
        raise ValueError(f"{_where(last)} ends at step {needed}, after the last of {n_steps}")
    if n_steps > LONGEST:
        raise ValueError(
            f"{n_steps} steps are more than {LONGEST}: a coarser grid, or a stray note at the end?"
        )
    return n_steps


def _on_keyboard(step: np.ndarray, pitch: np.ndarray, low: int, high: int) -> None:
    off = (pitch < low) | (pitch > high)
    if off.any():
        at = int(np.argmax(off))
        raise ValueError(
            f"pitch {pitch[at]} at step {step[at]} is off the keyboard, {low} to {high}: transpose"
            " by an octave, or leave the note out"
        )


def _where(note: Note) -> str:
    return f"the note {pitch_name(note.pitch)} at step {note.start}"
