"""What keeps an assignment's source from being released, graded rightly, or kept secret."""

from __future__ import annotations

import ast
import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

POINTS = 10
_MARKER = re.compile(r"^\s*#+\s*(BEGIN|END) (SOLUTION|HIDDEN TESTS)\b", re.MULTILINE)


def problems_of(notebook: NotebookNode) -> list[str]:
    """What would make nbgrader refuse this notebook, grade it wrongly, or leak a solution."""
    problems = []
    graded = [cell for cell in notebook.cells if _grading(cell)]
    ids = [_grading(cell)["grade_id"] for cell in graded]
    problems += [f"grade_id {i!r} is used {n} times" for i, n in Counter(ids).items() if n > 1]
    points = sum(_grading(cell).get("points", 0) for cell in graded if _grading(cell)["grade"])
    if points != POINTS:
        problems.append(f"the test cells give {points:g} points, expected {POINTS}")
    for cell in notebook.cells:
        flags, name = _grading(cell), cell.id
        regions, problem = _regions(cell.source)
        if problem:
            problems.append(f"cell {name!r}: {problem}")
        if regions["SOLUTION"] and not flags.get("solution"):
            problems.append(f"cell {name!r}: a solution in a cell without `solution: true`")
        if flags.get("solution") and not regions["SOLUTION"]:
            problems.append(f"cell {name!r}: a solution cell without ### BEGIN SOLUTION")
        if regions["HIDDEN TESTS"] and not flags.get("grade"):
            problems.append(f"cell {name!r}: hidden tests in a cell without `grade: true`")
        if flags.get("grade") and cell.cell_type == "code":
            problems += [f"cell {name!r}: {problem}" for problem in _test_problems(cell, regions)]
    return problems


def _grading(cell: NotebookNode) -> dict:
    return cell.metadata.get("nbgrader", {})


def _regions(source: str) -> tuple[Counter[str], str]:
    """How many regions of each kind the source has, and what is wrong with their markers."""
    found: Counter[str] = Counter()
    inside = None
    for kind, region in _MARKER.findall(source):
        if kind == "BEGIN" and inside is None:
            inside = region
        elif kind == "END" and inside == region:
            found[region] += 1
            inside = None
        else:
            return found, f"### {kind} {region} " + (
                f"inside {inside}" if inside else "without its BEGIN"
            )
    return found, f"### BEGIN {inside} without its END" if inside else ""


def _test_problems(cell: NotebookNode, regions: Counter[str]) -> list[str]:
    problems = []
    if not _grading(cell).get("locked"):
        problems.append("a test cell that is not locked")
    if not regions["HIDDEN TESTS"]:
        problems.append("a test cell without ### BEGIN HIDDEN TESTS")
    try:
        statements = ast.parse(cell.source).body
    except SyntaxError as error:
        return [*problems, f"line {error.lineno} is no Python: {error.msg}"]
    if statements and isinstance(statements[-1], ast.Expr):
        problems.append("it ends in an expression, and nbgrader would take its value for points")
    return problems
