"""What the outputs of a page depend on, as one key.

A page runs again if its key is another than the one that its outputs were made with. Into it go

- the code of its cells, the tags that change how they run, and the name of its kernel;
- the modules of this project that its cells import, at any depth and in any function, with the
  packages that Python runs on the way and all that those import (the import graph of grimp);
- the records and data files whose names these cells and modules write down as text, and all
  records once ``results.load`` is given anything but a plain name;
- the lock, the version of Python, and what runs the cells.
"""

import ast
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from myst_parser.config.main import read_topmatter

from tools.gates.sources import code_cells, parse
from tools.import_graph import source_of
from tools.remembered import remembered

ROOT = Path(__file__).resolve().parents[1]
RUNNER = ("requirements.txt", "tools/execute_chapters.py")
#: What runs code by a name that is known at run time only; ``!command`` is ``().system``.
IMPORTERS = {"__import__", "import_module", "run_module", "run_path"}
SHELLS = {"().system", "().getoutput"}
#: Tags of cells that change how they run; the others say how they look.
RUN_TAGS = {"raises-exception", "skip-execution"}


class UnreadableError(Exception):
    """A module of the project that Python cannot parse; its text says which, and where."""


def page_keys(pages: Iterable[Path], settings: Mapping[str, str] | None = None) -> dict[Path, str]:
    """The key of every page, under settings that all of them run with.

    Raises
    ------
    UnreadableError
        If a module of a package that a page imports is not Python.
    """
    common = hashlib.sha256(repr((sys.version, sorted((settings or {}).items()))).encode())
    for name in RUNNER:
        common.update((ROOT / name).read_bytes())
    texts = {page: page.read_text(encoding="utf-8") for page in pages}
    told = {page: hints_of_page(text) for page, text in texts.items()}
    project = Project({name for hint in told.values() for name in hint.imports})
    own = {page: repr((common.hexdigest(), what_runs(text))) for page, text in texts.items()}
    return {page: project.key(hint, own[page]) for page, hint in told.items()}


def what_runs(text: str) -> list:
    """Of a page, what its kernel is told: captions and most tags only say how it looks."""
    kernel = read_topmatter(text) or {}
    cells = code_cells(text)
    told = [(cell.source.strip("\n"), sorted(RUN_TAGS & {*cell.tags})) for cell in cells]
    return [kernel.get("kernelspec"), told]


@remembered
def hints_of_page(text: str) -> "Hints":
    """What a page's cells tell; one that is not Python yet counts as empty."""
    body: list[ast.stmt] = []
    for cell in code_cells(text):
        with suppress(SyntaxError):  # told by what runs the cells
            body += parse(cell.source).body
    return hints(ast.Module(body, type_ignores=[]))


class Project:
    """The packages of the project that pages import, and the files that code may name."""

    def __init__(self, imported: set[str]) -> None:
        ours = {path.parent.name for path in ROOT.glob("*/__init__.py")}
        self.graph = import_graph(sorted(ours & {name.split(".")[0] for name in imported}))
        self.modules: set[str] = self.graph.modules if self.graph else set()
        self.records = set(ROOT.glob("results/*.json"))
        given = {*self.records, *ROOT.glob("exercises/*/*"), *ROOT.glob("helpers/**/*")}
        made = {".pyc", ".ipynb"}
        self.everything = {path for path in given if path.is_file() and path.suffix not in made}
        self.data = {path for path in self.everything if path.suffix != ".py"}
        self.read = cache(Path.read_bytes)  # a module that many pages reach is read once

    def key(self, cells: "Hints", own: str) -> str:
        """The key of a page: its own, and the contents of all files that its code uses."""
        modules = self.reached(cells.imports)
        told = [cells, *(hints_of_module(self.read(source_of(name, ROOT))) for name in modules)]
        opaque = any(hint.opaque for hint in told)
        files = {source_of(name, ROOT) for name in modules}
        files |= self.everything if opaque else self.named(told)
        digest = hashlib.sha256(own.encode())
        for path in sorted(files):
            content = hashlib.sha256(self.read(path)).hexdigest()
            digest.update(f"{path.relative_to(ROOT)} {content}\n".encode())
        return digest.hexdigest()

    def reached(self, names: frozenset[str]) -> set[str]:
        """The modules that Python runs for these imports; a package runs before what it holds."""
        seen: set[str] = set()
        todo = set(names)
        while todo:
            name = todo.pop()
            seen.add(name)
            if name.endswith(".*"):
                todo |= {module for module in self.modules if module.startswith(name[:-1])} - seen
            elif name in self.modules:
                todo |= self.graph.find_modules_directly_imported_by(name) - seen
            if package := name.rpartition(".")[0]:
                todo |= {package} - seen
        return seen & self.modules

    def named(self, told: list["Hints"]) -> set[Path]:
        """The records and data files that code names, with or without folder and suffix."""
        words = set().union(*(hint.words for hint in told))
        patterns = {word for word in words if "*" in word.strip("*")}
        found = {path for path in self.data if path.name.split(".")[0] in words}
        found |= {path for path in self.data for each in patterns if path.match(each)}
        return found | (self.records if any(hint.every_record for hint in told) else set())


