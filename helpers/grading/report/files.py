"""Pages that are written whole, and never over what is not such a page."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import click
import jinja2

from helpers.grading.submission import shown

GENERATOR = "course report"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'"


def environment() -> jinja2.Environment:
    """What the pages are made with: everything that somebody wrote is escaped."""
    folder = jinja2.FileSystemLoader(Path(__file__).parent)
    made = jinja2.Environment(loader=folder, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    made.filters["shown"] = shown
    made.globals |= {"policy": POLICY, "generator": GENERATOR}
    return made


def check_free(target: Path) -> None:
    """Make sure that a page may be written there.

    Raises
    ------
    click.ClickException
        If something else is there.
    """
    if target.exists() and f'content="{GENERATOR}"' not in _beginning(target):
        raise click.ClickException(
            f"{target} is something else than a report: name another file with --output"
        )


def write(target: Path, text: str) -> None:
    """Put a text into a file, whole or not at all.

    Raises
    ------
    click.ClickException
        If the file cannot be written.
    """
    partial = target.with_name(f".{target.name}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, encoding="utf-8")
        partial.replace(target)
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        raise click.ClickException(f"{target} cannot be written: {error.strerror}") from error


def _beginning(path: Path) -> str:
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(2000)
