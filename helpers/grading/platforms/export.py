"""The command `course export`: grades as a learning platform's gradebook imports them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from helpers.grading.platforms.people import Grade

#: The columns of a platform that a student's id may stand in, the first by default.
COLUMNS = {
    "canvas": ("ID", "SIS User ID", "SIS Login ID"),
    "moodle": ("ID number", "Username"),
}
FORMULA = tuple("=+-@\t\r")  # how a cell begins that a spreadsheet may run


@click.command()
@click.argument("assignment")
@click.option("--for", "platform", type=click.Choice([*COLUMNS]), required=True)
@click.option(
    "--ids",
    help="The platform's column that your students' ids are, such as «SIS Login ID» or «Username»."
    "  [default: ID, ID number]",
)
@click.option("--title", help="What the platform calls the assignment.  [default: ASSIGNMENT]")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write, which must not be there.  [default: print it]",
)
@click.pass_obj
def export(
    root: Path,
    assignment: str,
    platform: str,
    ids: str | None,
    title: str | None,
    output: Path | None,
) -> None:
    """Write the grades for ASSIGNMENT as a platform's gradebook imports them.

    Only who has a grade is in the file; who has none is named beside it.
    """
    from helpers.grading.platforms import people
    from helpers.grading.submission import shown

    column = ids or COLUMNS[platform][0]
    if column not in COLUMNS[platform]:
        known = ", ".join(COLUMNS[platform])
        raise click.ClickException(f"{platform} has no column {column!r} for ids; it has {known}")
    try:
        graded, without = people.grades(root, assignment)
    except people.NoGradebook as error:
        raise click.ClickException(str(error)) from error
    text = FORMS[platform](graded, column, title or assignment)
    if output is None:
        click.echo(text, nl=False)
    else:
        try:
            with output.open("x", encoding="utf-8", newline="") as file:
                file.write(text)
        except FileExistsError:
            raise click.ClickException(f"{output} is there already: name another file") from None
        except OSError as error:
            raise click.ClickException(f"{output} cannot be written: {error.strerror}") from error
        click.echo(f"{output}: {len(graded)} grades", err=True)
    if without:
        names = ", ".join(shown(person.id) for person in without)
        click.echo(f"without a grade, and not in it: {names}", err=True)


def canvas(grades: Sequence[Grade], column: str, title: str) -> str:
    """The gradebook of Canvas, which finds a student by the first of the ids that is there."""
    head = ["Student", *COLUMNS["canvas"], "Section", title]
    most = grades[0].of if grades else 0.0
    rows = [["    Points Possible", "", "", "", "", _number(most)]]
    for grade in grades:
        person = grade.person
        ids = [person.id if name == column else "" for name in COLUMNS["canvas"]]
        name = ", ".join(filter(None, [person.last_name, person.first_name])) or person.id
        rows.append([name, *ids, "", _number(grade.score)])
    return _table([head, *rows])


def moodle(grades: Sequence[Grade], column: str, title: str) -> str:
    """A table for Moodle's «Import grades from CSV», mapped by the id or the email address."""
    head = [column, "First name", "Last name", "Email address", title]
    rows = [
        [g.person.id, g.person.first_name, g.person.last_name, g.person.email, _number(g.score)]
        for g in grades
    ]
    return _table([head, *rows])


FORMS = {"canvas": canvas, "moodle": moodle}


def _number(points: float) -> str:
    """Points with two digits at most, as platforms keep them."""
    return f"{points:.2f}".rstrip("0").rstrip(".")


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Comma-separated values, all in quotes, none of which a spreadsheet takes for a formula."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([[_harmless(field) for field in row] for row in rows])
    return text.getvalue()


def _harmless(field: str) -> str:
    """A text with an apostrophe before what a spreadsheet would run."""
    return f"'{field}" if field.lstrip().startswith(FORMULA) or field.startswith(FORMULA) else field
