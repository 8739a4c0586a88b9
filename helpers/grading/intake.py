"""From what lies in a course's folders to what is graded: who handed in, what, as which job."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from helpers.grading.autotests import NotGenerated, write_out
from helpers.grading.cells import facts, is_test
from helpers.grading.intrusions import unfit
from helpers.grading.limits import Limits
from helpers.grading.places import places
from helpers.grading.rebuild import rebuild
from helpers.grading.scopes import imports_of, theirs
from helpers.grading.submission import Rejected, candidates, read, read_timestamp, shown, usable
from helpers.grading.verdict import Cell, Job

HEADING = re.compile(r"^#+ +(Task \d{1,3})\b", re.MULTILINE)  # what learners know a part by


@dataclass(frozen=True)
class Assignment:
    """What the author wrote: the notebook with its tests, the released one, the data files."""

    name: str
    source: NotebookNode
    released: NotebookNode
    files: dict[str, bytes]


@dataclass(frozen=True)
class Taken:
    """A submission that can be graded."""

    notebook: NotebookNode  #: rebuilt
    timestamp: str | None  #: when it was handed in
    note: str  #: what an instructor should know of how it was found and understood


class NotForUs(Exception):
    """An assignment that cannot be graded here; the text says why, and what to do."""


def read_assignment(root: Path, name: str) -> Assignment:
    """The assignment as `make exercises` made it, whatever was written in exercises/ since.

    Raises
    ------
    FileNotFoundError
        If there is no such assignment, or it has not been released here.
    NotForUs
        If it has several notebooks, or tests that nbgrader has not generated.
    """
    where = places(root, name)
    source, released = where.source / name, where.release / name / f"{name}.ipynb"
    if several := [path.name for path in sorted(source.glob("*.ipynb")) if path.stem != name]:
        raise NotForUs(
            f"{name!r} has a notebook {several[0]!r}; what is graded here is one, {name}.ipynb."
            f" Make each notebook an assignment of its own, or use  nbgrader autograde {name}"
        )
    for path in (source / f"{name}.ipynb", released):
        if not path.is_file():
            known = sorted(path.stem for path in (root / "solutions").glob("*.md"))
            raise FileNotFoundError(
                f"{path} is missing: `make exercises` releases what is in solutions/ "
                f"({', '.join(known)})"
            )
    files = {
        str(path.relative_to(source)): path.read_bytes()
        for path in sorted(source.rglob("*"))
        if path.is_file() and path.suffix != ".ipynb"
    }
    read = [nbformat.read(path, as_version=4) for path in (source / f"{name}.ipynb", released)]
    try:
        write_out(root, name, read[0])
    except NotGenerated as error:
        raise NotForUs(str(error)) from error
    return Assignment(name, read[0], read[1], files)


def releases(root: Path, assignment: str) -> dict[str, NotebookNode]:
    """The released notebooks of an assignment and of all others beside it, by their names."""
    found = sorted(places(root, assignment).release.glob("*/*.ipynb"))
    own = [path for path in found if path.stem == path.parent.name]
    return {path.stem: nbformat.read(path, as_version=4) for path in own}


def students(root: Path, assignment: str) -> list[str]:
    """Who handed in something for the assignment, whatever it is."""
    try:
        places = list((root / "submitted").iterdir())
    except FileNotFoundError:
        return []
    visible = (path for path in places if not path.name.startswith(".") and path.is_dir())
    return sorted(path.name for path in visible if any(_handed_in(path, assignment)))


def take(root: Path, student: str, author: Assignment, known: Mapping[str, NotebookNode]) -> Taken:
    """What a student handed in, found, read and rebuilt.

    Parameters
    ----------
    root : Path
        The course's folder, in which ``submitted/STUDENT/ASSIGNMENT`` is looked into.
    student : str
    author : Assignment
    known : mapping of str to NotebookNode
        All assignments as released, to recognise one of another by.

    Raises
    ------
    Rejected
        If the student's name cannot be graded under, or no file there is a notebook of the
        assignment: the reason of the newest.
    """
    if unfit := _unfit(student):
        raise Rejected(f"the folder {shown(student)!r} {unfit}: rename it")
    places = list(_handed_in(root / "submitted" / student, author.name))
    if not places:
        raise Rejected(f"{author.name}.ipynb was not handed in")
    if len(places) > 1:
        raise Rejected(f"there are several: {', '.join(shown(path.name) for path in places)}")
    [place] = places
    if place.is_symlink() or place.parent.is_symlink():
        raise Rejected(f"{shown(place.name)} is a link, not a folder of the student's")
    paths = candidates(place, author.name) if place.is_dir() else [place]
    timestamp, fault = _timestamp(place)
    first: Rejected | None = None
    for path in paths:
        try:
            rebuilt, notes = rebuild(author, read(path), shown(path.name), known)
        except Rejected as reason:
            first = first or reason
            continue
        if path.name != f"{author.name}.ipynb" or len(paths) > 1:
            among = f", the newest that fits of {len(paths)} files" if len(paths) > 1 else ""
            notes = [f"taken from {shown(path.name)}{among}", *notes]
        return Taken(rebuilt, timestamp, "; ".join(filter(None, [*notes, fault])))
    raise first or Rejected(f"{author.name}.ipynb was not handed in")


def _timestamp(place: Path) -> tuple[str | None, str]:
    """When a submission arrived, and what is wrong with what says so."""
    try:
        return (read_timestamp(place) if place.is_dir() else None), ""
    except Rejected as reason:
        return None, str(reason)


def _handed_in(folder: Path, assignment: str) -> Iterator[Path]:
    """The folders of the assignment among a student's, or its notebook if it lies beside them."""
    try:
        inside = sorted(folder.iterdir())
    except OSError:
        yield folder  # looked into again, it tells why it cannot be
        return
    named = [path for path in inside if path.name.lower() == assignment.lower()]
    yield from [path for path in named if path.name == assignment] or named
    if not named:
        ending = re.compile(rf"{re.escape(assignment)}\b.*\.ipynb", re.IGNORECASE)
        files = [path for path in inside if ending.match(path.name) and path.is_file()]
        yield from sorted(files, key=lambda path: -path.lstat().st_mtime)[:1]


