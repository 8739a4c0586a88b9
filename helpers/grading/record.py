"""Verdicts into nbgrader's gradebook, by nbgrader itself.

Stock `Autograde` runs on the rebuilt notebook; only where it would execute the notebook, the
outputs that the verdict holds are put in. Scores, late penalties and comments are its own work.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from traitlets.config import Config

from helpers.grading.cells import grade_id, is_test
from helpers.grading.converter import convert
from helpers.grading.feedback import harmless
from helpers.grading.intake import Taken


def record(
    config: Config, assignment: str, student: str, taken: Taken, verdict: dict[str, Any]
) -> None:
    """Write one verdict into the gradebook, and the notebook with its outputs to autograded/.

    Raises
    ------
    helpers.grading.converter.Failed
        If nbgrader fails.
    """

    def put_outputs_in(autograde: Autograde) -> None:
        autograde.autograde_preprocessors = [
            (lambda nb, resources: (replay(nb, verdict), resources)) if step is Execute else step
            for step in autograde.autograde_preprocessors
        ]

    with tempfile.TemporaryDirectory(prefix="record-") as folder:
        target = Path(folder, student, assignment)
        target.mkdir(parents=True)
        nbformat.write(taken.notebook, target / f"{assignment}.ipynb")
        if taken.timestamp is not None:
            (target / "timestamp.txt").write_text(taken.timestamp)
        convert(
            Autograde,
            config,
            assignment,
            student,
            prepare=put_outputs_in,
            submitted_directory=folder,
        )
    _leave_to_a_person(config, assignment, student, verdict)


def _leave_to_a_person(
    config: Config, assignment: str, student: str, verdict: dict[str, Any]
) -> None:
    """Have formgrader ask for the points of tests that could not be run."""
    untested = [name for name, test in verdict["tests"].items() if test.get("untested")]
    if not untested:
        return
    with Gradebook(CourseDirectory(config=config).db_url) as gradebook:
        for name in untested:
            grade = gradebook.find_grade(name, assignment, assignment, student)
            grade.auto_score, grade.needs_manual_grade = None, grade.manual_score is None
        gradebook.db.commit()


def replay(notebook: NotebookNode, verdict: dict[str, Any]) -> NotebookNode:
    """Put a verdict's outputs where running the notebook would have put them.

    Formgrader shows them to the instructor with all that HTML can do: only what cannot run stays.
    """
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            harmless(cell)
            continue
        name = grade_id(cell)
        if is_test(cell):
            cell.outputs = _test_outputs(verdict["tests"][name])
        else:
            shown = verdict["outputs"].get(name or f"own-{number}", [])
            cell.outputs = [nbformat.from_dict(output) for output in shown]
            harmless(cell)
    return notebook


def _test_outputs(test: dict[str, Any]) -> list[NotebookNode]:
    points, most, message = test["points"], test["max"], test["message"]
    if points >= most and not message:
        return []
    if points > 0:
        told = nbformat.v4.new_output("stream", name="stdout", text=message + "\n")
        score = nbformat.v4.new_output("execute_result", data={"text/plain": repr(float(points))})
        return [told, score]
    kind, _, text = message.partition(": ")
    if not kind.isidentifier():  # it begins with another cell's error
        kind, text = "Failed", message
    return [
        nbformat.v4.new_output("error", ename=kind, evalue=text or message, traceback=[message])
    ]
