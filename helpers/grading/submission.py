"""What a student handed in: which file is the notebook, and what its cells say.

Honest tools rename, nest, re-encode and strip notebooks: what can be understood is, the rest is
named for what it is. Outputs are dropped unread, and a large file is parsed by a process of its
own, so that no file costs more than bounded time and memory.
"""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

from dateutil import tz

SMALL = 4_000_000  # bytes of a file that may be parsed here
LARGEST = 500_000_000  # bytes of a file: pictures and films in its outputs included
MOST_SOURCE = 5_000_000  # characters of all sources
MOST_CELLS = 2000
MOST_FILES = 1000  # looked at in one folder
PARSER_MEMORY, PARSER_SECONDS = 4_000_000_000, 60  # of the process that parses a large file
# What cannot be stored, compiled or sent: halves of a character, and the null character.
UNUSABLE = re.compile("[\x00\ud800-\udfff]")
#: As the collecting commands of nbgrader write it, or ISO 8601.
TIME = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?)"
    r"( ?(Z|[+-]\d\d:?\d\d)| (?P<zone>[A-Za-z][\w+-]*(/[A-Za-z][\w+-]*)*))?"
)
CONFLICT = re.compile(r"^(<{7}|>{7}) ", re.MULTILINE)
# How files begin that are handed in in a notebook's place.
KINDS = {
    b"PK\x03\x04": "a zip archive: unpack it",
    b"\x1f\x8b": "a gzip archive: unpack it",
    b"7z\xbc\xaf": "a 7z archive: unpack it",
    b"Rar!": "a rar archive: unpack it",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\x89HDF": "a file of weights (HDF5)",
    b"{\\rtf": "a document of a word processor",
    b"bplist": "a web page's archive",
    b"<": "a web page (HTML), perhaps the login page of a platform saved in its place",
}


class Rejected(Exception):
    """A submission that cannot be graded as it is; the text names the file and the cell."""


def candidates(folder: Path, assignment: str) -> list[Path]:
    """The files of a folder, or one folder deeper, that may be the notebook: the newest first.

    Raises
    ------
    Rejected
        If there is none, naming what is there instead.
    """
    try:
        found = [*_files(folder), *(file for place in _folders(folder) for file in _files(place))]
    except OSError as error:
        raise Rejected(f"{shown(folder.name)} cannot be read: {error.strerror}") from None
    notebooks = [path for path in found if ".ipynb" in path.name.lower()]
    if not notebooks:  # a platform or a system took the ending away
        begins = [path for path in found if path.name.lower().startswith(assignment.lower())]
        notebooks = [path for path in begins if path.suffix.lower() in ("", ".json", ".txt")]
    if not notebooks:
        there = ", ".join(sorted(shown(path.name) for path in found)[:5])
        there = f"there is {there}{' and more' if len(found) > 5 else ''}" if found else "no file"
        raise Rejected(f"{assignment}.ipynb was not handed in ({there})")
    exact = f"{assignment}.ipynb"
    return sorted(notebooks, key=lambda path: (-path.lstat().st_mtime, path.name != exact, path))


