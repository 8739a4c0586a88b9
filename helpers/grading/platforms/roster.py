"""The command `course roster`: a list of students into the gradebook."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def roster(root: Path, file: Path) -> None:
    """Take over the students in FILE.csv: columns id, name (or first_name, last_name), email.

    All of them or none; who is in the gradebook and not in the file stays.
    """
    from helpers.grading.platforms import lists, people

    try:
        listed = lists.read(file)
        with people.turn(root):
            new = people.enter(root, listed)
    except (lists.Unreadable, people.NoGradebook) as error:
        raise click.ClickException(str(error)) from error
    plural = "" if len(listed) == 1 else "s"
    click.echo(f"{len(listed)} student{plural} in {file.name}, {new} of them new to the gradebook")
