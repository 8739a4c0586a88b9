"""How a class stands, as a table for people and as comma-separated values for programs."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import TextIO

from helpers.grading.ledger import Row
from helpers.grading.submission import shown

NARROWEST, WIDEST = 22, 40  # letters of the column of names
GAP = "  "


def lines(rows: Iterable[Row]) -> list[str]:
    """A line for each row, in columns; a name that is too long moves its own line alone."""
    cells = [(shown(row.student), row.status, score(row), row.message) for row in rows]
    longest = max((len(name) for name, *_ in cells), default=0)
    widths = (
        min(max(longest, NARROWEST), WIDEST),
        max((len(status) for _, status, *_ in cells), default=0),
        max((len(points) for *_, points, _ in cells), default=0),
    )
    return [_line(row, widths) for row in cells]


def _line(row: tuple[str, ...], widths: tuple[int, ...]) -> str:
    columns = [text.ljust(width) for text, width in zip(row, widths, strict=False)]
    return GAP.join([*columns, row[-1]]).rstrip()


def score(row: Row) -> str:
    """The points of a row, and what is still to be graded by a person."""
    points = f"{row.score:5g} / {row.of:g}"
    if row.waiting:
        points += f" + {row.waiting} cell{'s' if row.waiting > 1 else ''} by hand"
    return points


def write_csv(rows: Iterable[Row], file: TextIO) -> None:
    """One line a row; ``by_hand`` counts the cells that wait for a person."""
    writer = csv.writer(file)
    writer.writerow(["student", "status", "score", "max_score", "message", "by_hand"])
    for row in rows:
        facts = [row.status, row.score, row.of, row.message, row.waiting]
        writer.writerow([shown(row.student), *facts])
