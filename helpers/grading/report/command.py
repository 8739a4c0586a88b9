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
    from helpers.grading.report import page, results

    try:
        author = intake.read_assignment(root, assignment)
    except FileNotFoundError as error:
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
    if target.exists() and f'content="{page.GENERATOR}"' not in _beginning(target):
        raise click.ClickException(
            f"{target} is something else than a report: name another file with --output"
        )
    try:
        write(target, page.render(root, author, found, absent))
    except OSError as error:
        raise click.ClickException(f"{target} cannot be written: {error.strerror}") from error
    click.echo(f"{target}: {len(found)} submissions")


def write(target: Path, text: str) -> None:
    """Put a text into a file, whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(target)
    except OSError:
        partial.unlink(missing_ok=True)
        raise


def _beginning(path: Path) -> str:
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(2000)
