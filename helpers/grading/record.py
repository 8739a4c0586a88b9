"""Verdicts into nbgrader's gradebook, by nbgrader itself.

Stock `Autograde` runs on the rebuilt notebook; only where it would execute the notebook, the
outputs that the verdict holds are put in. Scores, late penalties and comments are its own work.
"""

from __future__ import annotations

import copy
import logging
import sys
import tempfile
import warnings
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import nbformat
from nbformat import NotebookNode
from nbgrader import api
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from sqlalchemy import create_engine
from sqlalchemy.exc import SAWarning
from traitlets.config import Config, PyFileConfigLoader

from helpers.grading.feedback import harmless
from helpers.grading.intake import Taken
from helpers.grading.rebuild import facts, grade_id


class NotRecorded(Exception):
    """Nbgrader did not take the verdict; the text says why."""


#: nbgrader makes an engine for each gradebook that it opens, several a submission, and with it
#: forgets how every query is compiled: a third of the time that recording takes.
engine = cache(create_engine)


def configuration(root: Path) -> Config:
    """The course's own configuration of nbgrader."""
    return PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()


def record(
    config: Config,
    root: Path,
    assignment: str,
    student: str,
    taken: Taken,
    verdict: dict[str, Any],
) -> None:
    """Write one verdict into the gradebook, and the notebook with its outputs to autograded/.

    Raises
    ------
    NotRecorded
        If nbgrader fails.
    """
    config = copy.deepcopy(config)
    with tempfile.TemporaryDirectory(prefix="record-") as folder:
        target = Path(folder, student, assignment)
        target.mkdir(parents=True)
        nbformat.write(taken.notebook, target / f"{assignment}.ipynb")
        if taken.timestamp is not None:
            (target / "timestamp.txt").write_text(taken.timestamp)
        config.CourseDirectory.update(
            submitted_directory=folder, student_id=student, assignment_id=assignment
        )
        faults = Faults()
        quiet = logging.Logger("record")
        quiet.addHandler(faults)
        course = CourseDirectory(config=config)
        autograde = Autograde(coursedir=course, config=config, force=True, log=quiet)
        autograde.autograde_preprocessors = [
            (lambda nb, resources: (replay(nb, verdict), resources)) if step is Execute else step
            for step in autograde.autograde_preprocessors
        ]
        try:
            with warnings.catch_warnings(), mock.patch.object(api, "create_engine", engine):
                warnings.simplefilter("ignore", SAWarning)  # of nbgrader's own queries
                autograde.start()
        except (Exception, SystemExit) as error:
            fault = faults.first or error
            why = getattr(fault, "orig", None) or fault  # a database's own words, less the query
            raise NotRecorded(f"nbgrader could not record {student}: {why}") from error


class Faults(logging.Handler):
    """What nbgrader logs and then reports in general terms: the exception itself."""

    first: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the exception that is being handled, if it is the first."""
        self.first = self.first or sys.exc_info()[1]


def replay(notebook: NotebookNode, verdict: dict[str, Any]) -> NotebookNode:
    """Put a verdict's outputs where running the notebook would have put them.

    Formgrader shows them to the instructor with all that HTML can do: only what cannot run stays.
    """
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            harmless(cell)
            continue
        name = grade_id(cell)
        if facts(cell).get("grade"):
            cell.outputs = _test_outputs(verdict["tests"][name])
        else:
            shown = verdict["outputs"].get(name or f"own-{number}", [])
            cell.outputs = [nbformat.from_dict(output) for output in shown]
            harmless(cell)
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
