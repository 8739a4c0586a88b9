"""Verdicts into nbgrader's gradebook, by nbgrader itself.

Its own steps run on the rebuilt notebook; only where `Autograde` would execute the notebook, the
outputs that the verdict holds are put in. Scores, late penalties and comments are their work.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from sqlalchemy.exc import OperationalError
from traitlets.config import Config

from helpers.grading.bulk import Recorder, Work
from helpers.grading.cells import grade_id, is_test
from helpers.grading.converter import Failed, convert
from helpers.grading.feedback import INSTEAD, harmless
from helpers.grading.hidden import OUTPUTS_KEPT
from helpers.grading.intake import Taken


@dataclass(frozen=True)
class Graded:
    """A submission with its verdict."""

    student: str
    taken: Taken
    verdict: dict[str, Any]

    def executed(self, notebook: NotebookNode) -> NotebookNode:
        """The notebook with the outputs that the verdict holds."""
        return replay(notebook, self.verdict)


class Register:
    """Where the verdicts of one assignment go: the gradebook, and autograded/."""

    def __init__(self, config: Config, assignment: str) -> None:
        self._config, self._assignment = config, assignment

    def record(self, graded: Sequence[Graded]) -> dict[str, Exception]:
        """Write verdicts into the gradebook, and the notebooks with their outputs to autograded/.

        All together, if the course leaves to nbgrader how it records. Who cannot be recorded with
        others is recorded alone, by `Autograde` itself, which has the last word.

        Parameters
        ----------
        graded : sequence of Graded
            No two of one student.

        Returns
        -------
        dict of str to Exception
            Who is not recorded, and why.
        """
        faults = self._together(graded)
        machine: Exception | None = None
        for one in graded:
            fault = faults.get(one.student)
            if isinstance(fault, OSError):
                continue  # it has nothing to do with nbgrader
            if machine and isinstance(fault, OperationalError):
                faults[one.student] = machine
            elif fault:
                try:
                    alone(self._config, self._assignment, one)
                    del faults[one.student]
                except Exception as error:
                    faults[one.student] = error
                    # What ails the database ails it for everybody, and each would wait for it.
                    machine = error if isinstance(fault, OperationalError) else machine
        for one in graded:
            if one.student not in faults:
                try:
                    _leave_to_a_person(self._config, self._assignment, one)
                except Exception as error:
                    faults[one.student] = error
        return faults

    def close(self) -> None:
        """Close the gradebook, if it is open."""
        if recorder := self.__dict__.get("_recorder"):
            recorder.close()

    @cached_property
    def _recorder(self) -> Recorder:
        return Recorder(self._config, self._assignment)

    def _together(self, graded: Sequence[Graded]) -> dict[str, Exception]:
        """Record all at once; who is not recorded, and why not in this way."""
        try:
            if not self._recorder.usual:
                raise Failed(f"the configuration changes how {self._assignment} is recorded")
        except Exception as error:
            return {one.student: error for one in graded}
        works = []
        for one in graded:
            notebooks = {self._assignment: one.taken.notebook}
            works.append(Work(one.student, one.taken.timestamp, notebooks, one.executed))
        return self._recorder.record(works)


def alone(config: Config, assignment: str, graded: Graded) -> None:
    """Record one verdict with stock `Autograde`.

    Raises
    ------
    helpers.grading.converter.Failed
        If nbgrader fails.
    """

    def put_outputs_in(autograde: Autograde) -> None:
        autograde.autograde_preprocessors = [
            (lambda nb, resources: (graded.executed(nb), resources)) if step is Execute else step
            for step in autograde.autograde_preprocessors
        ]

    with tempfile.TemporaryDirectory(prefix="record-") as folder:
        target = Path(folder, graded.student, assignment)
        target.mkdir(parents=True)
        nbformat.write(graded.taken.notebook, target / f"{assignment}.ipynb")
        if graded.taken.timestamp is not None:
            (target / "timestamp.txt").write_text(graded.taken.timestamp)
        convert(
            Autograde,
            config,
            assignment,
            graded.student,
            prepare=put_outputs_in,
            submitted_directory=folder,
        )


def _leave_to_a_person(config: Config, assignment: str, graded: Graded) -> None:
    """Have formgrader ask for the points of tests that could not be run."""
    untested = [name for name, test in graded.verdict["tests"].items() if test.get("untested")]
    if not untested:
        return
    with Gradebook(CourseDirectory(config=config).db_url) as gradebook:
        for name in untested:
            grade = gradebook.find_grade(name, assignment, assignment, graded.student)
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
            test = verdict["tests"][name]
            cell.outputs = _test_outputs(test)
            if "told" in test:
                cell.metadata[INSTEAD] = test["told"]
        else:
            name = name or f"own-{number}"
            shown = verdict["outputs"].get(name, [])
            if shown and name in verdict.get("held", []):
                cell.metadata[INSTEAD] = OUTPUTS_KEPT
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
