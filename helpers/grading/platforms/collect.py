"""The command `course collect`: the archive of a learning platform into submitted/."""

from __future__ import annotations

from pathlib import Path

import click

MOST = 50  # lines of a kind that are printed


@click.command()
@click.option(
    "--from",
    "platform",
    type=click.Choice(["moodle", "canvas", "blackboard", "gradescope"]),
    required=True,
    help="Whose archive it is.",
)
@click.argument("archive", type=click.Path(path_type=Path))
@click.argument("assignment")
@click.pass_obj
def collect(root: Path, platform: str, archive: Path, assignment: str) -> None:
    """Put the notebooks in a platform's ARCHIVE.zip into submitted/STUDENT/ASSIGNMENT/.

    Of each student the newest attempt is taken. What is there already is replaced only by
    something newer.
    """
    from helpers.grading import intake
    from helpers.grading.platforms import archives, layouts, people, placing
    from helpers.grading.submission import shown

    try:
        intake.read_assignment(root, assignment)
        with people.turn(root), archives.opened(archive) as opened:
            found = layouts.PLATFORMS[platform](opened)
            report = placing.place(root, assignment, opened, found, people.roster(root))
    except (FileNotFoundError, archives.Refused, people.NoGradebook) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error
    _print("skipped", [f"{shown(s.name)}: {s.why}" for s in report.skipped])
    _print("kept what is there", report.kept)
    if report.late:
        names = ", ".join(map(shown, report.late))
        click.echo(f"late by the platform's own mark, which tells no time: {names}")
    click.echo(
        f"{len(report.collected)} students collected, {len(report.unchanged)} unchanged, "
        f"{len(report.kept)} kept as they were"
    )
    if report.missed:
        raise click.ClickException("\n".join(["nothing was taken of:", *report.missed]))
    if not report.collected and not report.unchanged and not report.kept:
        raise click.ClickException(f"{archive} holds no submission as {platform} writes them")


def _print(title: str, lines: list[str]) -> None:
    if lines:
        more = [f"… and {len(lines) - MOST} more"] if len(lines) > MOST else []
        click.echo("\n  ".join([f"{title}:", *lines[:MOST], *more]))