def read(path: Path) -> list[dict[str, Any]]:
    """The cells of a notebook that anybody may have written: type, names and source of each.

    Raises
    ------
    Rejected
        If it is not a regular file with a notebook in it, saying what it is.
    """
    name = shown(path.name)
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode):
            raise Rejected(f"{name} is not a regular file")
        if found.st_size > LARGEST:
            raise Rejected(f"{name} has {found.st_size:,} bytes, more than {LARGEST:,}")
        return parse(path.read_bytes()) if found.st_size <= SMALL else _parse_apart(path)
    except FileNotFoundError:
        raise Rejected(f"{name} was not handed in") from None
    except OSError as error:
        raise Rejected(f"{name} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise Rejected(f"{name} {error}") from None


def read_timestamp(folder: Path) -> str | None:
    """When the work in a folder was handed in, as ``timestamp.txt`` says it; None without one.

    Raises
    ------
    Rejected
        If the file says no time, with the form that is expected.
    """
    path, said = folder / "timestamp.txt", ""
    with suppress(OSError, UnicodeDecodeError):
        if not stat.S_ISREG(path.lstat().st_mode):
            return _no_time(path.name)
        with path.open("rb") as file:
            said = file.read(1000).decode("utf-8-sig").strip()
    if not os.path.lexists(path):
        return None
    return said if _is_time(said) else _no_time(path.name)


def shown(text: str) -> str:
    """A name as it can be printed on one line, whatever bytes it was made of."""
    letters = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return "".join(letters)


def usable(text: str) -> str:
    """A text without the characters that nothing can store or compile."""
    return UNUSABLE.sub("\ufffd", text)


def _is_time(said: str) -> bool:
    match = TIME.fullmatch(said)
    try:
        return bool(
            match
            and datetime.fromisoformat(match["time"])
            and (match["zone"] is None or tz.gettz(match["zone"]))
        )
    except ValueError:
        return False


def _no_time(name: str) -> NoReturn:
    raise Rejected(
        f"{name} says no time such as '2027-03-01 14:05:00 UTC': late or not was not asked"
    )


def _files(folder: Path) -> Iterator[Path]:
    for path in islice(folder.iterdir(), MOST_FILES):
        if not path.name.startswith(".") and not path.is_dir():
            yield path


def _folders(folder: Path) -> Iterator[Path]:
    for path in islice(folder.iterdir(), MOST_FILES):
        if path.is_dir() and not path.is_symlink() and path.name[0] not in "._":
            yield path


def _parse_apart(path: Path) -> list[dict[str, Any]]:
    """Parse in a process that may not use more memory or time than a large notebook needs."""
    command = [sys.executable, "-m", "helpers.grading.submission", os.fspath(path)]
    done = subprocess.run(command, capture_output=True, cwd=Path(__file__).parents[2])
    if done.returncode != 0:
        raise ValueError("is no notebook that can be read: parsing it took too much time or memory")
    told = json.loads(done.stdout)
    if "fault" in told:
        raise ValueError(told["fault"])
    return told["cells"]


def parse(content: bytes) -> list[dict[str, Any]]:
    """The cells in these bytes, as `read` gives them.

    Raises
    ------
    ValueError
        If they are no notebook, or too much of one: what they are instead.
    """
    if not content.strip(b"\x00\r\n\t "):
        raise ValueError("is not a notebook: it is empty")
    try:
        text = content.decode(json.detect_encoding(content), "surrogatepass")
        notebook = json.loads(text)
    except RecursionError:
        raise ValueError("is not a notebook: it is nested too deeply") from None
    except ValueError as error:
        raise ValueError(f"is not a notebook: {_kind(content, error)}") from None
    cells = _cells(notebook)
    if len(cells) > MOST_CELLS:
        raise ValueError(f"has {len(cells)} cells, more than {MOST_CELLS}")
    slim = [_slim(cell) for cell in cells]
    size = sum(len(cell["source"] or "") for cell in slim)
    if size > MOST_SOURCE:
        raise ValueError(f"has {size:,} characters of source, more than {MOST_SOURCE:,}")
    return slim


def _kind(content: bytes, error: ValueError) -> str:
    """What bytes are that are no JSON, in words."""
    start = content.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \r\n\t")
    text = content.decode(json.detect_encoding(content), "replace")
    if conflict := CONFLICT.search(text):
        line = text.count("\n", 0, conflict.start()) + 1
        return f"it has the marks of an unresolved merge (git) in line {line}"
    for mark, kind in KINDS.items():
        if start.startswith(mark):
            return f"it is {kind}"
    if isinstance(error, UnicodeDecodeError):
        return f"it is not text in UTF-8 (byte {error.start})"
    if isinstance(error, json.JSONDecodeError):
        if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"):
            return f"it ends in the middle (line {error.lineno}): was it cut off on its way?"
        if not start.startswith(b"{"):
            return f"it is some other text, which begins {shown(text.strip()[:40])!r}"
    return str(error)


def _cells(notebook: Any) -> list[dict[str, Any]]:
    """The cells of a notebook of format 4, or of format 3, which had them on worksheets."""
    cells = notebook.get("cells") if type(notebook) is dict else None
    sheets = notebook.get("worksheets") if type(notebook) is dict and cells is None else None
    if type(sheets) is list and all(type(sheet) is dict for sheet in sheets):
        parts = [sheet.get("cells", []) for sheet in sheets]
        cells = [cell for part in parts if type(part) is list for cell in part]
    if type(cells) is not list or not all(type(cell) is dict for cell in cells):
        raise ValueError("is not a notebook: it has no list of cells")
    return cells


def _slim(cell: dict[str, Any]) -> dict[str, Any]:
    """Of a cell what is needed: its type, the names that it goes by, and its source.

    The source is None if it is not text.
    """
    metadata = cell.get("metadata")
    metadata = metadata if type(metadata) is dict else {}
    about = metadata.get("nbgrader")
    grade_id = about.get("grade_id") if type(about) is dict else None
    identity = cell.get("id", metadata.get("id"))  # Colab keeps it among the metadata
    source = cell.get("source", cell.get("input"))  # as format 3 called it
    if type(source) is list and all(type(line) is str for line in source):
        source = "".join(source)
    return {
        "cell_type": "code" if cell.get("cell_type") == "code" else "text",
        "metadata": {"nbgrader": {"grade_id": grade_id}} if type(grade_id) is str else {},
        "id": identity if type(identity) is str else "",
        "source": usable(source) if type(source) is str else None,
    }


def _limit() -> None:
    """Bind this process to what parsing may cost, where the system can."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (PARSER_MEMORY, PARSER_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (PARSER_SECONDS, PARSER_SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(path: str) -> None:
    """Print the cells of a large notebook as JSON, or what is wrong with it."""
    _limit()
    try:
        told: dict[str, Any] = {"cells": parse(Path(path).read_bytes())}
    except ValueError as error:
        told = {"fault": str(error)}
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1])
