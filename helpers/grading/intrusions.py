"""Test cells that reach into the notebook's own process, found in their source.

The engine runs a test in another process than the notebook. What a test does there to a library,
or puts in the place of a learner's function, the learner's code would never meet.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from helpers.grading.magics import NotTested, python
from helpers.grading.scopes import Theirs, outside_functions

REDIRECTED = {("sys", "stdout"), ("sys", "stderr")}  # what is printed there does cross
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
DOUBLES = {"Mock", "MagicMock", "AsyncMock", "NonCallableMock", "create_autospec", "mock_open"}


class Intrusion(NamedTuple):
    """One place in a test cell, and what is wrong with it."""

    line: int
    text: str


def intrusions(source: str, theirs: Theirs, imports: str = "") -> list[Intrusion]:
    """All of a cell, in the order of its lines.

    Parameters
    ----------
    source : str
        The test cell.
    theirs : Theirs
        The names that the learner's functions share with the tests.
    imports : str
        The import statements of the author's other cells.
    """
    tree = _parsed(source)
    return sorted([*_patches(tree, imports), *_stand_ins(tree, theirs)]) if tree else []


@lru_cache(1024)  # of an assignment, for each of a class
def unfit(source: str, imports: str = "") -> str:
    """Why a cell changes a module or has one patched, so that it cannot be run apart from others.

    An empty text if it does not. What it does to names is found out when it runs.
    """
    tree = _parsed(source)
    found = sorted(_patches(tree, imports)) if tree else []
    if not found:
        return ""
    return f"Line {found[0].line} of this test {found[0].text}: it is to be graded by a person."


def _parsed(source: str) -> ast.Module | None:
    try:
        return ast.parse(python(source))
    except (SyntaxError, ValueError, NotTested):
        return None


def _patches(tree: ast.Module, imports: str) -> Iterator[Intrusion]:
    """Where a cell changes a module, or has a mocking library do so."""
    modules = {"__builtins__"} | {
        alias.asname or alias.name.partition(".")[0]
        for node in [*ast.walk(tree), *ast.walk(ast.parse(imports))]
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    elsewhere = "which the notebook, in a process of its own, does not see"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            name = ast.unparse(node)
            root, _, rest = name.partition(".")
            if root in modules and rest.count(".") < 2 and (root, rest) not in REDIRECTED:
                yield Intrusion(node.lineno, f"changes `{name}`, {elsewhere}")
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            first = ast.unparse(node.args[0]) if node.args else ""
            if called in ("setattr", "delattr") and first in modules:
                yield Intrusion(node.lineno, f"changes `{first}`, {elsewhere}")
            elif "patch" in called.split(".")[:2]:
                yield Intrusion(node.lineno, f"patches {first or 'something'}, {elsewhere}")


def _stand_ins(tree: ast.Module, theirs: Theirs) -> Iterator[Intrusion]:
    """Where a function of the test's own takes a name that the learner's code may look up."""
    own: dict[str, ast.AST] = {
        node.name: node for node in ast.walk(tree) if isinstance(node, FUNCTIONS)
    }
    read = {
        node.id: node.lineno
        for node in reversed([*outside_functions(tree)])
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    for name, value, line in _bindings(tree):
        if isinstance(value, ast.expr) and not _is_callable(value, own):
            continue
        own.setdefault(name, value)
        known = name in theirs.read or hasattr(builtins, name)
        if known or read.get(name, line + 1) <= line:
            yield Intrusion(
                line,
                f"puts a function of its own in the place of `{name}`, and the learner's code, in"
                " another process, cannot call back",
            )


def _bindings(tree: ast.Module) -> Iterator[tuple[str, ast.AST, int]]:
    """What is bound to names of the cell's own scope, also by functions that declare them global.

    The value of a function or class is its definition.
    """
    shared = {
        name for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names
    }
    outer = {id(node) for node in outside_functions(tree)}
    for node in ast.walk(tree):
        if isinstance(node, FUNCTIONS) and id(node) in outer:
            yield node.name, node, node.lineno
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = [*zip(target.elts, node.value.elts, strict=False)]
            for one, value in pairs:
                if isinstance(one, ast.Name) and (id(node) in outer or one.id in shared):
                    yield one.id, value, node.lineno


def _is_callable(value: ast.expr, own: dict[str, ast.AST]) -> bool:
    """Whether an expression is, as far as its form tells, a function that the test made."""
    if isinstance(value, ast.Lambda):
        return True
    if isinstance(value, ast.Name):
        return value.id in own
    if isinstance(value, ast.Call):
        called = ast.unparse(value.func)
        if called.rpartition(".")[2] in DOUBLES:
            return True
        if called.rpartition(".")[2] == "partial":
            return bool(value.args) and _is_callable(value.args[0], own)
        made = own.get(called)
        return isinstance(made, ast.ClassDef) or _returns_a_function(made)
    return False


def _returns_a_function(made: ast.AST | None) -> bool:
    """Whether a function returns one that is made in it."""
    if not isinstance(made, ast.FunctionDef):
        return False
    inner = {node.name for node in ast.walk(made) if isinstance(node, FUNCTIONS)} - {made.name}
    returned = [node.value for node in ast.walk(made) if isinstance(node, ast.Return)]
    return any(
        isinstance(value, ast.Lambda) or (isinstance(value, ast.Name) and value.id in inner)
        for value in returned
    )
