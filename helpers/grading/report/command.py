"""The command `course report`: how a class did in one assignment, as a page."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("assignment")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The page to write.  [default: _build/reports/ASSIGNMENT.html]",
)
@click.pass_obj
def report(root: Path, assignment: str, output: Path | None) -> None:
    """Write a page on how the class did in ASSIGNMENT, and which misconceptions it shows."""
    from helpers.grading import intake
    from helpers.grading.platforms import people
    from helpers.grading.report import files, page, results

    try:
        author = intake.read_assignment(root, assignment)
    except (FileNotFoundError, intake.NotForUs) as error:
        raise click.ClickException(str(error)) from error
    found = results.read_class(root, assignment)
    try:
        absent = people.absent(root, assignment)
    except people.NoGradebook as reason:
        click.echo(f"{reason}; who handed in nothing is not told", err=True)
        absent = []
    if not found:
        raise click.ClickException(f"nothing in {root / 'submitted'}/*/{assignment}")
    target = output or root / "_build" / "reports" / f"{assignment}.html"
    files.check_free(target)
    files.write(target, page.render(root, author, found, absent))
    click.echo(f"{target}: {len(found)} submissions")
