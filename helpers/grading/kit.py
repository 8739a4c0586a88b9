"""What a learner gets: one zip with the released exercises and all that they need to run."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

#: Files and folders of the course that a learner needs, beside the exercises.
NEEDED = (
    "LICENSE",
    "Makefile",
    "README.md",
    "helpers",
    "nbgrader_config.py",
    "pyproject.toml",
    "requirements.txt",
    "tools/__init__.py",
    "tools/environment.py",
)
SECRET = re.compile(r"###\s*(BEGIN|END) (SOLUTION|HIDDEN)")


class Leak(Exception):
    """An exercise still holds what a learner must not see; the text names it."""


def make_kit(root: Path, target: Path) -> list[str]:
    """Write the zip, or replace the one that is there; the names of the files in it.

    The same course gives the same bytes: nothing in it depends on when or where it was made.

    Raises
    ------
    FileNotFoundError
        If the course has no exercises, or lacks a file that every learner needs.
    Leak
        If a released notebook holds a solution or a hidden test.
    """
    files = _files(root)
    for path in files:
        if path.suffix == ".ipynb" and SECRET.search(path.read_text(encoding="utf-8")):
            raise Leak(f"{path} holds a solution or a hidden test: run `make exercises`")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.partial")
    names = []
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as kit:
            for path in files:
                name = f"{target.stem}/{path.relative_to(root).as_posix()}"
                entry = zipfile.ZipInfo(name)  # of 1980, whatever the clock says
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                kit.writestr(entry, path.read_bytes())
                names.append(name)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return names


def _files(root: Path) -> list[Path]:
    released = sorted((root / "exercises").glob("*/*.ipynb"))
    if not released:
        raise FileNotFoundError(f"{root / 'exercises'} has no notebooks: run `make exercises`")
    found: list[Path] = []
    for name in (*NEEDED, *(str(path.parent.relative_to(root)) for path in released)):
        place = root / name
        if not place.exists():
            raise FileNotFoundError(f"{place} is missing, and no learner can do without it")
        found += sorted(place.rglob("*")) if place.is_dir() else [place]
    return [path for path in found if path.is_file() and not _product(path)]


def _product(path: Path) -> bool:
    return bool({"__pycache__", ".ipynb_checkpoints"} & set(path.parts))
