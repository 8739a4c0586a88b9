"""What is known of every submission, on disk: how it stands, and the verdict it was given.

A run that is killed, or cannot reach the gradebook, loses no verdict that was already computed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NOT_RECORDED = "not recorded"


@dataclass(frozen=True)
class Row:
    """How one submission stands."""

    student: str
    status: str
    score: float
    of: float
    message: str = ""


@dataclass(frozen=True)
class Entry:
    """A row, and the verdict behind it with the key of all that it was computed from."""

    row: Row
    key: str = ""
    verdict: dict[str, Any] | None = None


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
            found = json.loads((self.folder / f"{student}.json").read_text())
            return Entry(Row(**found["row"]), found["key"], found["verdict"])
        except (OSError, ValueError, KeyError, TypeError):
            return None  # none yet, or by an older version

    def write(self, entry: Entry) -> None:
        """Put an entry in the place of the student's last one, whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        partial = self.folder / f"{entry.row.student}.partial"
        content = {"row": vars(entry.row), "key": entry.key, "verdict": entry.verdict}
        try:
            partial.write_text(json.dumps(content))
            partial.replace(partial.with_suffix(".json"))
        except OSError:
            partial.unlink(missing_ok=True)
            raise
