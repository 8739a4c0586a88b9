"""What a learner gets: one zip with the released exercises and all that they need to run."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from helpers.grading.check import KIT

FRONT = "tools/kit"  # what speaks to learners, and comes to the top of the kit
#: Files and folders of the course that a learner needs, beside the exercises.
NEEDED = (
    "LICENSE",
    "helpers",
    "nbgrader_config.py",
    "pyproject.toml",
    "requirements.txt",
    "tools/__init__.py",
    "tools/environment.py",
    f"{FRONT}/Makefile",
    f"{FRONT}/README.md",
)
SECRET = re.compile(r"###\s*(BEGIN|END) (SOLUTION|HIDDEN)")


class Leak(Exception):
    """An exercise still holds what a learner must not see; the text names it."""


def make_kit(root: Path, target: Path) -> list[str]:
    """Write the zip, or replace the one that is there; the names of the files in it.

    The exercises are in it twice: to work on, and untouched, for `course check`. They are those of
    the last release, whatever somebody wrote in exercises/ since. The same course gives the same
    bytes: nothing in it depends on when or where it was made.

    Raises
    ------
    FileNotFoundError
        If nothing was released, or the course lacks a file that every learner needs.
    Leak
        If a released notebook holds a solution or a hidden test.
    """
    files = [*_needed(root), *_exercises(root)]
    for path, _ in files:
        if path.suffix == ".ipynb" and SECRET.search(path.read_text(encoding="utf-8")):
            raise Leak(f"{path} holds a solution or a hidden test: run `make exercises`")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.partial")
    names = []
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as kit:
            for path, place in files:
                name = f"{target.stem}/{place}"
                entry = zipfile.ZipInfo(name)  # of 1980, whatever the clock says
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                kit.writestr(entry, path.read_bytes())
                names.append(name)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return names


def _needed(root: Path) -> Iterator[tuple[Path, str]]:
    """Each file that every learner needs, and its place in the kit."""
    for name in NEEDED:
        place = root / name
        if not place.exists():
            raise FileNotFoundError(f"{place} is missing, and no learner can do without it")
        for path, inside in _files(place) if place.is_dir() else [(place, "")]:
            yield path, f"{name}/{inside}".rstrip("/").removeprefix(f"{FRONT}/")


def _exercises(root: Path) -> Iterator[tuple[Path, str]]:
    """Each released file, once to work on and once to stay as it is."""
    release = root / "_build" / "release"
    released = list(_files(release))
    if not any(path.suffix == ".ipynb" for path, _ in released):
        raise FileNotFoundError(f"{release} has no notebooks: run `make exercises`")
    for folder in ("exercises", KIT):
        for path, inside in released:
            yield path, f"{folder}/{inside}"


def _files(folder: Path) -> Iterator[tuple[Path, str]]:
    """The files of a folder, and where in it they are; neither hidden ones nor products."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not any(
            part.startswith(".") or part == "__pycache__" for part in inside.parts
        ):
            yield path, inside.as_posix()
