"""A list of students in a file of comma-separated values, as registrars and platforms write it."""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path

from helpers.grading.platforms.people import Person, unfit
from helpers.grading.submission import shown

#: What the columns are called, in small letters and with spaces for marks.
NAMES = {
    "id": ("id", "student id", "student", "username", "id number", "sis login id", "user id"),
    "name": ("name", "full name", "student name"),
    "first_name": ("first name", "given name", "firstname", "forename"),
    "last_name": ("last name", "family name", "surname", "lastname"),
    "email": ("email", "email address", "e mail", "mail"),
}
LARGEST = 10_000_000


class Unreadable(Exception):
    """A list that cannot be taken over; the text says where and what was expected."""


def read(path: Path) -> list[Person]:
    """The people in a file.

    Raises
    ------
    Unreadable
        If it has no column of ids, or a line that is no person; nobody is returned then.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise Unreadable(f"{path.name} has more than {LARGEST:,} bytes: is it a list?")
        content = path.read_bytes()
        # What spreadsheets call Unicode text begins with the mark of UTF-16.
        wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        text = content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"{path.name} is not text in UTF-8 (byte {error.start}): save it as CSV UTF-8"
        ) from error
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be read: {error.strerror}") from error
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise Unreadable(f"{path.name} is no file of comma-separated values: {error}") from error
    columns = _columns(rows[0] if rows else [], path.name)
    people: dict[str, Person] = {}
    for number, row in enumerate(rows[1:], 2):
        if not any(field.strip() for field in row):
            continue
        said = {kind: row[at].strip() if at < len(row) else "" for kind, at in columns.items()}
        if fault := unfit(said["id"]):
            raise Unreadable(f"row {number} of {path.name}: the id {shown(said['id'])!r} {fault}")
        if said["id"] in people:
            raise Unreadable(f"row {number} of {path.name}: {shown(said['id'])} is there already")
        first_name, last_name = said.get("first_name", ""), said.get("last_name", "")
        if not first_name and not last_name:
            first_name, last_name = _split(said.get("name", ""))
        people[said["id"]] = Person(said["id"], first_name, last_name, said.get("email", ""))
    if not people:
        raise Unreadable(f"{path.name} has no row below its first one")
    return list(people.values())


def _columns(header: list[str], file: str) -> dict[str, int]:
    """Which column holds what."""
    plain = [" ".join(name.replace("_", " ").replace("-", " ").lower().split()) for name in header]
    found = {
        kind: plain.index(name)
        for kind, names in NAMES.items()
        for name in reversed(names)
        if name in plain
    }
    if "id" not in found:
        told = ", ".join(shown(name) for name in header[:10]) or "nothing"
        raise Unreadable(
            f"the first row of {file} has no column `id` (there is {told}); expected are id, and "
            "name or first_name and last_name, and email"
        )
    return found


def _split(name: str) -> tuple[str, str]:
    """The first and the last name in a full one: ``Last, First`` or ``First Last``."""
    if "," in name:
        last, _, first = name.partition(",")
        return first.strip(), last.strip()
    first, _, last = name.rpartition(" ")
    return first.strip(), last.strip()
