"""One's own notebook, checked where it lies: in a clone with all tests, in a kit with those given.

It reads only what nobody works on: solutions/ or the kit's released/. It writes nothing.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from helpers.grading.limits import Limits
from helpers.grading.submission import Rejected, read, shown
from helpers.kernels import sandbox

if TYPE_CHECKING:
    from helpers.grading.intake import Assignment
    from helpers.grading.verdict import Job

SOURCES, KIT = "solutions", "released"
NO_WALLS = (
    "There is no sandbox here ({why}): your notebook runs with your own rights, as in JupyterLab."
)


class CannotCheck(Exception):
    """There is nothing that could be checked; the text says what to do."""


@dataclass(frozen=True)
class Plan:
    """What is to be run of a notebook."""

    name: str  #: of the assignment
    job: Job
    untested: tuple[str, ...]  #: test cells of which nothing is here, because all of it is hidden
    notes: tuple[str, ...]  #: how the notebook was understood
    by_hand: int = 0  #: cells that a person grades


def is_kit(root: Path) -> bool:
    """Whether this is what learners get: no solution, no hidden test."""
    return (root / KIT).is_dir() and not (root / SOURCES).is_dir()


def find_course(notebook: Path, installed: Path) -> Path:
    """The course that a notebook belongs to: the one it lies in, else the installed one.

    A notebook in the installed course's own folders, such as submitted/, belongs to that one,
    whatever else somebody put there.
    """
    place = notebook.resolve()
    if not place.is_relative_to(installed):
        for folder in place.parents:
            if (folder / "nbgrader_config.py").is_file() and (
                (folder / SOURCES).is_dir() or (folder / KIT).is_dir()
            ):
                return folder
    return installed


def plan(root: Path, notebook: Path, limits: Limits) -> Plan:
    """Recognise a notebook and prepare what there is to run of it.

    Raises
    ------
    CannotCheck
        If there is no such file, or the course's assignments are not here.
    Rejected
        If it is no notebook, or of no assignment of the course.
    """
    from helpers.grading import intake
    from helpers.grading.cells import is_by_hand
    from helpers.grading.rebuild import rebuild, recognise

    path = _file(notebook)
    cells = read(path)
    sources, faults = _sources(root)
    name = recognise(cells, sources)
    if name is None:
        known = f"of none of the assignments {', '.join(sources)}: none of their cells is in it"
        raise Rejected("\n".join([f"{shown(path.name)} is {known}", *faults]))
    author = _author(root, name, sources[name])
    rebuilt, notes = rebuild(author, cells, shown(path.name), {name: author.released})
    job = intake.job(rebuilt, author, limits, sandbox=False)
    empty = tuple(cell.grade_id for cell in job.cells if cell.points and _says_nothing(cell.source))
    kept = tuple(cell for cell in job.cells if cell.grade_id not in empty)
    waiting = sum(map(is_by_hand, author.source.cells))
    return Plan(name, replace(job, cells=kept), empty, tuple(notes), waiting)


def run(job: Job, *, walls: bool) -> dict[str, Any]:
    """The verdict on a notebook, in the sandbox or with its owner's rights.

    Raises
    ------
    CannotCheck
        If no kernel can be started.
    """
    from helpers.grading import verdict
    from helpers.grading.cold import ColdSession
    from helpers.kernels import warm

    try:
        if not walls:
            return verdict.grade(job, ColdSession)
        with warm.private_servers():
            return verdict.grade(replace(job, sandbox=True))
    except (warm.WarmUnavailable, OSError) as error:
        raise CannotCheck(f"no kernel could be started: {error}") from error


def no_walls(root: Path, notebook: Path) -> str:
    """Why there can be no sandbox here; an empty text if there can be.

    Raises
    ------
    CannotCheck
        If there can be none, and the notebook was handed in: it is somebody else's.
    """
    why = ""
    if sys.platform != "linux":
        why = "it needs Linux"
    elif not shutil.which("bwrap"):
        why = "bubblewrap is not installed"
    else:
        try:
            sandbox.probe()
        except sandbox.NoSandbox as reason:
            why = str(reason).splitlines()[0]
    if why and notebook.resolve().is_relative_to((root / "submitted").resolve()):
        raise CannotCheck(
            f"students' code must run in a sandbox, and there is none here: {why}\n"
            "On a machine that is itself thrown away afterwards: --no-sandbox"
        )
    return why


def command(root: Path, notebook: Path, limits: Limits, *, as_json: bool, walls: bool) -> None:
    """Check a notebook and print what came out.

    Raises
    ------
    click.ClickException
        If the notebook could not be run to its end: the text says why, and what to do.
    """

    # What is said beside the verdict.
    def say(text: str) -> None:
        click.echo(text, err=as_json)

    try:
        found = plan(root, notebook, limits)
        say(f"{shown(notebook.name)} is a notebook of the assignment {found.name}")
        for note in found.notes:
            say(f"note: {note}")
        if walls and (why := no_walls(root, notebook)):
            walls = False
            say(NO_WALLS.format(why=why))
        result = run(found.job, walls=walls)
    except CannotCheck as reason:
        raise click.ClickException(str(reason)) from reason
    except Rejected as reason:
        if as_json:
            click.echo(json.dumps(summary(None, {"status": "rejected", "tests": {}}), indent=1))
        raise click.ClickException(f"rejected: {reason}") from reason
    told = summary(found.name, result)
    click.echo(json.dumps(told, indent=1) if as_json else _table(told, found, hidden=is_kit(root)))
    if result["status"] != "graded":
        raise click.ClickException(f"{result['status']}: {result['message']}")


def summary(name: str | None, result: Mapping[str, Any]) -> dict[str, Any]:
    """The verdict as `course check --json` prints it."""
    tests = result["tests"]
    return {
        "assignment": name,
        "status": result["status"],
        "score": sum(test["points"] for test in tests.values()),
        "max_score": sum(test["max"] for test in tests.values()),
        "tests": tests,
    }


def _table(told: dict[str, Any], found: Plan, *, hidden: bool) -> str:
    lines = []
    for grade_id, test in told["tests"].items():
        mark = "ok " if test["points"] == test["max"] and not test["message"] else "-- "
        lines.append(f"{mark}{grade_id:18}{test['points']:5g} / {test['max']:g}")
        if test["message"]:
            lines.append("   " + test["message"].replace("\n", "\n   "))
    lines += [f"   {grade_id:18}all of its tests are hidden" for grade_id in found.untested]
    if found.by_hand:
        lines.append(f"   {'by hand':18}{found.by_hand} of its cells, beside the points below")
    lines.append(f"{found.name}: {told['score']:g} of {told['max_score']:g} points")
    if hidden:
        lines[-1] += " in the tests that you can see; the hidden ones are not here, and count too"
    return "\n".join(lines)


def _file(notebook: Path) -> Path:
    """The file that a path stands for, through links."""
    try:
        if notebook.is_file():
            return notebook.resolve()
        if notebook.is_dir():
            inside = sorted(path.name for path in notebook.glob("*.ipynb"))
            there = f"name one of its notebooks: {', '.join(inside)}" if inside else "without one"
            raise CannotCheck(f"{notebook} is a folder, {there}")
        beside = sorted(path.name for path in notebook.parent.glob("*.ipynb"))
    except OSError as error:
        raise CannotCheck(f"{notebook} cannot be read: {error.strerror}") from error
    there = f"; in that folder there is {', '.join(map(shown, beside[:8]))}" if beside else ""
    raise CannotCheck(f"there is no file {shown(os.fspath(notebook))}{there}")


def _sources(root: Path) -> tuple[dict[str, Any], list[str]]:
    """The notebook of each assignment with the tests that are here, and what is wrong with some."""
    import nbformat

    from helpers.grading.sources import convert

    found, faults = {}, []
    if is_kit(root):
        for path in sorted((root / KIT).glob("*/*.ipynb")):
            found[path.stem] = nbformat.read(path, as_version=4)
    else:
        for path in sorted((root / SOURCES).glob("*.md")):
            try:
                found[path.stem] = convert(path)
            except Exception as error:  # whatever jupytext or YAML stumble over
                faults.append(f"({path.name} was not looked at, it cannot be read: {error})")
    if not found:
        none = f"{root} has no assignments; name the course:  course --course FOLDER check …"
        raise CannotCheck("\n".join([none, *faults]))
    return found, faults


def _author(root: Path, name: str, source: Any) -> Assignment:
    """All of an assignment that is here."""
    from helpers.grading.intake import Assignment
    from helpers.grading.sources import cleared

    kit = is_kit(root)
    folder = root / (KIT if kit else SOURCES) / name
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".ipynb" and not path.name.startswith(".")
    }
    return Assignment(name, source, source if kit else cleared(source), files)


def _says_nothing(source: str) -> bool:
    """Whether a test cell has no statement: comments at most."""
    try:
        return not ast.parse(source).body
    except SyntaxError:
        return False
