"""Release the assignments: solutions/*.md -> _build/source/ -> _build/release/ -> exercises/.

python -m tools.release_exercises [--check | --if-needed]
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from helpers.grading.sources import convert
from tools.assignment_problems import problems_of
from tools.publish import ReleaseError, checksum, files_of, publish, read_manifest

ROOT = Path(__file__).resolve().parents[1]
TOOLS = (__file__, convert.__code__.co_filename, publish.__code__.co_filename)
LIBRARIES = ("jupytext", "nbconvert", "nbformat", "nbgrader")
Faults = dict[str, list[str]]  # the problems of sources, by their assignments
_MARKER_ANYWHERE = re.compile(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS)")


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; exit 1 if exercises/ is out of step.")
@click.option("--if-needed", is_flag=True, help="Do nothing if the last release is current.")
@click.option("--root", type=click.Path(path_type=Path, exists=True), default=ROOT, hidden=True)
def main(check: bool, if_needed: bool, root: Path) -> None:
    """Make exercises/ from solutions/: a faulty source is named, and the others are released."""
    try:
        if check:
            _compare(root)
            return
        if if_needed and (stamp := _current(root)):
            faults = stamp["faults"]
        else:
            lines, faults = _release(root)
            for line in lines:
                click.echo(f"exercises/{line}")
    except ReleaseError as error:
        raise click.ClickException(str(error)) from error
    if faults and not if_needed:
        raise click.ClickException(_told(faults))
    if faults:  # no reason not to grade another assignment
        click.echo(f"Warning: {_told(faults)}", err=True)


def _told(faults: Faults) -> str:
    found = [f"{name}.md: {problem}" for name, problems in faults.items() for problem in problems]
    return "\n  ".join([f"not released: {', '.join(faults)}", *found])


def _compare(root: Path) -> None:
    stale, theirs, faults = differences(root)
    for name in theirs:
        click.echo(f"exercises/{name} was changed here, as it may be: not what is released")
    told = [_told(faults)] if faults else []
    if stale:
        names = "\n".join(f"  {name}" for name in stale)
        told.append(f"out of step with solutions/, run `make exercises`:\n{names}")
    if told:
        raise click.ClickException("\n".join(told))


def release(root: Path) -> list[str]:
    """Release into _build/, the gradebook and exercises/; name what was written and what was not.

    Everything is made beside its place first: a failure leaves the old release untouched. So does
    a release leave what somebody wrote in exercises/.

    Raises
    ------
    ReleaseError
        If a source has a problem, in which case the others are released all the same; or if
        something cannot be written, and nothing is.
    """
    lines, faults = _release(root)
    if faults:
        raise ReleaseError(_told(faults))
    return lines


def _release(root: Path) -> tuple[list[str], Faults]:
    build = root / "_build"
    build.mkdir(exist_ok=True)
    with _alone(build), tempfile.TemporaryDirectory(prefix="release-", dir=build) as folder:
        work = Path(folder)
        faults = write_sources(root / "solutions", work / "source")
        if not (work / "source").is_dir():
            raise ReleaseError(_told(faults))
        database = _assign(root, work / "source", work / "release", database=True)
        lines = publish(work / "release", root / "exercises", keep=faults)
        for name in ("source", "release"):
            for faulty in faults:  # its last release stays what is graded by
                if (build / name / faulty).is_dir():
                    shutil.copytree(build / name / faulty, work / name / faulty)
            _swap(work / name, build / name, work)
        stamp = {"key": _key(root), "gradebook": database, "faults": faults}
        (build / "release.json").write_text(json.dumps(stamp), encoding="utf-8")
    return lines, faults


def is_current(root: Path) -> bool:
    """Whether the last release was of these sources, is whole, and is known to the gradebook."""
    return bool(_current(root))


def _current(root: Path) -> dict[str, Any]:
    """What is known of the last release; nothing if it is not current."""
    try:
        stamp = json.loads((root / "_build" / "release.json").read_text(encoding="utf-8"))
        known = _is_known(root, stamp["gradebook"], stamp["faults"])
        return stamp if stamp["key"] == _key(root) and known else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def differences(root: Path) -> tuple[list[str], list[str], Faults]:
    """Files of exercises/ that are not what solutions/ releases: out of step, and changed here.

    Faulty sources release nothing, and are named as the third.

    A file is changed here, not out of step, if it is somebody's work: it equals no release, or the
    one that was committed is right.
    """
    place, history = root / "exercises", read_manifest(root / "exercises")
    with tempfile.TemporaryDirectory(prefix="check-") as folder:
        work = Path(folder)
        faults = write_sources(root / "solutions", work / "source")
        if (work / "source").is_dir():
            _assign(root, work / "source", work / "release", database=False)
        fresh = files_of(work / "release")
    history = {name: sums for name, sums in history.items() if name.split("/")[0] not in faults}
    stale = [name for name in fresh if history.get(name, [])[-1:] != [checksum(fresh[name])]]
    theirs: list[str] = []
    for name in sorted({*fresh, *history}):
        path, content = place / name, fresh.get(name)
        found = path.read_bytes() if path.is_file() else None
        if found == content or name in stale:
            continue
        committed = _committed(root, name)
        ours = found is None or checksum(found) in history.get(name, [])
        right = not ours if committed is None else committed == content
        (theirs if right else stale).append(name)
    return stale, theirs, faults


def _committed(root: Path, name: str) -> bytes | None:
    """A file of exercises/ as it was committed last, where the course is a git checkout."""
    command = ["git", "-C", str(root), "show", f"HEAD:./exercises/{name}"]
    with suppress(OSError):
        done = subprocess.run(command, capture_output=True)
        return done.stdout if done.returncode == 0 else None
    return None


def _key(root: Path) -> str:
    """What a release depends on, and what it is."""
    digest = hashlib.sha256(str([sys.version, *map(version, LIBRARIES)]).encode())
    made = [root / "_build" / name for name in ("source", "release")]
    files = [*map(Path, TOOLS), root / "nbgrader_config.py"]
    for folder in (root / "solutions", *made):
        files += sorted(path for path in folder.rglob("*") if path.is_file())
    for path in files:
        content = path.read_bytes()
        digest.update(f"{path} {len(content)} ".encode() + content)
    return digest.hexdigest()


def _is_known(root: Path, database: str, faults: Faults) -> bool:
    """Whether the gradebook has all that was released; of one on another machine it is believed."""
    if not database.startswith("sqlite:///"):
        return True
    path = Path(database.removeprefix("sqlite:///").partition("?")[0])
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as gb,
    ):
        known = {name for (name,) in gb.execute("SELECT name FROM assignment")}
        return known >= {path.stem for path in (root / "solutions").glob("*.md")} - {*faults}
    return False


@contextmanager
def _alone(build: Path) -> Iterator[None]:
    """Wait for another release of the same course to end, where the system has locks."""
    with (build / "release.lock").open("w") as lock:
        with suppress(ImportError):
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write_sources(solutions: Path, target: Path) -> Faults:
    """Convert every solutions/NAME.md to target/NAME/NAME.ipynb, with the files of solutions/NAME/.

    Returns
    -------
    dict of str to list of str
        The problems of each source that has some; it is not written.

    Raises
    ------
    ReleaseError
        If there is no source.
    """
    import nbformat

    sources = sorted(solutions.glob("*.md"))
    if not sources:
        raise ReleaseError(f"no assignment (*.md) in {solutions}")
    faults: Faults = {}
    for path in sources:
        try:
            notebook = convert(path)
            problems = problems_of(notebook)
        except Exception as error:  # whatever jupytext or YAML stumble over
            problems = [f"cannot be read as a MyST notebook: {error}"]
        if problems:
            faults[path.stem] = problems
            continue
        folder = target / path.stem
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / f"{path.stem}.ipynb")
        data = solutions / path.stem
        if data.is_dir():
            shutil.copytree(data, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".*"))
    return faults


def _assign(root: Path, source: Path, target: Path, *, database: bool) -> str:
    """Run nbgrader's generate_assignment on every folder of ``source``; the gradebook's address."""
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
    return course.db_url


def _leaks(target: Path) -> list[str]:
    return [
        str(path.relative_to(target))
        for path in target.rglob("*.ipynb")
        if _MARKER_ANYWHERE.search(path.read_text(encoding="utf-8"))
    ]


def _config(root: Path) -> Any:
    from traitlets.config import PyFileConfigLoader

    return PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()


def _swap(new: Path, place: Path, work: Path) -> None:
    """Put ``new`` in ``place``; what was there goes to the work folder, and away with it."""
    if place.exists():
        os.rename(place, work / f"old-{place.name}")
    os.rename(new, place)


if __name__ == "__main__":
    sys.exit(main())
