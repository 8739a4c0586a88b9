"""Zip archives that anybody may have filled: only regular files of bounded size come out."""

from __future__ import annotations

import re
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

from helpers.grading.submission import LARGEST, shown

MOST_MEMBERS = 100_000
BOMB, HARMLESS = 200, 10_000_000  # times its size in the archive, and bytes that are never too much
NO_DATE = 1980  # the year that a zip archive gives to what has none
CHUNK = 1 << 20
LEADS_OUT = re.compile(r"^([/\\]|[A-Za-z]:)|(^|[/\\])\.\.([/\\]|$)")


class Refused(Exception):
    """An archive, or a file in it, that is not unpacked; the text says why."""


@contextmanager
def opened(path: Path) -> Iterator[ZipFile]:
    """A zip archive.

    Raises
    ------
    Refused
        If it is none, or holds more files than any class hands in.
    """
    try:
        archive = ZipFile(path)
    except FileNotFoundError:
        raise Refused(f"there is no file {path}") from None
    except (BadZipFile, ValueError, NotImplementedError) as error:
        raise Refused(f"{path} is no zip archive that can be read: {error}") from error
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}") from error
    with archive:
        count = len(archive.infolist())
        if count > MOST_MEMBERS:
            raise Refused(f"{path} has {count:,} files, more than {MOST_MEMBERS:,}")
        yield archive


def fault(member: ZipInfo) -> str:
    """Why a member of an archive must not be unpacked; an empty text if it may."""
    mode = member.external_attr >> 16
    if LEADS_OUT.search(member.filename) or not member.filename.isprintable():
        return "its path leads out of the archive, or cannot be printed"
    if stat.S_ISLNK(mode):
        return "it is a link"
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return "it is not a regular file"
    if member.flag_bits & 1:
        return "it is encrypted"
    if member.file_size > LARGEST:
        return f"it has {member.file_size:,} bytes, more than {LARGEST:,}"
    if member.file_size > max(HARMLESS, BOMB * member.compress_size):
        return f"it grows to {member.file_size // max(1, member.compress_size):,} times its size"
    return ""


def unpack(archive: ZipFile, member: ZipInfo, target: Path) -> None:
    """Write one member to a new file, no more of it than it says that it has.

    Raises
    ------
    Refused
        If it must not be unpacked, or is damaged.
    """
    if why := fault(member):
        raise Refused(why)
    try:
        with archive.open(member) as source, target.open("xb") as file:
            while chunk := source.read(CHUNK):
                file.write(chunk)
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        target.unlink(missing_ok=True)
        raise Refused(f"it is damaged: {shown(str(error))}") from error


def text(archive: ZipFile, name: str, most: int) -> str:
    """The beginning of a text in an archive; empty if there is none that may be read."""
    try:
        member = archive.getinfo(name)
        if fault(member):
            return ""
        with archive.open(member) as source:
            return source.read(most).decode("utf-8-sig", "replace")
    except (KeyError, BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        return ""


def date(archive: ZipFile, member: ZipInfo) -> datetime:
    """When a member was last changed, by this machine's clock; else when the archive was."""
    if member.date_time[0] > NO_DATE:
        try:
            return datetime(*member.date_time)
        except ValueError:
            pass  # such as a month 0
    return datetime.fromtimestamp(Path(str(archive.filename)).stat().st_mtime)
