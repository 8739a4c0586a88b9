"""Another user: root can have the tests of the sandbox run as anybody else would run them."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
USER = 54321  # nobody's number
OPEN = 0o005  # others may read and enter


def as_ordinary_user(words: list[str]) -> list[str]:
    """A command that runs another one as an ordinary user, if root runs it.

    Python may be installed where only root can go, such as below /root. There, for this command
    alone, an empty folder hides all but what it needs.
    """
    needed = {Path(sys.base_prefix).resolve(), Path(sys.prefix), ROOT}
    closed = {folder for path in needed for folder in path.parents if not is_open(folder)}
    walls = ["bwrap", "--dev-bind", "/", "/"]
    for folder in sorted(closed):
        if not closed & set(folder.parents):
            walls += ["--perms", "0755", "--tmpfs", str(folder)]
    hidden = {path for path in needed if closed & set(path.parents)}
    between = {folder for path in hidden for folder in path.parents if closed & {*folder.parents}}
    for folder in sorted(between):
        walls += ["--perms", "0755", "--dir", str(folder)]
    for path in sorted(hidden):
        walls += ["--ro-bind", str(path), str(path)]
    walls += ["--setenv", "HOME", "/tmp", "--cap-add", "ALL", "--die-with-parent", "--"]
    user = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--"]
    return [*walls, *user, *words]


def is_open(folder: Path) -> bool:
    """Whether others may enter and list a folder."""
    return folder.stat().st_mode & OPEN == OPEN
