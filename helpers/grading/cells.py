"""What nbgrader's metadata say of a cell."""

from __future__ import annotations

import re
from typing import Any

#: Where nbgrader is to write a test itself.
AUTOTEST = re.compile(r"^\s*#.*\bAUTOTEST\b", re.MULTILINE)


def facts(cell: Any) -> dict[str, Any]:
    """What nbgrader knows of a cell, if the cell says anything of the kind."""
    metadata = cell.get("metadata")
    about = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return about if isinstance(about, dict) else {}


def grade_id(cell: Any) -> str:
    """The name of a cell, or an empty text."""
    name = facts(cell).get("grade_id")
    return name if isinstance(name, str) else ""


def is_test(cell: Any) -> bool:
    """Whether a cell is a test that gives points by itself."""
    about = facts(cell)
    code = cell.get("cell_type") == "code"
    return bool(code and about.get("grade") and not about.get("solution"))


def is_by_hand(cell: Any) -> bool:
    """Whether a cell has points that a person gives: an answer in words, or a task."""
    about = facts(cell)
    return bool((about.get("grade") or about.get("task")) and not is_test(cell))
