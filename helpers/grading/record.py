"""Verdicts into nbgrader's gradebook, by nbgrader itself.

Stock `Autograde` runs on the rebuilt notebook; only where it would execute the notebook, the
outputs that the verdict holds are put in. Scores, late penalties and comments are its own work.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from sqlalchemy.exc import SAWarning
from traitlets.config import Config, PyFileConfigLoader

from helpers.grading.intake import facts, grade_id


class NotRecorded(Exception):
    """Nbgrader did not take the verdict; the text says why."""


def record(
    root: Path, assignment: str, student: str, notebook: NotebookNode, verdict: dict[str, Any]
) -> None:
    """Write one verdict into the gradebook, and the notebook with its outputs to autograded/.

    Raises
    ------
    NotRecorded
        If nbgrader fails.
    """
    config: Config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    with tempfile.TemporaryDirectory(prefix="record-") as folder:
        target = Path(folder, student, assignment)
        target.mkdir(parents=True)
        nbformat.write(notebook, target / f"{assignment}.ipynb")
        timestamp = root / "submitted" / student / assignment / "timestamp.txt"
        if timestamp.is_file() and not timestamp.is_symlink():
            shutil.copyfile(timestamp, target / "timestamp.txt")
        config.CourseDirectory.update(
            submitted_directory=folder, student_id=student, assignment_id=assignment
        )
        autograde = Autograde(coursedir=CourseDirectory(config=config), config=config, force=True)
        autograde.log.setLevel(logging.ERROR)
        autograde.autograde_preprocessors = [
            (lambda nb, resources: (replay(nb, verdict), resources)) if step is Execute else step
            for step in autograde.autograde_preprocessors
        ]
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SAWarning)  # of nbgrader's own queries
                autograde.start()
        except SystemExit:
            raise NotRecorded(f"nbgrader could not record {student}: see .nbgrader.log") from None
        except Exception as error:
            raise NotRecorded(f"nbgrader could not record {student}: {error}") from error


def replay(notebook: NotebookNode, verdict: dict[str, Any]) -> NotebookNode:
    """Put a verdict's outputs where running the notebook would have put them."""
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        name = grade_id(cell)
        if facts(cell).get("grade"):
            cell.outputs = _test_outputs(verdict["tests"][name])
        else:
            shown = verdict["outputs"].get(name or f"own-{number}", [])
            cell.outputs = [nbformat.from_dict(output) for output in shown]
    return notebook


def _test_outputs(test: dict[str, Any]) -> list[NotebookNode]:
    points, most, message = test["points"], test["max"], test["message"]
    if points >= most:
        return []
    if points > 0:
        told = nbformat.v4.new_output("stream", name="stdout", text=message + "\n")
        score = nbformat.v4.new_output("execute_result", data={"text/plain": repr(float(points))})
        return [told, score]
    kind, _, text = message.partition(": ")
    kind = kind if kind.isidentifier() else "Failed"
    return [
        nbformat.v4.new_output("error", ename=kind, evalue=text or message, traceback=[message])
    ]
