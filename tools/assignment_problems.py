"""What keeps an assignment's source from being released, graded rightly, or kept secret."""

from __future__ import annotations

import ast
import re
from collections import Counter
from typing import TYPE_CHECKING

from helpers.grading.cells import AUTOTEST, is_test
from helpers.grading.intrusions import intrusions
from helpers.grading.scopes import imports_of, theirs

if TYPE_CHECKING:
    from nbformat import NotebookNode

_MARKER = re.compile(r"^\s*#+\s*(BEGIN|END) (SOLUTION|HIDDEN TESTS)\b", re.MULTILINE)


def problems_of(notebook: NotebookNode) -> list[str]:
    """What would make nbgrader refuse this notebook, grade it wrongly, or leak a solution."""
    problems = []
    graded = [cell for cell in notebook.cells if _grading(cell)]
    ids = [_grading(cell)["grade_id"] for cell in graded]
    problems += [f"grade_id {i!r} is used {n} times" for i, n in Counter(ids).items() if n > 1]
    points = sum(_grading(cell).get("points", 0) for cell in graded if _gives_points(cell))
    if points <= 0 or points != int(points):
        problems.append(f"its cells give {points:g} points, expected a whole number above 0")
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
        if is_test(cell):
            problems += [f"cell {name!r}: {problem}" for problem in _test_problems(cell, regions)]
    return problems + _in_learners_hands(notebook) + _out_of_reach(notebook)


def _gives_points(cell: NotebookNode) -> bool:
    return bool(_grading(cell).get("grade") or _grading(cell).get("task"))


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
    if AUTOTEST.search(cell.source):
        problems.append("### AUTOTEST, which `course check` cannot run: write the test out")
    if not regions["HIDDEN TESTS"]:
        problems.append("a test cell without ### BEGIN HIDDEN TESTS")
    try:
        statements = ast.parse(cell.source).body
    except SyntaxError as error:
        return [*problems, f"line {error.lineno} is no Python: {error.msg}"]
    if statements and isinstance(statements[-1], ast.Expr):
        problems.append("it ends in an expression, and nbgrader would take its value for points")
    return problems


def _in_learners_hands(notebook: NotebookNode) -> list[str]:
    """Names of tests that the learner's own process would look up, so that anybody can bend them.

    The grader repeats the imports of the cells that are locked, and runs what a test cell defines
    in that cell alone; all other names are the learner's.
    """
    safe: set[str] = set()  # imported where nobody can change it
    loose: dict[str, str] = {}
    for cell in notebook.cells:
        if cell.cell_type == "code" and (body := _parsed(cell.source)):
            imported = {alias for node in ast.walk(body) for alias in _imported(node)}
            if not _grading(cell).get("solution"):
                safe |= imported
            else:
                loose |= dict.fromkeys(imported, f"the solution cell {cell.id!r} imports it")
            if _grading(cell).get("grade"):
                loose |= dict.fromkeys(_defined(body), f"the test cell {cell.id!r} defines it")
    problems = []
    for cell in notebook.cells:
        if _grading(cell).get("grade") and cell.cell_type == "code":
            body = _parsed(cell.source)
            names = [node for node in ast.walk(body) if isinstance(node, ast.Name)] if body else []
            own = {node.id for node in names if isinstance(node.ctx, ast.Store)}
            own |= _defined(body) if body else set()
            problems += [
                f"cell {cell.id!r}: `{name}` is the learner's to change, for {loose[name]}:"
                " have it in this cell, or import it in a locked one"
                for name in sorted({node.id for node in names} - own - safe)
                if name in loose
            ]
    return problems


def _out_of_reach(notebook: NotebookNode) -> list[str]:
    """What a test would do to the learner's own process, in which it does not run."""
    codes = [cell for cell in notebook.cells if cell.cell_type == "code"]
    shared = theirs(cell.source for cell in codes if not is_test(cell))
    imports = imports_of([cell.source for cell in codes if not _grading(cell).get("solution")])
    return [
        f"cell {cell.id!r}, line {line}: it {text}"
        for cell in codes
        if is_test(cell)
        for line, text in intrusions(cell.source, shared, imports)
    ]


def _parsed(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except SyntaxError:  # magics, or a fault that is told elsewhere
        return None


def _imported(node: ast.AST) -> list[str]:
    """The names that a statement imports."""
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return []
    return [alias.asname or alias.name.partition(".")[0] for alias in node.names]


def _defined(body: ast.Module) -> set[str]:
    """The functions and classes of a cell."""
    return {node.name for node in body.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
