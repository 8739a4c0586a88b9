"""Music as numbers: notes, frames and piano rolls; MIDI files, and sound.

A *note* is an event: it starts, has a length, a pitch and a voice. A *frame* is what all voices
sound at one step of a grid. A *roll* has a zero or a one for each key of a piano instead.
"""

from helpers.music.drawing import piano_roll
from helpers.music.midi import Midi, read_midi, write_midi
from helpers.music.notes import (
    HIGHEST,
    LOWEST,
    REST,
    Note,
    frames_of,
    notes_of,
    roll_of,
    transpose,
    voices_of,
)
from helpers.music.repetition import copied, repeated, stretches
from helpers.music.sound import player, render, wav

__all__ = [
    "HIGHEST",
    "LOWEST",
    "Midi",
    "Note",
    "REST",
    "copied",
    "frames_of",
    "notes_of",
    "piano_roll",
    "player",
    "read_midi",
    "render",
    "repeated",
    "roll_of",
    "stretches",
    "transpose",
    "voices_of",
    "wav",
    "write_midi",
]
