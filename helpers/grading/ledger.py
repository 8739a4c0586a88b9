"""What is known of every submission, on disk: how it stands, and the verdict it was given.

A run that is killed, or cannot reach the gradebook, loses no verdict that was already computed.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from helpers.grading.submission import usable

NOT_RECORDED = "not recorded"
LONGEST = 150  # letters of a file's name that come from a student's


@dataclass(frozen=True)
class Row:
    """How one submission stands."""

    student: str
    status: str
    score: float
    of: float
    message: str = ""
    waiting: int = 0  #: cells that a person has still to grade


@dataclass(frozen=True)
class Entry:
    """A row, and the verdict behind it with the key of all that it was computed from.

    ``recorded`` is what the gradebook was told beside the verdict, in a few letters; empty if the
    gradebook knows nothing of it yet.
    """

    row: Row
    key: str = ""
    verdict: dict[str, Any] | None = None
    recorded: str = ""


@dataclass(frozen=True)
class Ledger:
    """The entries of one assignment: a file for each student."""

    folder: Path

    @classmethod
    def of(cls, root: Path, assignment: str) -> Ledger:
        """The ledger of an assignment of the course below ``root``."""
        return cls(root / "_build" / "grading" / assignment)

    def read(self, student: str) -> Entry | None:
        """What is known of a student's submission; None if nothing is."""
        try:
            found = json.loads(self._file(student).read_text())
            return Entry(Row(**found["row"]), found["key"], found["verdict"], found["recorded"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None  # none yet, or by an older version

    def write(self, entry: Entry) -> None:
        """Put an entry in the place of the student's last one, whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self._file(entry.row.student)
        partial = file.with_suffix(".partial")
        try:
            partial.write_text(json.dumps(vars(entry) | {"row": vars(entry.row)}))
            partial.replace(file)
        except OSError:
            partial.unlink(missing_ok=True)
            raise

    def _file(self, student: str) -> Path:
        """The file of a student, whatever letters the name is made of, and however many."""
        name = quote(os.fsencode(student), safe=" @+=,")
        if len(name) > LONGEST:
            name = f"{name[:LONGEST]}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
        return self.folder / f"{name}.json"


def storable(data: Any) -> Any:
    """JSON data without the characters that no file and no database takes."""
    if isinstance(data, str):
        return usable(data)
    if isinstance(data, list):
        return [storable(item) for item in data]
    if isinstance(data, dict):
        return {storable(key): storable(item) for key, item in data.items()}
    return data