def _unfit(student: str) -> str:
    """Why nbgrader could not keep a student of this name; an empty text if it can."""
    if usable(student) != student:
        return "has a name that is not text in UTF-8"
    if set(student) & set("*?["):
        return "has a character (* ? [) that nbgrader takes for a pattern"
    if not student.isprintable() or student != student.strip():
        return "has a name with invisible characters, or spaces at its ends"
    return ""


def job(notebook: NotebookNode, assignment: Assignment, limits: Limits, *, sandbox: bool) -> Job:
    """What there is to grade in a rebuilt notebook."""
    cells, task = [], ""
    imports = imports_of(_given(assignment))
    for number, cell in enumerate(notebook.cells):
        about = facts(cell)
        if cell.cell_type != "code":
            if heading := HEADING.search("" if about.get("solution") else cell.source):
                task = heading[1]
            continue
        name = about.get("grade_id") or f"own-{number}"
        if is_test(cell):
            points, why = float(about["points"]), unfit(cell.source, imports)
            cells.append(Cell(name, cell.source, points, task, why))
        else:  # what a person grades is the student's code, too
            cells.append(Cell(name, cell.source, None, task))
    shared = theirs(cell.source for cell in assignment.source.cells if _is_for_learners(cell))
    return Job(tuple(cells), imports, assignment.files, limits, sandbox, shared)


def _given(assignment: Assignment) -> list[str]:
    """The cells of the author's, of solutions only what learners are given of them."""
    kept = [cell for cell in assignment.source.cells if not facts(cell).get("solution")]
    begun = [cell for cell in assignment.released.cells if facts(cell).get("solution")]
    return [cell.source for cell in [*kept, *begun] if cell.cell_type == "code"]


def _is_for_learners(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and not is_test(cell)
