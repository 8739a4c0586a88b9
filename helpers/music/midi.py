"""MIDI files, both ways: messages with waiting times there, notes with lengths here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import mido

from helpers.music.notes import Note, pitch_name

TICKS = 480  # for a quarter, in what we write
DRUMS = 9  # the channel on which a pitch says which drum
DEFAULT_TEMPO = 500_000  # microseconds for a quarter, where a file says nothing
_SLOWEST = 2**24 - 1  # a tempo has three bytes
Key = tuple[int, int]  # track and channel


@dataclass(frozen=True)
class Midi:
    """What a MIDI file says about notes and time.

    Attributes
    ----------
    notes : tuple of Note
        In ticks, in order. Each track and channel that has notes, or names an instrument, is a
        voice.
    ticks_per_quarter : int
    tempos : tuple of (tick, microseconds)
        What a quarter takes from this tick on; the first one is for tick 0.
    """

    notes: tuple[Note, ...]
    ticks_per_quarter: int
    tempos: tuple[tuple[int, int], ...]

    def on_grid(self, steps_per_quarter: int = 4) -> list[Note]:
        """The notes in steps, starts and ends moved to the nearest one.

        A note that would vanish gets one step; of two that become one, the longer stays; one that
        now runs into the next of its pitch and voice ends where that one begins.
        """
        _check_grid(steps_per_quarter)
        moved: dict[tuple[int, int, int], Note] = {}
        for note in self.notes:
            start, end = (
                (2 * tick * steps_per_quarter + self.ticks_per_quarter)
                // (2 * self.ticks_per_quarter)
                for tick in (note.start, note.end)
            )
            new = Note(start, max(1, end - start), note.pitch, note.voice)
            key = (new.voice, new.pitch, new.start)
            moved[key] = max(new, moved.get(key, new))
        ordered = [moved[key] for key in sorted(moved)]
        for i, (note, after) in enumerate(zip(ordered[:-1], ordered[1:], strict=True)):
            if (note.voice, note.pitch) == (after.voice, after.pitch) and note.end > after.start:
                ordered[i] = Note(note.start, after.start - note.start, note.pitch, note.voice)
        return sorted(ordered)

    def off_grid(self, steps_per_quarter: int = 4) -> float:
        """How far the worst start is from the grid, in steps; a half means a wrong grid."""
        _check_grid(steps_per_quarter)
        places = [n.start * steps_per_quarter / self.ticks_per_quarter for n in self.notes]
        return max((abs(place - round(place)) for place in places), default=0.0)

    def seconds(self, tick: int) -> float:
        """When a tick comes, by all changes of tempo before it."""
        total = 0.0
        ends = [at for at, _ in self.tempos[1:]] + [tick]
        for (start, tempo), end in zip(self.tempos, ends, strict=True):
            total += max(0, min(end, tick) - start) * tempo / 1e6 / self.ticks_per_quarter
        return total


def write_midi(
    path: str | Path,
    notes: Iterable[Note],
    *,
    steps_per_quarter: int = 4,
    quarters_per_minute: float = 90.0,
    program: int = 19,
) -> Path:
    """Write notes to a MIDI file of format 1: the tempo first, then a track for each voice.

    Parameters
    ----------
    path : path
    notes : iterable of Note
        In steps.
    steps_per_quarter : int
        Of the grid; a divisor of 480.
    quarters_per_minute : float
    program : int
        The instrument, from 0 in General MIDI's list: 19 is a church organ, 0 a piano.

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        If there is nothing to write, or something that MIDI cannot say.
    """
    notes = sorted(notes)
    if not notes:
        raise ValueError(f"there are no notes to write to {path}: a sequence of length zero?")
    _check_grid(steps_per_quarter)
    if TICKS % steps_per_quarter:
        raise ValueError(f"{steps_per_quarter} steps do not divide a quarter of {TICKS} ticks")
    if not 0 <= program < 128:
        raise ValueError(f"program is {program}, expected 0 to 127, such as 0 for a piano")
    tempo = round(6e7 / quarters_per_minute) if quarters_per_minute > 0 else 0
    if not 0 < tempo <= _SLOWEST:
        raise ValueError(f"{quarters_per_minute} quarters a minute: expected 3.6 to 60 million")
    n_voices = 1 + max(note.voice for note in notes)
    if n_voices > 15:
        raise ValueError(f"{n_voices} voices: MIDI has 15 channels beside the one for drums")
    first = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=tempo)])
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS, tracks=[first])
    for voice in range(n_voices):
        own = [note for note in notes if note.voice == voice]
        file.tracks.append(_track(own, voice, TICKS // steps_per_quarter, program))
    file.save(str(path))
    return Path(path)


def read_midi(path: str | Path, *, overlaps: str = "refuse") -> Midi:
    """Read the notes and the tempos of a MIDI file; drums are left out.

    Parameters
    ----------
    path : path
    overlaps : {"refuse", "cut"}
        A key that is struck again before it was let go, or never let go: an error, or a note that
        ends there, or at the last message of its track.

    Returns
    -------
    Midi

    Raises
    ------
    ValueError
        If the file is broken, of a kind that has no common time, or without notes: says what,
        where, and what to do.
    FileNotFoundError
        If there is no such file.
    """
    if overlaps not in ("refuse", "cut"):
        raise ValueError(f'overlaps is {overlaps!r}, expected "refuse" or "cut"')
    path = Path(path)
    file = _parsed(path)
    found: dict[Key, list[Note]] = {}
    tempos = {0: DEFAULT_TEMPO}
    drums = strokes = 0
    for number, track in enumerate(file.tracks):
        timed = [*_timed(track)]
        for tick, message in timed:
            if message.type == "set_tempo":
                tempos[tick] = _tempo(message.tempo, tick, path.name)
            elif message.type in ("program_change", "note_on") and message.channel != DRUMS:
                found.setdefault((number, message.channel), [])
            if message.type == "note_on" and message.velocity:
                drums += message.channel == DRUMS
                strokes += message.channel != DRUMS
        last = timed[-1][0] if timed else 0
        for channel in [channel for at, channel in found if at == number]:
            own = [(t, m) for t, m in timed if getattr(m, "channel", None) == channel]
            where = f"{path.name}, track {number}, channel {channel + 1}"
            found[number, channel] = [*_notes(own, last, where, overlaps == "cut")]
    notes = [
        Note(start, length, pitch, voice)
        for voice, key in enumerate(sorted(found))
        for start, length, pitch in ((n.start, n.length, n.pitch) for n in found[key])
    ]
    if not notes and strokes:
        raise ValueError(
            f"{path.name} has {strokes} notes, each let go at the tick at which it is struck:"
            " was it exported with their lengths?"
        )
    if not notes:
        beside = f" but {drums} strokes of drums" if drums else ""
        raise ValueError(
            f"{path.name} has no notes in {len(file.tracks)} tracks{beside}: was it exported with"
            " its instruments?"
        )
    return Midi(tuple(sorted(notes)), file.ticks_per_beat, tuple(sorted(tempos.items())))


def _parsed(path: Path) -> mido.MidiFile:
    size = path.stat().st_size
    try:
        file = mido.MidiFile(str(path))
    # What mido raises for which fault is written nowhere: OSError, EOFError, IndexError, ...
    except Exception as error:
        why = str(error) or type(error).__name__
        raise ValueError(
            f"{path.name}, {size} bytes, is no whole MIDI file ({why}): export or download it again"
        ) from error
    if file.type == 2:
        raise ValueError(
            f"{path.name} has format 2, pieces that have nothing to do with each other: export"
            " each to a file of its own"
        )
    if file.ticks_per_beat <= 0:
        raise ValueError(
            f"{path.name} counts time in frames of film (division {file.ticks_per_beat}), not in"
            " quarters: export it with a musical time base"
        )
    return file


def _notes(own: list[tuple[int, Any]], last: int, where: str, cut: bool) -> Iterator[Note]:
    """Notes of one channel: a key that is let go at a tick goes before one that is struck there."""
    struck: dict[int, int] = {}
    for tick, group in groupby(own, key=lambda pair: pair[0]):
        strokes: list[int] = []
        again: list[int] = []
        for _, message in group:
            if message.type == "note_on" and message.velocity:
                strokes.append(message.note)
            elif message.type in ("note_on", "note_off"):
                if struck.get(message.note, tick) < tick:
                    start = struck.pop(message.note)
                    yield Note(start, tick - start, message.note)
                elif message.note in strokes:  # no longer than no time at all
                    again.append(message.note)
        for pitch in again:
            strokes.remove(pitch)
        for pitch in strokes:
            if pitch in struck:
                if not cut:
                    raise ValueError(
                        f"{where}: {pitch_name(pitch)} is struck at tick {tick}, and sounds since"
                        f' tick {struck[pitch]}: pass overlaps="cut" to end the first note there'
                    )
                if struck[pitch] < tick:
                    yield Note(struck[pitch], tick - struck[pitch], pitch)
            struck[pitch] = tick
    for pitch, start in struck.items():
        if not cut:
            raise ValueError(
                f"{where}: {pitch_name(pitch)} is struck at tick {start} and never let go: pass"
                ' overlaps="cut" to end it with its track'
            )
        if start < last:
            yield Note(start, last - start, pitch)


def _track(notes: list[Note], voice: int, ticks: int, program: int) -> mido.MidiTrack:
    channel = voice if voice < DRUMS else voice + 1
    events = []
    for note in notes:
        events.append((note.start * ticks, 1, note.pitch))
        events.append((note.end * ticks, 0, note.pitch))
    _refuse_overlaps(notes)
    track = mido.MidiTrack([mido.Message("program_change", channel=channel, program=program)])
    before = 0
    for tick, on, pitch in sorted(events):  # at the same tick: let go first, then strike
        kind = "note_on" if on else "note_off"
        track.append(mido.Message(kind, channel=channel, note=pitch, time=tick - before))
        before = tick
    return track


def _refuse_overlaps(notes: list[Note]) -> None:
    ends: dict[int, int] = {}
    for note in notes:
        if note.start < ends.get(note.pitch, 0):
            raise ValueError(
                f"voice {note.voice} strikes {pitch_name(note.pitch)} at step {note.start} while it"
                " sounds, which MIDI cannot say: give it another voice, or shorten the first note"
            )
        ends[note.pitch] = note.end


def _timed(track: mido.MidiTrack) -> Iterator[tuple[int, Any]]:
    tick = 0
    for message in track:
        tick += message.time
        yield tick, message


def _tempo(tempo: int, tick: int, name: str) -> int:
    if tempo < 1:
        raise ValueError(
            f"{name}: at tick {tick} a quarter takes no time at all: put a tempo there, or remove"
            " the change"
        )
    return tempo


def _check_grid(steps_per_quarter: int) -> None:
    if steps_per_quarter < 1:
        raise ValueError(f"{steps_per_quarter} steps a quarter, expected at least 1")
