"""Where a course keeps what: this one, and any other course of nbgrader's."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from traitlets.config import Config, PyFileConfigLoader


class Places(NamedTuple):
    """The folders of assignments as the author wrote them, and as they were released."""

    source: Path
    release: Path


def configuration(root: Path) -> Config:
    """The course's own configuration of nbgrader."""
    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    if "root" not in config.CourseDirectory:
        config.CourseDirectory.root = str(root)
    return config


def places(root: Path, assignment: str) -> Places:
    """Where an assignment lies: as `make exercises` releases it, else as nbgrader is configured."""
    made = root / "_build"
    if (made / "source" / assignment).is_dir() or not (root / "nbgrader_config.py").is_file():
        return Places(made / "source", made / "release")
    course = configuration(root).CourseDirectory
    source, release = course.get("source_directory", ""), course.get("release_directory", "")
    # A setting that is missing is not a text, but a value to be asked for later.
    named = [value if isinstance(value, str) and value else None for value in (source, release)]
    return Places(root / (named[0] or "source"), root / (named[1] or "release"))
