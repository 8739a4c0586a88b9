"""The command `course similar`: which submissions are alike, as a page with their passages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
from nbformat import NotebookNode
from tqdm import tqdm

if TYPE_CHECKING:
    from helpers.grading import intake

FENCED = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


@click.command()
@click.argument("assignment")
@click.option(
    "--least",
    type=click.FloatRange(0, 1),
    default=0.6,
    show_default=True,
    help="How alike a pair is at least: 0 is not at all, 1 wholly.",
)
@click.option(
    "--most", type=click.IntRange(1), default=50, show_default=True, help="Pairs on the page."
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The page to write.  [default: _build/reports/ASSIGNMENT-similar.html]",
)
@click.pass_obj
def similar(root: Path, assignment: str, least: float, most: int, output: Path | None) -> None:
    """Write a page on submissions to ASSIGNMENT that are alike, with what they share."""
    from helpers.grading import intake
    from helpers.grading.report import files, similarity
    from helpers.grading.submission import Rejected

    try:
        author = intake.read_assignment(root, assignment)
    except (FileNotFoundError, intake.NotForUs) as error:
        raise click.ClickException(str(error)) from error
    names = intake.students(root, assignment)
    if not names:
        raise click.ClickException(f"nothing in {root / 'submitted'}/*/{assignment}")
    target = output or root / "_build" / "reports" / f"{assignment}-similar.html"
    files.check_free(target)
    released, unread, sources = intake.releases(root, assignment), [], {}
    for name in tqdm(names, unit="notebook", disable=None):
        try:
            sources[name] = written(author, intake.take(root, name, author, released).notebook)
        except Rejected:
            unread.append(name)
    ground = list(given(author))
    found = similarity.pairs(sources, ground, least)
    shown = [
        (pair, list(zip(pair.students, similarity.side_by_side(one, other, ground), strict=True)))
        for pair in found[:most]
        for one, other in [[sources[name] for name in pair.students]]
    ]
    page = files.environment().get_template("similar.html.j2")
    text = page.render(
        assignment=assignment,
        count=len(sources),
        unread=unread,
        pairs=shown,
        more=len(found) - len(shown),
    )
    files.write(target, text)
    plural = "" if len(found) == 1 else "s"
    click.echo(f"{target}: {len(found)} pair{plural} among {len(sources)} submissions")


def written(author: intake.Assignment, notebook: NotebookNode) -> str:
    """The code that a learner wrote: solution cells, and cells of their own."""
    from helpers.grading.cells import facts

    theirs = {cell.source for cell in author.source.cells if not facts(cell).get("solution")}
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return "\n\n".join(source for source in code if source not in theirs)


def given(author: intake.Assignment) -> Iterator[str]:
    """The code that says nothing about who wrote it: what was released, and the solution."""
    for cell in (*author.released.cells, *author.source.cells):
        yield from [cell.source] if cell.cell_type == "code" else FENCED.findall(cell.source)
