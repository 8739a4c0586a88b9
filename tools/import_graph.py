"""Which modules of this project run when others are imported: the import graph of `grimp`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import grimp

PACKAGES = ("helpers", "tests", "tools")


@cache
def graph() -> grimp.ImportGraph:
    """What imports what, in functions too."""
    import grimp  # late: who only looks for a module's file does without

    return grimp.build_graph(*PACKAGES, cache_dir=None)


def module_of(name: str) -> str | None:
    """The module that a dotted name lies in: ``helpers.plots`` for ``helpers.plots.use_style``."""
    while name and name not in graph().modules:
        name = name.rpartition(".")[0]
    return name or None


def reached(names: Iterable[str], *, but: tuple[str, ...] = ()) -> set[str]:
    """The modules that run when these are imported; a package runs before what it holds.

    Parameters
    ----------
    names : iterable of str
    but : tuple of str
        Packages that are neither named nor followed.
    """
    seen: set[str] = set()
    todo = set(names)
    while todo:
        name = todo.pop()
        if name not in graph().modules or _within(name, but):
            continue
        seen.add(name)
        package = name.rpartition(".")[0]
        todo |= (graph().find_modules_directly_imported_by(name) | {package}) - seen
    return seen


def _within(name: str, packages: tuple[str, ...]) -> bool:
    return any(f"{name}.".startswith(f"{package}.") for package in packages)


def source_of(module: str, root: Path) -> Path:
    """The file of a module in a checkout of the project."""
    path = root.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
