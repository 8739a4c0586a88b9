"""The notebook that is graded: the author's, with what a student wrote put into its places.

Taken from the student are the sources of the solution cells and of cells of their own, and
nothing else: no metadata, no test cell, no output, no kernel.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import nbformat
from nbformat import NotebookNode

from helpers.grading.cells import facts, grade_id
from helpers.grading.submission import Rejected

if TYPE_CHECKING:
    from helpers.grading.intake import Assignment

Places = list[int | None]  # which of the author's cells each submitted cell is


def recognise(cells: list[dict[str, Any]], known: Mapping[str, NotebookNode]) -> str | None:
    """The assignment that a notebook is of, known by its cells; None if it is of none.

    Parameters
    ----------
    cells : list of dict
        As `helpers.grading.submission.read` gives them.
    known : mapping of str to NotebookNode
        The released notebooks by their names.
    """
    names = {name for cell in cells for name in (grade_id(cell), cell["id"]) if name}
    texts = {tidy(cell["source"]) for cell in cells if cell["source"]}

    def fit(released: NotebookNode) -> float:
        graded = {grade_id(cell) for cell in released.cells} - {""}
        fixed = {tidy(cell.source) for cell in released.cells} - {""}
        return len(names & graded) / max(1, len(graded)) + len(texts & fixed) / max(1, len(fixed))

    fits = {name: fit(released) for name, released in known.items()}
    best = max(fits, key=lambda name: fits[name], default="")
    return best if fits.get(best) else None


def rebuild(
    author: Assignment,
    submitted: list[dict[str, Any]],
    name: str,
    known: Mapping[str, NotebookNode] | None = None,
) -> tuple[NotebookNode, list[str]]:
    """The author's notebook with the student's solutions, and what else there is to know.

    Cells of the student's own, and further pieces of a solution, run where they stand: between the
    same cells of the author's. Text of their own is kept where a task asks for it. A solution cell
    that is not there leaves nothing in its place, least of all its stub, which would undo a
    solution typed elsewhere.

    Parameters
    ----------
    author : Assignment
    submitted : list of dict
        As `helpers.grading.submission.read` gives them.
    name : str
        Of the file, for messages.
    known : mapping of str to NotebookNode, optional
        All assignments as released, to recognise one of another by; else this one alone.

    Raises
    ------
    Rejected
        If it is a notebook of another assignment or of none, if it holds no solution, or if the
        source of a solution is not text.
    """
    is_of = recognise(submitted, known or {author.name: author.released})
    if is_of != author.name:
        found = f"it is of {is_of!r}" if is_of else "none of its cells is known"
        raise Rejected(f"{name} is not a notebook of {author.name!r}: {found}")
    wanted = [at for at, cell in enumerate(author.source.cells) if facts(cell).get("solution")]
    places = _by_name(author, submitted)
    _add_by_content(author, submitted, places)
    _add_by_position(wanted, submitted, places)
    solutions: dict[int, str] = {}
    own: dict[int, list[NotebookNode]] = {}
    tasks = any(facts(cell).get("task") for cell in author.source.cells)
    after, seen = -1, set()
    for number, (cell, place) in enumerate(zip(submitted, places, strict=True), 1):
        new = place is not None and place not in seen
        if place is not None and new:
            after = place
            seen.add(place)
        if place in wanted and new:
            solutions[place] = _text(cell, name, number)
        elif place in wanted or (place is None and (tasks or cell["cell_type"] == "code")):
            kind = nbformat.v4.new_code_cell
            if place is None and cell["cell_type"] != "code":
                kind = nbformat.v4.new_markdown_cell
            own.setdefault(after, []).append(kind(_text(cell, name, number)))
    if wanted and not solutions and not own:
        raise Rejected(f"{name} has no solution cell of {author.name!r} in it")
    return _assemble(author, solutions, own), _notes(author, wanted, places)


def tidy(source: str) -> str:
    """A source without what editors change by themselves: spaces at the ends of lines."""
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def _text(cell: dict[str, Any], name: str, number: int) -> str:
    if cell["source"] is None:
        raise Rejected(f"{name}, cell {number}: its source is not text")
    return cell["source"]


def _by_name(author: Assignment, submitted: list[dict[str, Any]]) -> Places:
    """Known by the name in the metadata, or by the id, which is the same unless it was lost."""
    names = {grade_id(cell): at for at, cell in enumerate(author.source.cells) if grade_id(cell)}
    return [names.get(grade_id(cell), names.get(cell["id"])) for cell in submitted]


def _add_by_content(author: Assignment, submitted: list[dict[str, Any]], places: Places) -> None:
    """Known by saying what a cell of the released notebook says."""
    texts: dict[tuple[bool, str], list[int]] = {}
    for at, cell in enumerate(author.released.cells):
        texts.setdefault((cell.cell_type == "code", tidy(cell.source)), []).append(at)
    for number, cell in enumerate(submitted):
        if places[number] is None and cell["source"]:
            same = texts.get((cell["cell_type"] == "code", tidy(cell["source"])), [])
            places[number] = next((at for at in same if at not in places), None)


def _add_by_position(wanted: list[int], submitted: list[dict[str, Any]], places: Places) -> None:
    """Known, as a solution, by standing between the same cells as the one that is missing."""
    standing = {at: number for number, at in reversed([*enumerate(places)]) if at is not None}
    gaps: dict[tuple[int, int], list[int]] = {}
    for at in wanted:
        if at not in standing:
            before = max((other for other in standing if other < at), default=None)
            behind = min((other for other in standing if other > at), default=None)
            start = -1 if before is None else standing[before]
            end = len(submitted) if behind is None else standing[behind]
            gaps.setdefault((start, end), []).append(at)
    for (start, end), missing in gaps.items():
        pieces = [
            number
            for number in range(start + 1, end)
            if places[number] is None and submitted[number]["cell_type"] == "code"
        ]
        if len(pieces) >= len(missing):
            for number, at in zip(pieces, missing, strict=False):
                places[number] = at


def _notes(author: Assignment, wanted: list[int], places: Places) -> list[str]:
    """What became of solutions that are not there once, as they were released."""
    notes = []
    for at in wanted:
        name, pieces = grade_id(author.source.cells[at]), places.count(at)
        if pieces > 1:
            notes.append(f"{name!r} is there {pieces} times: run in the notebook's order")
        elif not pieces:
            notes.append(f"{name!r} is not there")
    return notes


def _assemble(
    author: Assignment, solutions: dict[int, str], own: dict[int, list[NotebookNode]]
) -> NotebookNode:
    def cells() -> Iterator[NotebookNode]:
        yield from own.get(-1, [])
        for at, original in enumerate(author.source.cells):
            cell = nbformat.from_dict(original)
            if facts(cell).get("solution"):
                cell.source = solutions.get(at, "")
            yield cell
            yield from own.get(at, [])

    rebuilt = nbformat.v4.new_notebook(metadata=author.source.metadata)
    rebuilt.cells = list(cells())
    for number, cell in enumerate(rebuilt.cells):
        cell["id"] = f"cell-{number}"
    return rebuilt
