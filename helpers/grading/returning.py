"""Feedback for a class: nbgrader's own pages, each made apart from all others."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

from nbgrader.converters import GenerateFeedback

from helpers.grading import intake, pipeline
from helpers.grading.converter import convert
from helpers.grading.ledger import Ledger
from helpers.grading.places import configuration


def give_back(root: Path, assignment: str, names: Collection[str]) -> Iterator[tuple[str, str]]:
    """Write the page of each student named, or of all who handed in; who has none, and why.

    A page that cannot be made leaves the one that was there, and the others, as they are.
    """
    config, ledger = configuration(root), Ledger.of(root, assignment)
    (root / "_build").mkdir(exist_ok=True)
    for student in names or intake.students(root, assignment):
        entry = ledger.read(student)
        if not entry:
            yield student, "not graded"
        elif not entry.recorded:
            yield student, f"{entry.row.status}: {entry.row.message}"
        else:
            with tempfile.TemporaryDirectory(prefix="feedback-", dir=root / "_build") as folder:
                try:
                    convert(
                        GenerateFeedback, config, assignment, student, feedback_directory=folder
                    )
                    _put(Path(folder, student, assignment), root / "feedback" / student)
                except Exception as error:
                    yield student, pipeline.told(error)
                else:
                    yield student, ""


def _put(new: Path, folder: Path) -> None:
    """Put a folder among a student's, in the place of the one that was there."""
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / new.name
    if place.exists():
        os.rename(place, new.parent / "before")
    shutil.move(new, place)
