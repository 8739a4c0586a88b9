"""Release the assignments: solutions/*.md -> _build/source/ -> exercises/.

python -m tools.release_exercises [--check]
"""

from __future__ import annotations

import ast
import filecmp
import logging
import os
import re
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

import click
import jupytext
import nbformat
from nbformat import NotebookNode
from traitlets.config import Config, PyFileConfigLoader

ROOT = Path(__file__).resolve().parents[1]
POINTS = 10
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
_MARKER = re.compile(r"^\s*#+\s*(BEGIN|END) (SOLUTION|HIDDEN TESTS)\b", re.MULTILINE)
_MARKER_ANYWHERE = re.compile(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS)")


class ReleaseError(Exception):
    """A source that must not be released, or that nbgrader could not release."""


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; exit 1 if exercises/ is out of step.")
@click.option("--root", type=click.Path(path_type=Path, exists=True), default=ROOT, hidden=True)
def main(check: bool, root: Path) -> None:
    """Make exercises/ from solutions/."""
    try:
        stale = differences(root) if check else release(root)
    except ReleaseError as error:
        raise click.ClickException(str(error)) from error
    if check and stale:
        names = "\n".join(f"  {name}" for name in stale)
        raise click.ClickException(f"out of step with solutions/, run `make exercises`:\n{names}")
    for name in stale:
        click.echo(f"exercises/{name}")


def release(root: Path) -> list[str]:
    """Replace exercises/ and record the assignments in the gradebook; name what was written.

    Everything is made beside exercises/ first: a failure leaves the old one untouched.
    """
    build = root / "_build"
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="release-", dir=build) as folder:
        work = Path(folder)
        write_sources(root / "solutions", work / "source")
        _assign(root, work / "source", work / "exercises", database=True)
        _swap(work / "source", build / "source", work)
        _swap(work / "exercises", root / "exercises", work)
    return _files(root / "exercises")


def differences(root: Path) -> list[str]:
    """Files of exercises/ that differ from what solutions/ releases."""
    with tempfile.TemporaryDirectory(prefix="check-") as folder:
        work = Path(folder)
        write_sources(root / "solutions", work / "source")
        _assign(root, work / "source", work / "exercises", database=False)
        fresh, current = _files(work / "exercises"), _files(root / "exercises")
        return sorted(set(fresh) ^ set(current)) + [
            name
            for name in fresh
            if name in current
            and not filecmp.cmp(work / "exercises" / name, root / "exercises" / name, shallow=False)
        ]


def write_sources(solutions: Path, target: Path) -> None:
    """Convert every solutions/NAME.md to target/NAME/NAME.ipynb, with the files of solutions/NAME/.

    Raises
    ------
    ReleaseError
        If a source has a problem; all problems of all sources are named.
    """
    sources = sorted(solutions.glob("*.md"))
    if not sources:
        raise ReleaseError(f"no assignment (*.md) in {solutions}")
    problems = []
    for path in sources:
        try:
            notebook = convert(path)
        except Exception as error:  # whatever jupytext or YAML stumble over
            problems.append(f"{path.name}: cannot be read as a MyST notebook: {error}")
            continue
        if found := problems_of(notebook):
            problems += [f"{path.name}: {problem}" for problem in found]
            continue
        folder = target / path.stem
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / f"{path.stem}.ipynb")
        data = solutions / path.stem
        if data.is_dir():
            shutil.copytree(data, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".*"))
    if problems:
        raise ReleaseError("nothing was released:\n  " + "\n  ".join(problems))


def convert(path: Path) -> NotebookNode:
    """The notebook of a MyST source, the same bytes every time."""
    notebook = jupytext.read(path, fmt="md:myst")
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNELSPEC})
    for position, cell in enumerate(notebook.cells):
        # jupytext draws random ids, and no two releases would ever be equal.
        cell.id = _grading(cell).get("grade_id", f"{cell.cell_type}-{position}")
    return notebook


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


def _assign(root: Path, source: Path, target: Path, *, database: bool) -> None:
    """Run nbgrader's generate_assignment on every folder of ``source``."""
    # Imported late: it takes a second, and a faulty source is told without it.
    from nbgrader.converters import GenerateAssignment
    from nbgrader.converters.base import NbGraderException
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.preprocessors import SaveCells

    config = _config(root)
    config.CourseDirectory.source_directory = str(source)
    config.CourseDirectory.release_directory = str(target)
    config.GenerateAssignment.no_database = not database
    config.GenerateAssignment.force = True
    for folder in sorted(source.iterdir()):
        config.CourseDirectory.assignment_id = folder.name
        course = CourseDirectory(config=config)
        converter = GenerateAssignment(coursedir=course, config=config)
        converter.log.setLevel(logging.ERROR)
        if not database:  # what `no_database` forgets
            converter.preprocessors = [p for p in converter.preprocessors if p is not SaveCells]
        try:
            converter.start()
        except (NbGraderException, SystemExit) as error:
            raise ReleaseError(f"nbgrader could not release {folder.name}: {error}") from error
        if not (target / folder.name / f"{folder.name}.ipynb").is_file():
            raise ReleaseError(f"nbgrader released no {folder.name}.ipynb, see its messages above")
    if leaks := _leaks(target):
        raise ReleaseError(f"solutions or hidden tests are left in {', '.join(leaks)}")


def _leaks(target: Path) -> list[str]:
    return [
        str(path.relative_to(target))
        for path in target.rglob("*.ipynb")
        if _MARKER_ANYWHERE.search(path.read_text(encoding="utf-8"))
    ]


def _config(root: Path) -> Config:
    return PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()


def _swap(new: Path, place: Path, work: Path) -> None:
    """Put ``new`` in ``place``; what was there goes to the work folder, and away with it."""
    if place.exists():
        os.rename(place, work / f"old-{place.name}")
    os.rename(new, place)


def _files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    sys.exit(main())
