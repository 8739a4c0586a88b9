"""Chorales: drawn by seed, the published ones as JSON, or MIDI files that a reader brings."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from helpers.data import downloads
from helpers.data.chorale_grammar import STEPS_PER_QUARTER, hymn
from helpers.music.midi import read_midi
from helpers.music.notes import HIGHEST, LOWEST, REST, roll_of

NAME = "Jsb16thSeparated.json"
URLS = (f"https://raw.githubusercontent.com/czhuang/JSB-Chorales-dataset/master/{NAME}",)
CHECKSUM = "sha256:79294cc374f9252e95ef4b703161524c1c53dc1f712c236f00f1c1f5d54af5a7"
PARTS = ("train", "valid", "test")
SIZES = (160, 40, 40)  # embedded pieces in each part
VOICES = 4


@dataclass(frozen=True, eq=False)
class Chorales:
    """Pieces in four voices, on a grid of sixteenths; no piece is in two parts.

    Attributes
    ----------
    train, valid, test : tuple of arrays of int, each of shape (steps, 4)
        Pitches, the highest voice first; -1 where a voice is silent.
    source : str
        ``"embedded"`` or ``"real"``.
    """

    train: tuple[np.ndarray, ...]
    valid: tuple[np.ndarray, ...]
    test: tuple[np.ndarray, ...]
    source: str


def load(source: str | None = None, *, seed: int = 0) -> Chorales:
    """Load chorales.

    Parameters
    ----------
    source : {"embedded", "real"}, optional
        ``"embedded"`` draws hymns from a grammar (see `helpers.data.chorale_grammar`); ``"real"``
        reads Bach's, in the published split, from ``Jsb16thSeparated.json`` in the data folder,
        and downloads it if it is not there (see `helpers.data.downloads`). Default: the
        environment variable ``RNN_DATA``, else ``"embedded"``.
    seed : int
        Of the embedded ones.

    Returns
    -------
    Chorales

    Raises
    ------
    ValueError
        If the source is unknown, or the file is not what it should be.
    FileNotFoundError
        If ``RNN_DATA_DIR`` is not a folder, or the file is missing and cannot be downloaded.
    """
    source = source or os.environ.get("RNN_DATA") or "embedded"
    if source == "embedded":
        rng = np.random.default_rng(seed)
        parts = [tuple(hymn(rng) for _ in range(size)) for size in SIZES]
        return Chorales(parts[0], parts[1], parts[2], "embedded")
    if source == "real":
        return read(downloads.fetch(NAME, URLS, CHECKSUM))
    raise ValueError(
        f"unknown source of chorales {source!r} (argument `source` or environment variable"
        ' RNN_DATA), expected "embedded" or "real"'
    )


def read(path: str | Path) -> Chorales:
    """Read a JSON file of three parts, each a list of pieces, each a list of four pitches a step.

    Raises
    ------
    ValueError
        If something is wrong: says where, what, and what to do.
    """
    path = Path(path)
    try:
        found: Any = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path.name} is no JSON ({error}): download it again") from error
    if not isinstance(found, dict) or set(found) != set(PARTS):
        has = sorted(found) if isinstance(found, dict) else f"a {type(found).__name__}"
        raise ValueError(f"{path.name} has {has}, expected the parts {', '.join(PARTS)}")
    parts = [
        tuple(
            _piece(piece, f"piece {number} of {part} in {path.name}")
            for number, piece in enumerate(found[part])
        )
        for part in PARTS
    ]
    for part, pieces in zip(PARTS, parts, strict=True):
        if not pieces:
            raise ValueError(f"{path.name} has no pieces in {part}: download it again")
    return Chorales(parts[0], parts[1], parts[2], "real")


def on_grid(pieces: Iterable[np.ndarray], steps_per_quarter: int) -> list[np.ndarray]:
    """What sounds at the beginning of each step of a coarser grid.

    Parameters
    ----------
    pieces : iterable of array, each of shape (steps, voices)
        On sixteenths.
    steps_per_quarter : {1, 2, 4}

    Returns
    -------
    list of arrays

    Raises
    ------
    ValueError
        If sixteenths do not make up the grid.
    """
    if steps_per_quarter not in (1, 2, 4):
        raise ValueError(f"{steps_per_quarter} steps a quarter, expected 1, 2 or 4")
    return [piece[:: STEPS_PER_QUARTER // steps_per_quarter] for piece in pieces]


def rolls(pieces: Sequence[np.ndarray], steps_per_quarter: int) -> list[np.ndarray]:
    """Piano rolls on a grid: see `on_grid` and `helpers.music.roll_of`."""
    return [roll_of(piece) for piece in on_grid(pieces, steps_per_quarter)]


def midi_rolls(
    folder: str | Path, steps_per_quarter: int = 4, *, overlaps: str = "refuse"
) -> dict[str, np.ndarray]:
    """Piano rolls of the MIDI files in a folder, by name.

    Parameters
    ----------
    folder : path
        Its files that end in ``.mid`` or ``.midi`` are read, in the order of their names.
    steps_per_quarter : {1, 2, 4}
        What sounds at the beginning of each step, as in `on_grid`; before that, notes are moved
        to the nearest sixteenth. `helpers.music.Midi.off_grid` says how far that is.
    overlaps : {"refuse", "cut"}
        See `helpers.music.read_midi`.

    Returns
    -------
    dict of str to array, each of shape (steps, 88)

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    ValueError
        If it has no MIDI file, or one cannot be read, or leaves the keyboard: names the file. Or
        if sixteenths do not make up the grid.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is not a folder: name the one with your MIDI files")
    paths = sorted(p for p in folder.iterdir() if p.suffix.lower() in (".mid", ".midi"))
    if not paths:
        raise ValueError(f"{folder} has no file that ends in .mid or .midi: put yours there")
    found = {}
    for path in paths:
        notes = read_midi(path, overlaps=overlaps).on_grid(STEPS_PER_QUARTER)
        try:
            found[path.name] = on_grid([roll_of(notes)], steps_per_quarter)[0]
        except ValueError as error:
            raise ValueError(f"{path.name}: {error}") from error
    return found


def _piece(piece: Any, where: str) -> np.ndarray:
    if not isinstance(piece, list) or not piece:
        raise ValueError(f"{where} has no steps: leave it out, or download the file again")
    for step, frame in enumerate(piece):
        if not isinstance(frame, list) or len(frame) != VOICES:
            raise ValueError(f"step {step} of {where} is {frame!r}, expected {VOICES} pitches")
        for pitch in frame:
            whole = isinstance(pitch, int) and not isinstance(pitch, bool)
            if not whole or not (pitch == REST or LOWEST <= pitch <= HIGHEST):
                raise ValueError(
                    f"step {step} of {where} has the pitch {pitch!r}, expected {LOWEST} to"
                    f" {HIGHEST}, or {REST} for silence"
                )
    return np.array(piece)
