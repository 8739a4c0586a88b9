"""What an archive holds for each student, into the folders of the course."""

from __future__ import annotations

import filecmp
import os
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from pathlib import Path
from zipfile import ZipFile

from helpers.grading.platforms.archives import Refused, unpack
from helpers.grading.platforms.layouts import Sent, Skipped
from helpers.grading.platforms.people import Person, unfit
from helpers.grading.submission import shown

ROUNDING = 2  # seconds to which a zip archive rounds its times


@dataclass
class Report:
    """What became of an archive."""

    collected: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)  #: why what is there was not replaced
    skipped: list[Skipped] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)  #: students of whom nothing could be taken
    late: list[str] = field(default_factory=list)


def place(
    root: Path,
    assignment: str,
    archive: ZipFile,
    found: Iterable[Sent | Skipped],
    people: Iterable[Person],
) -> Report:
    """Put the notebooks of each student's newest attempt into ``submitted/STUDENT/ASSIGNMENT/``."""
    report, names = Report(), _by_name(people)
    sent: dict[str, list[Sent]] = defaultdict(list)
    everything = list(found)
    report.skipped += [each for each in everything if isinstance(each, Skipped)]
    taken = [each for each in everything if isinstance(each, Sent)]
    numbers: dict[str, set[str]] = defaultdict(set)  # which two people of one name do not share
    for each in taken:
        numbers[_plain(each.full_name)].add(each.student)
    for each in taken:
        name = _plain(each.full_name)
        listed = names.get(name) if len(numbers[name]) == 1 else None
        student = listed or each.student
        sent[student].append(replace(each, student=student))
    submitted = root / "submitted"
    submitted.mkdir(exist_ok=True)
    for student, files in sorted(sent.items()):
        if fault := unfit(student):
            report.missed.append(f"{shown(student)!r} {fault}")
            continue
        newest = _newest(files, report)
        with tempfile.TemporaryDirectory(prefix=".collect-", dir=submitted) as folder:
            fresh = _unpacked(archive, newest, Path(folder, assignment), report)
            if fresh is None:
                there = ", ".join(sorted({shown(each.own) for each in newest})[:3])
                report.missed.append(f"{shown(student)}: no notebook that could be taken ({there})")
                continue
            _settle(fresh, submitted / student / assignment, student, report)
        if any(each.late for each in newest):
            report.late.append(student)
    return report


def _by_name(people: Iterable[Person]) -> Mapping[str, str]:
    """The ids of those whose names are nobody else's, by the name in either order."""
    ids: dict[str, set[str]] = defaultdict(set)
    for person in people:
        if person.first_name and person.last_name:
            ids[_plain(f"{person.first_name} {person.last_name}")].add(person.id)
            ids[_plain(f"{person.last_name} {person.first_name}")].add(person.id)
    return {name: min(found) for name, found in ids.items() if len(found) == 1}


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace(",", " ").split())


def _newest(files: list[Sent], report: Report) -> list[Sent]:
    """The files of the last attempt, where the platform tells attempts apart."""
    last = max(files, key=lambda each: each.when)
    earlier = [each for each in files if each.told and each.told != last.told]
    report.skipped += [Skipped(each.member.filename, "an earlier attempt") for each in earlier]
    return [each for each in files if each not in earlier]


def _unpacked(archive: ZipFile, files: list[Sent], folder: Path, report: Report) -> Path | None:
    """A new folder with the notebooks among these files; None if there is none."""
    folder.mkdir()
    taken = 0
    for each in sorted(files, key=lambda each: (each.when, each.order)):
        own = each.own.replace("\\", "/").rpartition("/")[2]
        if ".ipynb" not in own.lower() or ".ipynb_checkpoints/" in each.own:
            why = "it is no notebook, and nothing else is read"
            report.skipped.append(Skipped(each.member.filename, why))
            continue
        target = folder / shown(own)
        for number in range(2, len(files) + 2):
            if not target.exists():
                break
            target = folder / f"{number}-{shown(own)}"
        try:
            unpack(archive, each.member, target)
        except Refused as reason:
            report.skipped.append(Skipped(each.member.filename, f"refused: {reason}"))
            continue
        moment = each.when.timestamp() + taken  # of several, the engine takes the newest that fits
        os.utime(target, (moment, moment))
        if each.told:
            (folder / "timestamp.txt").write_text(each.told, encoding="utf-8")
        taken += 1
    return folder if taken else None


def _settle(fresh: Path, target: Path, student: str, report: Report) -> None:
    """Put a new folder in the place of an older one; a newer one, or one of the same, stays."""
    if target.parent.is_symlink() or target.is_symlink():
        report.missed.append(f"{shown(student)}: {target} is a link")
        return
    if target.exists() and not target.is_dir():
        report.missed.append(f"{shown(student)}: {target} is not a folder")
        return
    target.parent.mkdir(exist_ok=True)
    if target.exists():
        if _same(fresh, target):
            report.unchanged.append(student)
            return
        mine, theirs = _time(target), _time(fresh)
        if theirs <= mine + ROUNDING:
            report.kept.append(
                f"{shown(student)}: {_told(mine)} is there, {_told(theirs)} is in the archive; "
                f"to take that, move {target} away"
            )
            return
        _put_aside(target, mine)
    shutil.move(fresh, target)
    report.collected.append(student)


def _put_aside(folder: Path, moment: float) -> None:
    """Keep what is replaced where nothing looks for submissions: a person may have mended it."""
    aside = folder.parent / ".replaced"
    aside.mkdir(exist_ok=True)
    name = f"{folder.name} {datetime.fromtimestamp(moment):%Y-%m-%d %H-%M-%S}"
    number = next(n for n in count(1) if not (aside / f"{name} {n}").exists())
    os.rename(folder, aside / f"{name} {number}")


def _same(one: Path, other: Path) -> bool:
    """Whether two folders hold the same files."""
    names = [sorted(path.name for path in folder.iterdir()) for folder in (one, other)]
    if names[0] != names[1]:
        return False
    _, differ, unread = filecmp.cmpfiles(one, other, names[0], shallow=False)
    return not differ and not unread


def _time(folder: Path) -> float:
    """When the newest file in a folder was written, or handed in."""
    files = (path for path in folder.rglob("*") if path.name != "timestamp.txt")
    return max((path.lstat().st_mtime for path in files), default=0.0)


def _told(moment: float) -> str:
    return f"one of {datetime.fromtimestamp(moment):%Y-%m-%d %H:%M:%S}"