def import_graph(packages: list[str]) -> Any:
    """The import graph of some packages of the project, or nothing for none."""
    if not packages:
        return None
    import grimp  # late: not every book imports from the project
    from grimp.exceptions import SourceSyntaxError

    try:
        return grimp.build_graph(*packages, cache_dir=None)
    except SourceSyntaxError as error:
        place = f"{Path(error.filename).relative_to(ROOT)}:{error.lineno}"
        raise UnreadableError(f"Python cannot read {place}: {(error.text or '').strip()}") from None


@dataclass(frozen=True)
class Hints:
    """What code tells of the modules and files that it uses."""

    imports: frozenset[str]  # every name that may be a module which it imports
    words: frozenset[str]  # what may name a file: every text, less its folder and suffixes
    every_record: bool  # ``results.load`` is given more than a plain text, or handed on
    opaque: bool  # it runs other code by a name that only the running tells


def hints(tree: ast.Module) -> Hints:
    """What code tells of the modules and files that it uses."""
    nodes = list(ast.walk(tree))
    modules, spelled = imported(nodes)
    words, used, plain, opaque = set(), 0, 0, False
    for node in nodes:
        match node:
            case ast.Constant(value=str(text)) if not re.search(r"\s", text):
                words.add(text if "*" in text else re.split(r"[/\\]", text)[-1].split(".")[0])
            case ast.Attribute() | ast.Name():
                name = dotted(node)
                used += name in spelled
                opaque |= name.rpartition(".")[2] in IMPORTERS or name in SHELLS
            case ast.Call(func=ast.Attribute() | ast.Name() as function):
                given = [*node.args, *(keyword.value for keyword in node.keywords)]
                known = given[0].value if given and isinstance(given[0], ast.Constant) else None
                plain += known is not None and dotted(function) in spelled
                opaque |= known == "run" and dotted(function) == "().run_line_magic"
    return Hints(frozenset(modules), frozenset(words), used > plain, opaque)


def imported(nodes: list[ast.AST]) -> tuple[set[str], set[str]]:
    """What may be a module that is imported, and how the code spells ``results.load``."""
    modules, spelled = set(), set()
    for node in nodes:
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        within = "" if isinstance(node, ast.Import) else f"{node.module or ''}."
        modules.add(within.rstrip("."))
        for alias in node.names:
            whole, name = f"{within}{alias.name}", alias.asname or alias.name
            modules.add(whole)
            if whole.endswith("results"):
                spelled.add(f"{name}.load")
            elif whole.endswith("results.load"):
                spelled.add(name)
    return modules, spelled


@remembered
def hints_of_module(source: bytes) -> Hints:
    """What a module tells of the modules and files that it uses."""
    return hints(ast.parse(source))


def dotted(node: ast.expr) -> str:
    """``a.b.c`` of names and attributes, ``().c`` of what a call returns."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "()"


def read_note(path: Path) -> dict:
    """What an earlier build noted in a file; nothing if it could not finish that."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
