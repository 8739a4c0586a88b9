"""Whose file is which, in the archives that learning platforms give for a whole assignment.

Each platform writes the student, and perhaps the attempt, into the names of files:

- Moodle: ``Full Name_NUMBER_assignsubmission_file_NAME``, or with folders
  ``Full Name_NUMBER_assignsubmission_file/NAME`` (mod/assign/classes/downloader.php);
- Canvas: ``lastfirst_[LATE_]USER_ATTACHMENT_NAME`` (lib/content_zipper.rb);
- Blackboard: ``Title_USER_attempt_YYYY-MM-DD-hh-mm-ss_NAME``, with a note of the same name and
  ``.txt``;
- Gradescope: ``assignment_N_export/submission_M/NAME``, with ``submission_metadata.yml``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zipfile import ZipFile, ZipInfo

import yaml

from helpers.grading.platforms.archives import Refused, date, text

MOODLE = re.compile(
    r"(?P<name>[^_/]+)_(?P<number>\d+)_assignsubmission_(?P<kind>[a-z]+)"
    r"(?:_?/(?P<path>.+)|_(?P<flat>[^/]+))"
)
CANVAS = re.compile(
    r"(?:.*?_)?(?P<late>LATE_)?(?P<user>\d+|anon_[A-Za-z0-9]+)_(?P<file>\d+)_(?P<own>[^/]+)"
)
CANVAS_TEXT = re.compile(r".*_(text|link)\.html")
BLACKBOARD = re.compile(
    r"(?P<head>(?:.*_)?(?P<user>[^_]+))_attempt_(?P<when>\d{4}(?:-\d\d){5})(?:_(?P<own>.+)|\.txt)"
)
BLACKBOARD_NAME = re.compile(r"^Name: .*\((?P<user>[^()\s]+)\)\s*$", re.MULTILINE)
GRADESCOPE = re.compile(r"(?P<top>(?:[^/]+/)?)(?P<key>submission_\d+)/(?P<own>.+)")
METADATA, MOST_METADATA = "submission_metadata.yml", 50_000_000


@dataclass(frozen=True)
class Sent:
    """One file that a student handed in, in one attempt."""

    student: str  #: as the platform knows them
    own: str  #: the file's name as the student gave it
    member: ZipInfo
    when: datetime
    order: int = 0  #: among the files of an attempt, the newest last
    full_name: str = ""  #: if the platform tells
    told: str = ""  #: the time as timestamp.txt says it, if the platform tells
    late: bool = False


@dataclass(frozen=True)
class Skipped:
    """A member of the archive that is not taken, and why."""

    name: str
    why: str


Found = Iterator[Sent | Skipped]


def moodle(archive: ZipFile) -> Found:
    """The files of Moodle's «Download all submissions», in folders or not."""
    for member in _files(archive):
        match = MOODLE.fullmatch(member.filename)
        if not match:
            yield Skipped(member.filename, "it is not named as Moodle names submissions")
        elif match["kind"] != "file":
            yield Skipped(member.filename, "it was typed into the page, and is no file")
        else:
            own, when = match["path"] or match["flat"], date(archive, member)
            yield Sent(match["number"], own, member, when, full_name=match["name"])


def canvas(archive: ZipFile) -> Found:
    """The files of Canvas's «Download Submissions»."""
    for member in _files(archive):
        match = CANVAS.fullmatch(member.filename)
        if match:
            late, order = bool(match["late"]), int(match["file"])
            when = date(archive, member)
            yield Sent(match["user"], match["own"], member, when, order=order, late=late)
        elif CANVAS_TEXT.fullmatch(member.filename):
            yield Skipped(member.filename, "it was typed into the page, and is no file")
        else:
            yield Skipped(member.filename, "it is not named as Canvas names submissions")


def blackboard(archive: ZipFile) -> Found:
    """The files of Blackboard's «Assignment File Download»."""
    users: dict[str, str] = {}
    for member in _files(archive):
        match = BLACKBOARD.fullmatch(member.filename)
        if not match:
            yield Skipped(member.filename, "it is not named as Blackboard names submissions")
            continue
        if not match["own"]:
            continue  # Blackboard's own note
        note = f"{match['head']}_attempt_{match['when']}.txt"
        if note not in users:
            # A user's name may have a low line in it, and so may the assignment's.
            named = BLACKBOARD_NAME.search(text(archive, note, 10_000))
            sure = named and f"_{match['head']}".endswith(f"_{named['user']}")
            users[note] = named["user"] if named and sure else match["user"]
        try:
            when = datetime.strptime(match["when"], "%Y-%m-%d-%H-%M-%S")
        except ValueError:
            yield Skipped(member.filename, "it has no time in its name")
            continue
        yield Sent(users[note], match["own"], member, when, told=f"{when:%Y-%m-%d %H:%M:%S} UTC")


def gradescope(archive: ZipFile) -> Found:
    """The files of Gradescope's «Download Submissions», one folder a submission."""
    about: dict[str, dict[str, Any]] = {}
    for member in _files(archive):
        if member.filename.rpartition("/")[2] == METADATA:
            continue
        match = GRADESCOPE.fullmatch(member.filename)
        if not match:
            yield Skipped(member.filename, "it is not in a folder of a submission")
            continue
        top = match["top"]
        if top not in about:
            about[top] = _metadata(archive, top + METADATA)
        said = about[top].get(match["key"])
        submitters = said.get(":submitters") if isinstance(said, dict) else None
        people = [p for p in submitters or [] if isinstance(p, dict)]
        if not people:
            yield Skipped(member.filename, f"{METADATA} does not say whose it is")
        created = said.get(":created_at") if isinstance(said, dict) else None
        for person in people:
            student = str(person.get(":sid") or person.get(":email") or "")
            name, own = str(person.get(":name") or ""), match["own"]
            if isinstance(created, datetime):
                when = created.astimezone().replace(tzinfo=None)
                told = f"{created.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
                yield Sent(student, own, member, when, full_name=name, told=told)
            else:
                yield Sent(student, own, member, date(archive, member), full_name=name)


PLATFORMS: dict[str, Callable[[ZipFile], Found]] = {
    "moodle": moodle,
    "canvas": canvas,
    "blackboard": blackboard,
    "gradescope": gradescope,
}


def _files(archive: ZipFile) -> Iterator[ZipInfo]:
    """Its files, without those that macOS and Windows add."""
    for member in archive.infolist():
        own = member.filename.rpartition("/")[2]
        added = own in (".DS_Store", "Thumbs.db") or member.filename.startswith("__MACOSX/")
        if not member.is_dir() and not added:
            yield member


def _metadata(archive: ZipFile, name: str) -> dict[str, dict[str, Any]]:
    said = text(archive, name, MOST_METADATA)
    if not said:
        raise Refused(f"there is no {name} in it: is it Gradescope's «Download Submissions»?")
    try:
        found = yaml.load(said, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Refused(f"{name} cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise Refused(f"{name} does not list submissions")
    return found
