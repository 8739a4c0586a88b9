"""The chapters of the course: what each builds on, and how long it takes to read.

Both are read from the book: the order from its contents, what a chapter builds on from the table
on the page that introduces its part, the time from the chapter itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from tools.diagrams.canvas import BACKWARD, CELLS, INK, MUTED, Canvas
from tools.gates.sources import ROOT, introductions, toc_pages

ROW = re.compile(r"^\| \{doc\}`(?P<name>[^`]+)` \|.*\|(?P<builds>[^|]*)\|$", re.MULTILINE)
DOC = re.compile(r"\{doc\}`([^`]+)`")
TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
TIME = re.compile(r"^\*Reading: ([^.]+)\.", re.MULTILINE)
COLOURS = (CELLS["SimpleRNN"], CELLS["GRU"], CELLS["LSTM"], BACKWARD)  # one for each part
LEFT, WIDTH = 212.0, 640.0
LINE, HEADING = 25.0, 38.0  # height of a chapter, and of the name of a part


class Chapter(NamedTuple):
    """What the map says of a chapter."""

    title: str
    time: str  #: to read it, in words
    builds: tuple[str, ...]  #: the pages that it builds on


def parts() -> Iterator[tuple[str, dict[str, Chapter]]]:
    """The parts by their names, with their chapters by their pages."""
    captions = toc_pages(ROOT)
    for introduction, pages in introductions(ROOT).items():
        rows = dict(_rows(introduction))
        yield captions[introduction], {page: _chapter(page, rows[page]) for page in pages}


def _rows(page: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The chapters that a page has in its table, and what each builds on."""
    folder = PurePosixPath(page).parent
    for row in ROW.finditer(_text(page)):
        builds = (_page(folder, name) for name in DOC.findall(row["builds"]))
        yield _page(folder, row["name"]), tuple(builds)


def _page(folder: PurePosixPath, name: str) -> str:
    """The page that a name stands for on a page in this folder."""
    up = name.removeprefix("../")
    return str((folder if up == name else folder.parent) / up)


def _chapter(page: str, builds: tuple[str, ...]) -> Chapter:
    text = _text(page)
    title, time = TITLE.search(text), TIME.search(text)
    if title is None or time is None:
        raise ValueError(f"{page} has no title, or does not say how long it takes to read")
    return Chapter(title[1].partition(":")[0], time[1], builds)


def _text(page: str) -> str:
    return (ROOT / f"{page}.md").read_text(encoding="utf-8")


def draw() -> Canvas:
    """The drawing."""
    found = list(parts())
    count = sum(len(chapters) for _, chapters in found)
    sheet = Canvas(WIDTH, count * LINE + len(found) * HEADING + 14)
    y, places = 4.0, dict[str, tuple[float, str]]()
    for (caption, chapters), colour in zip(found, COLOURS, strict=True):
        y += HEADING
        sheet.text(LEFT + 16, y - 10, caption, anchor="start", size=15, colour=colour, bold=True)
        for page, chapter in chapters.items():
            y += LINE
            places[page] = y - LINE / 2, colour
            sheet.circle(LEFT, y - LINE / 2, 4.5, colour=colour, tint=1)
            sheet.text(LEFT + 16, y - LINE / 2, chapter.title, anchor="start", colour=INK)
            right = WIDTH - 8
            sheet.text(right, y - LINE / 2, chapter.time, anchor="end", size=13, colour=MUTED)
    for _, chapters in found:
        for page, chapter in chapters.items():
            for earlier in chapter.builds:
                (start, colour), (end, _) = places[earlier], places[page]
                sheet.arc((LEFT - 7, start), (LEFT - 7, end), colour=colour)
    return sheet
