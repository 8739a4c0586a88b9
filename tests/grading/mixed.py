"""An assignment with all that nbgrader has: two notebooks, manual answers, a task, no points."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Base, Gradebook
from nbgrader.converters import GenerateAssignment
from nbgrader.plugins import BasePlugin
from sqlalchemy import UniqueConstraint, create_engine, select
from traitlets.config import Config

from helpers.grading.converter import convert
from helpers.grading.places import configuration
from tests.grading import toy

NAME = "mixed"
DUE = "2027-03-01 12:00:00 UTC"
CODE, TEXT = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell
ANSWER = {"solution": True, "locked": False}
MANUAL = {"solution": True, "grade": True, "locked": False, "points": 2}
STUB = '# YOUR CODE HERE\nraise NotImplementedError("this task is not done yet")'
CELLS: dict[str, list[tuple[str, Any, str, dict[str, Any]]]] = {
    "first": [
        ("given", CODE, "import math", {}),
        ("solve", CODE, STUB, ANSWER),
        ("test", CODE, "assert answer == 42", {"grade": True, "points": 3}),
        ("free", CODE, "assert True", {"grade": True, "points": 0}),
        ("essay", TEXT, "YOUR ANSWER HERE", MANUAL),
        ("sketch", CODE, STUB, MANUAL),
        ("task", TEXT, "Draw it.", {"task": True, "locked": True, "points": 4}),
    ],
    "second": [
        ("more", CODE, STUB, ANSWER),
        ("test", CODE, "assert more", {"grade": True, "points": 5}),
    ],
}


class Half(BasePlugin):
    """A penalty of half the score, or of far more than there is on a day that begins so."""

    def late_submission_penalty(self, student: str, score: float, seconds: float) -> float | None:
        if seconds > 86400:
            return 1000.0
        return score / 2 if seconds > 60 else None


def notebook(name: str, **answers: str) -> Any:
    """One of the two notebooks, with these answers."""
    cells = []
    for grade_id, make, source, about in CELLS[name]:
        facts = {"schema_version": 3, "grade_id": grade_id, "task": False, "grade": False}
        metadata = {"nbgrader": facts | {"solution": False, "locked": True} | about}
        cells.append(make(answers.get(grade_id, source), metadata=metadata, id=grade_id))
    kernel = {"name": "python3", "display_name": "Python 3"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


def make_course(folder: Path, url: str = "", like: Path | None = None) -> tuple[Config, str]:
    """A course in which it is released, and due; its configuration, and its gradebook's address.

    One that is ``like`` another is a copy of it, gradebook and all.
    """
    if like:
        shutil.copytree(like, folder)
        return _settings(folder, url)
    folder.mkdir()
    shutil.copy(toy.ROOT / "nbgrader_config.py", folder)
    config, url = _settings(folder, url)
    source = folder / "_build" / "source" / NAME
    source.mkdir(parents=True)
    for name in CELLS:
        nbformat.write(notebook(name), source / f"{name}.ipynb")
    (source / "more").mkdir()
    (source / "more" / "data.txt").write_text("1\n2\n")
    convert(GenerateAssignment, config, NAME, ".")
    with closing(Gradebook(url, "networks-that-remember")) as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate=DUE)
    return config, url


def _settings(folder: Path, url: str) -> tuple[Config, str]:
    config = configuration(folder)
    config.CourseDirectory.db_url = url or f"sqlite:///{folder / 'gradebook.db'}?timeout=0.2"
    config.AssignLatePenalties.plugin_class = Half
    return config, config.CourseDirectory.db_url


def tables(url: str) -> dict[str, list[dict[str, Any]]]:
    """Every row of a gradebook, with names in the place of ids that were drawn."""
    names: dict[Any, Any] = {}
    engine = create_engine(url)
    with engine.connect() as connection:
        found = {
            table.name: sorted(map(repr, _rows(connection, table, names)))
            for table in Base.metadata.sorted_tables
        }
    engine.dispose()
    return found


def _rows(connection: Any, table: Any, names: dict[Any, Any]) -> Iterator[dict[str, Any]]:
    constraints = [c for c in table.constraints if isinstance(c, UniqueConstraint)]
    unique = [column.name for constraint in constraints for column in constraint.columns]
    for row in connection.execute(select(table)).mappings():
        named = {column: names.get(value, value) for column, value in row.items()}
        if unique and row["id"] not in names:
            names[row["id"]] = named["id"] = tuple(named[column] for column in sorted(unique))
        yield dict(sorted(named.items()))


def files(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file below a folder: who may do what with it, and what is in it."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mode, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
