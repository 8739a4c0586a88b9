"""Put released files where people work on them, and lose nothing that a person wrote there.

A file is replaced or deleted only if its bytes are those of some release; a manifest, kept among
the files, has the checksums of all of them. Whatever else lies there is left untouched, and what
cannot take its place goes beside it: ``exploding (new release).ipynb``.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

MANIFEST = "releases.json"
History = dict[str, list[str]]  # checksums of each file's releases, the newest last


class ReleaseError(Exception):
    """What keeps an assignment from being released; the text says what to do."""


@dataclass(frozen=True)
class Change:
    """A file to be written, or to be deleted if it has no new content."""

    path: Path
    old: bytes | None
    new: bytes | None


def publish(release: Path, place: Path, *, keep: Collection[str] = ()) -> list[str]:
    """Bring ``place`` up to date with ``release``; say what was written and what was left.

    Folders named in ``keep`` are left alone: what belongs there could not be released this time.

    Raises
    ------
    ReleaseError
        If something fails; then everything is as it was before.
    """
    history, fresh = read_manifest(place), files_of(release)
    changes, lines = [], []
    for name, content in fresh.items():
        earlier = history.get(name, [])
        ours = {*earlier, checksum(content)}
        path, reason = _target(place, name, ours)
        old = path.read_bytes() if path.is_file() else None
        if reason and earlier[-1:] == [checksum(content)]:
            lines.append(f"{name} {reason}: left as it is")
            continue
        if old == content:
            continue
        changes.append(Change(path, old, content))
        beside = f"the new release is {path.relative_to(place)}"
        lines.append(f"{name} {reason}: left as it is, {beside}" if reason else name)
    for name in sorted(history.keys() - fresh.keys()):
        if name.partition("/")[0] in keep:
            continue
        path, found = place / name, _in_the_way(place, place / name, set(history[name]))
        if not os.path.lexists(path):
            continue
        if not found:
            changes.append(Change(path, path.read_bytes(), None))
        lines.append(f"{name} is released no more: {'left as it is' if found else 'deleted'}")
    manifest = _encode(_extend(history, fresh))
    old = (place / MANIFEST).read_bytes() if (place / MANIFEST).is_file() else None
    if manifest != old:
        # First of all: what was written by a command that was killed is still known as ours.
        changes.insert(0, Change(place / MANIFEST, old, manifest))
    _carry_out(changes, lines, place)
    return lines


def files_of(folder: Path) -> dict[str, bytes]:
    """The content of every file by its path in the folder, with slashes."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def checksum(content: bytes) -> str:
    """SHA-256, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def read_manifest(place: Path) -> History:
    """The checksums of all releases; none where nothing was ever released.

    Raises
    ------
    ReleaseError
        If the manifest cannot be read: nobody could tell a product from somebody's work.
    """
    path = place / MANIFEST
    try:
        history = json.loads(path.read_text(encoding="utf-8"))
        if not all(type(sums) is list for sums in history.values()):
            raise ValueError("no lists of checksums")
    except FileNotFoundError:
        return {}
    except (ValueError, AttributeError, OSError) as error:
        raise ReleaseError(
            f"{path}, the list of earlier releases, cannot be read: {error}\n"
            f"Restore it:  git checkout {place.name}/{MANIFEST}   (after a merge, keep both sides)"
        ) from None
    return history


def _in_the_way(place: Path, path: Path, ours: set[str]) -> tuple[Path, str] | None:
    """The file, or the folder above it, that somebody put there, and what it is."""
    above = [place / part for part in reversed(path.relative_to(place).parents[:-1])]
    for folder in above:
        if os.path.lexists(folder) and (folder.is_symlink() or not folder.is_dir()):
            return folder, f"lies in {folder.name}, which is no plain folder"
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            return path, "is a link"
        if not stat.S_ISREG(mode):
            return path, "is no file"
        if not mode & stat.S_IWUSR:
            return path, "is read-only"
        if checksum(path.read_bytes()) not in ours:
            return path, "was changed here"
    except FileNotFoundError:
        return None
    except OSError as error:
        return path, f"cannot be read ({error.strerror})"
    return None


def _target(place: Path, name: str, ours: set[str]) -> tuple[Path, str]:
    """Where a released file can be written, and what keeps it from its own place."""
    found = _in_the_way(place, place / name, ours)
    if found is None:
        return place / name, ""
    blocked, reason = found
    for number in count(1):
        mark = "(new release)" if number == 1 else f"(new release {number})"
        free = blocked.with_name(f"{blocked.stem} {mark}{blocked.suffix}")
        path = free / (place / name).relative_to(blocked)
        if _in_the_way(place, path, ours) is None:
            return path, reason
    raise AssertionError("count() ends")


def _extend(history: History, fresh: dict[str, bytes]) -> History:
    """The history with each file's checksum as its newest, once."""
    extended = dict(history)
    for name, content in fresh.items():
        earlier = [known for known in history.get(name, []) if known != checksum(content)]
        extended[name] = [*earlier, checksum(content)]
    return extended


def _encode(history: History) -> bytes:
    """One checksum a line: changes of two authors can be merged."""
    return (json.dumps(history, indent=1, sort_keys=True) + "\n").encode()


def _carry_out(changes: list[Change], lines: list[str], place: Path) -> None:
    """Write everything beside its place first; then put it there, or put all back."""
    staged: dict[Change, Path] = {}
    made: list[Path] = []
    done: list[Change] = []
    try:
        for change in changes:
            if change.new is not None:
                made += _make_folders(change.path.parent)
                staged[change] = _partial(change)
        for change in changes:
            if _bytes_at(change.path) != change.old:
                raise ReleaseError(f"{change.path} was changed this moment: run it again")
            _put(change.path, staged.get(change))
            done.append(change)
    except BaseException as error:
        for change in reversed(done):
            _put_back(change)
        for path in staged.values():
            path.unlink(missing_ok=True)
        for folder in reversed(made):
            with suppress(OSError):
                folder.rmdir()
        if isinstance(error, OSError):
            raise ReleaseError(f"nothing was released: {error}") from error
        raise
    for change in done:
        folder = change.path.parent
        with suppress(OSError):  # somebody's files are still in it
            while change.new is None and folder != place:
                folder.rmdir()
                folder = folder.parent


def _make_folders(folder: Path) -> list[Path]:
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for path in reversed(missing):
        path.mkdir()
    return missing[::-1]


def _partial(change: Change) -> Path:
    """The new content in a file of its own, which is nobody's."""
    path = change.path.with_name(f".{change.path.name}.{os.getpid()}.partial")
    with path.open("xb") as file:
        try:
            file.write(change.new or b"")
        except BaseException:
            path.unlink()
            raise
    return path


def _bytes_at(path: Path) -> bytes | None:
    return path.read_bytes() if os.path.lexists(path) else None


def _put(path: Path, new: Path | None) -> None:
    if new is None:
        path.unlink()
    else:
        new.replace(path)


def _put_back(change: Change) -> None:
    if change.old is None:
        change.path.unlink()
    else:
        _partial(Change(change.path, None, change.old)).replace(change.path)
