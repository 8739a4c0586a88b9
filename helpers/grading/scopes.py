"""The author's names as a notebook's functions see them, read from the source and never run.

A test cell may rebind a learner's name, and what the learner's functions read must then be that.
Only some names are meant: were every name of a test told to the learner's kernel, so would be the
answers that the test has under such names.
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

INNER = ("listcomp", "setcomp", "dictcomp", "genexpr", "genexp", "lambda")
MUTATORS = frozenset(
    "add append clear discard extend insert pop popitem remove reverse setdefault sort update"
    " difference_update intersection_update symmetric_difference_update appendleft".split()
)


def imports_of(sources: Iterable[str]) -> str:
    """The import statements of the cells that the author wrote, which the checker repeats."""
    return _imports(tuple(sources))


@lru_cache(64)  # of an assignment, for each of a class
def _imports(sources: tuple[str, ...]) -> str:
    lines = []
    for source in sources:
        with suppress(SyntaxError):  # magics and shell commands
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    lines.append(ast.unparse(node))
    return "\n".join(dict.fromkeys(lines))


@dataclass(frozen=True)
class Theirs:
    """Names that the learner's functions and the tests have in common."""

    read: frozenset[str] = frozenset()  #: functions, classes, and what these read as globals
    changed: frozenset[str] = frozenset()  #: of those, what the functions change


NOTHING = Theirs()


def theirs(sources: Iterable[str]) -> Theirs:
    """The names that matter in the cells that the author wrote, tests left out.

    Parameters
    ----------
    sources : iterable of str
        Cells that are no Python, because of magics or a fault, say nothing.
    """
    return _theirs(tuple(sources))


@lru_cache(64)
def _theirs(sources: tuple[str, ...]) -> Theirs:
    bound, made, read, changed = set[str](), set[str](), set[str](), set[str]()
    for source in sources:
        try:
            tree, table = ast.parse(source), symtable.symtable(source, "<cell>", "exec")
        except (SyntaxError, ValueError):
            continue
        own = [name for name in table.get_symbols() if not name.is_imported()]
        bound |= {name.get_name() for name in own if name.is_assigned()}
        made |= _defined(tree)
        for scope in _functions(table):
            used = [name for name in scope.get_symbols() if name.is_global()]
            read |= {name.get_name() for name in used if name.is_referenced()}
            changed |= {name.get_name() for name in used if name.is_assigned()}
            changed |= {name.get_name() for name in used} & _mutated(tree)
    changed &= bound | made | read
    return Theirs(frozenset(made | (read & bound) | changed), frozenset(changed))


def _defined(tree: ast.Module) -> set[str]:
    """The functions and classes that a cell makes, also below an ``if``."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in outside_functions(tree) if isinstance(node, kinds)}


def outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a cell that run in its own scope: functions, but not what is in them."""
    for part in ast.iter_child_nodes(node):
        yield part
        if not isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield from outside_functions(part)


def _functions(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    """The scopes of functions and classes, at any depth."""
    for scope in table.get_children():
        if table.get_type() == "module" and scope.get_name() in INNER:
            continue  # it runs once, in its cell
        yield scope
        yield from _functions(scope)


def _mutated(tree: ast.Module) -> set[str]:
    """Names of which functions change what they stand for: ``found[key] = …``, ``found.add(…)``."""
    names = set()
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for node in ast.walk(function):
            target: ast.AST | None = None
            if isinstance(node, ast.Subscript | ast.Attribute) and not isinstance(
                node.ctx, ast.Load
            ):
                target = node.value
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                target = node.func.value if node.func.attr in MUTATORS else None
            while isinstance(target, ast.Subscript | ast.Attribute):
                target = target.value
            if isinstance(target, ast.Name):
                names.add(target.id)
    return names


def deleted_in_functions(tree: ast.Module) -> set[str]:
    """Names that functions declare as global and delete."""
    declared = {
        name for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names
    }
    deleted = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del)
    }
    return declared & deleted
