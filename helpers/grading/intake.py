"""From what a student handed in to what is graded: rebuilt from the author's notebook.

Taken from the student are the sources of the solution cells and of cells of their own, and
nothing else: no metadata, no test cell, no output, no kernel.
"""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from helpers.grading.checker import imports_of
from helpers.grading.session import Limits
from helpers.grading.verdict import Cell, Job

LARGEST = 20_000_000  # bytes of a notebook: figures included
MOST_CELLS = 2000


class Rejected(Exception):
    """A submission that cannot be rebuilt; the text names the file and the cell."""


@dataclass(frozen=True)
class Assignment:
    """What the author wrote: the notebook with its tests, the released one, the data files."""

    name: str
    source: NotebookNode
    released: NotebookNode
    files: dict[str, bytes]


def read_assignment(root: Path, name: str) -> Assignment:
    """The assignment as `make exercises` made it.

    Raises
    ------
    FileNotFoundError
        If there is no such assignment, or it has not been released here.
    """
    source = root / "_build" / "source" / name
    released = root / "exercises" / name / f"{name}.ipynb"
    for path in (source / f"{name}.ipynb", released):
        if not path.is_file():
            known = sorted(path.stem for path in (root / "solutions").glob("*.md"))
            raise FileNotFoundError(
                f"{path} is missing: run `make exercises` (assignments: {', '.join(known)})"
            )
    files = {
        str(path.relative_to(source)): path.read_bytes()
        for path in sorted(source.rglob("*"))
        if path.is_file() and path.suffix != ".ipynb"
    }
    read = [nbformat.read(path, as_version=4) for path in (source / f"{name}.ipynb", released)]
    return Assignment(name, read[0], read[1], files)


def students(root: Path, assignment: str) -> list[str]:
    """Who handed in the assignment."""
    found = (root / "submitted").glob(f"*/{assignment}")
    return sorted(path.parent.name for path in found if path.is_dir() and not path.is_symlink())


def read_submission(path: Path) -> list[dict[str, Any]]:
    """The cells of a notebook that anybody may have written.

    Raises
    ------
    Rejected
        If it is not a regular file of reasonable size with a notebook in it.
    """
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode):
            raise Rejected(f"{path.name} is not a regular file")
        if found.st_size > LARGEST:
            raise Rejected(f"{path.name} has {found.st_size:,} bytes, more than {LARGEST:,}")
        notebook = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise Rejected(f"{path.name} was not handed in") from None
    except (ValueError, RecursionError, OSError) as error:
        raise Rejected(f"{path.name} is not a notebook: {error or type(error).__name__}") from None
    cells = notebook.get("cells") if type(notebook) is dict else None
    if type(cells) is not list or not all(type(cell) is dict for cell in cells):
        raise Rejected(f"{path.name} is not a notebook: it has no list of cells")
    if len(cells) > MOST_CELLS:
        raise Rejected(f"{path.name} has {len(cells)} cells, more than {MOST_CELLS}")
    return cells


def rebuild(assignment: Assignment, submitted: list[dict[str, Any]], name: str) -> NotebookNode:
    """The author's notebook with the student's solutions, and the student's own cells between.

    Raises
    ------
    Rejected
        If a solution cell is there twice, or its source is not text.
    """
    known = {grade_id(cell): cell for cell in assignment.source.cells if grade_id(cell)}
    solutions: dict[str, str] = {}
    own: dict[str, list[str]] = {}
    after = ""
    for number, cell in enumerate(submitted, 1):
        identity = grade_id(cell)
        if identity in known:
            after = identity
            if not facts(known[identity]).get("solution"):
                continue
            if identity in solutions:
                raise Rejected(f"{name}, cell {number}: the cell {identity!r} is there twice")
            solutions[identity] = _text(cell, name, number)
        elif cell.get("cell_type") == "code" and not identity:
            own.setdefault(after, []).append(_text(cell, name, number))
    return _assemble(assignment, solutions, own)


def job(notebook: NotebookNode, assignment: Assignment, limits: Limits, *, sandbox: bool) -> Job:
    """What there is to grade in a rebuilt notebook."""
    cells, given = [], []
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        about = facts(cell)
        if about.get("locked") and not about.get("solution"):
            given.append(cell.source)
        points = float(about["points"]) if about.get("grade") else None
        cells.append(Cell(about.get("grade_id") or f"own-{number}", cell.source, points))
    return Job(tuple(cells), imports_of(given), assignment.files, limits, sandbox)


def facts(cell: Any) -> dict[str, Any]:
    """What nbgrader knows of a cell, if the cell says anything of the kind."""
    metadata = cell.get("metadata")
    about = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return about if isinstance(about, dict) else {}


def grade_id(cell: Any) -> str:
    """The name of a cell, or an empty text."""
    name = facts(cell).get("grade_id")
    return name if isinstance(name, str) else ""


def _text(cell: dict[str, Any], name: str, number: int) -> str:
    source = cell.get("source")
    if type(source) is list and all(type(line) is str for line in source):
        return "".join(source)
    if type(source) is str:
        return source
    raise Rejected(f"{name}, cell {number}: its source is not text")


def _assemble(
    assignment: Assignment, solutions: dict[str, str], own: dict[str, list[str]]
) -> NotebookNode:
    released = {grade_id(cell): cell.source for cell in assignment.released.cells}

    def cells() -> Iterator[NotebookNode]:
        yield from map(nbformat.v4.new_code_cell, own.get("", []))
        for original in assignment.source.cells:
            cell, identity = nbformat.from_dict(original), grade_id(original)
            if facts(cell).get("solution"):
                cell.source = solutions.get(identity, released[identity])
            yield cell
            if identity:
                yield from map(nbformat.v4.new_code_cell, own.get(identity, []))

    rebuilt = nbformat.v4.new_notebook(metadata=assignment.source.metadata)
    rebuilt.cells = list(cells())
    for number, cell in enumerate(rebuilt.cells):
        cell["id"] = f"cell-{number}"
    return rebuilt
