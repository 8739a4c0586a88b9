"""Recorded outcomes of experiments that are too long for a page, with their provenance."""

from __future__ import annotations

import json
import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent / "results"
PACKAGES = ("tensorflow", "keras", "numpy")


def load(name: str) -> dict[str, Any]:
    """The record ``results/NAME.json``: ``outcome``, ``command``, ``versions`` and ``machine``.

    Raises
    ------
    FileNotFoundError
        If there is no such record.
    ValueError
        If the file is not a record.
    """
    path = FOLDER / f"{name}.json"
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: restore it, or run `make results`")
    try:
        record = json.loads(path.read_text())
        record["outcome"]
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is not a record ({error}): run `make results`") from error
    return record


def save(name: str, outcome: Any, *, command: str, folder: Path = FOLDER) -> Path:
    """Write a record, whole or not at all; returns its path.

    Parameters
    ----------
    name : str
    outcome
        What the experiment returned: anything that JSON can hold.
    command : str
        What makes the record again.
    folder : Path
    """
    record = {
        "command": command,
        "versions": {package: version(package) for package in PACKAGES},
        "machine": machine(),
        "outcome": outcome,
    }
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f".{name}.json.partial"
    partial.write_text(json.dumps(record, indent=1) + "\n")
    return partial.replace(folder / f"{name}.json")


def machine() -> str:
    """System, processor and number of cores, as a record and a page name them."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
