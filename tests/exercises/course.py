"""A course in a temporary folder: release, hand in, autograde with nbgrader itself, read scores."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
import yaml
from nbformat import NotebookNode

from helpers.grading import intake
from tools import release_exercises

ROOT = Path(__file__).resolve().parents[2]
ANSWERS = Path(__file__).resolve().parent
_FENCE = re.compile(r"^```python (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MARKERS = re.compile(r"^\s*### (?:BEGIN|END) SOLUTION\n?", re.MULTILINE)


@dataclass(frozen=True)
class Answer:
    """One file of the corpus, see README.md."""

    name: str
    does: str
    base: str
    points: dict[str, float]
    cells: dict[str, str]


def read_answer(path: Path) -> Answer:
    head, body = path.read_text(encoding="utf-8").removeprefix("---\n").split("\n---\n", 1)
    facts = yaml.safe_load(head)
    unknown = set(facts) - {"does", "base", "points"}
    if unknown:
        raise ValueError(f"{path}: unknown {unknown}")
    base = facts.get("base", "solution")
    if base not in ("solution", "blank"):
        raise ValueError(f"{path}: base is {base!r}, expected 'solution' or 'blank'")
    return Answer(path.stem, facts["does"], base, facts["points"], dict(_FENCE.findall(body)))


def read_answers(folder: Path) -> list[Answer]:
    answers = [read_answer(path) for path in sorted(folder.glob("*.md"))]
    assert answers, f"no answers in {folder}"
    return answers


def make_course(folder: Path) -> Path:
    """The sources and the real configuration, released."""
    shutil.copytree(ROOT / "solutions", folder / "solutions")
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    release_exercises.release(folder)
    return folder


def grading(cell: NotebookNode) -> dict:
    return cell.metadata.get("nbgrader", {})


def complete(author: intake.Assignment, answer: Answer) -> NotebookNode:
    """The released notebook as a learner with this answer would hand it in."""
    released = nbformat.from_dict(author.released)
    solved = {grading(cell).get("grade_id"): official(cell) for cell in author.source.cells}
    blanks = [cell for cell in released.cells if grading(cell).get("solution")]
    unknown = set(answer.cells) - {grading(cell)["grade_id"] for cell in blanks}
    if unknown:
        raise ValueError(f"{author.name}/{answer.name}: no solution cell is called {unknown}")
    for cell in blanks:
        grade_id = grading(cell)["grade_id"]
        if grade_id in answer.cells:
            cell.source = answer.cells[grade_id].rstrip("\n")
        elif answer.base == "solution":
            cell.source = solved[grade_id]
    return released


def official(cell: NotebookNode) -> str:
    """The solution in a cell of the source, as a learner would have written it."""
    return _MARKERS.sub("", cell.source)


def submit(course: Path, assignment: str, answer: Answer) -> None:
    folder = course / "submitted" / answer.name / assignment
    shutil.copytree(course / "exercises" / assignment, folder)
    handed_in = complete(intake.read_assignment(course, assignment), answer)
    nbformat.write(handed_in, folder / f"{assignment}.ipynb")


def nbgrader(course: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the stock command in the course, with nothing on PATH that a fresh shell lacks."""
    environment = {**os.environ, "PATH": os.defpath, "PYTHONPATH": str(ROOT)}
    for name in ("RNN_DATA", "TF_CPP_MIN_LOG_LEVEL"):
        environment.pop(name, None)
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def scores(course: Path, assignment: str) -> dict[str, dict[str, float | None]]:
    """Per student, what the gradebook holds for each test cell."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        return {
            submission.student.id: {
                grade.name: grade.auto_score
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in gradebook.assignment_submissions(assignment)
        }
