"""Systematic small faults in a piece of code: what a hidden test should notice.

Each is one change of the kind that people make: a comparison that is off by its limit, a constant
off by one, operands swapped, a keyword or a statement lost, an argument written in place.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from typing import NamedTuple


class Mutant(NamedTuple):
    """A piece of code with one fault in it."""

    does: str  #: what was changed, and in which line of the original
    source: str


_SWAPS: dict[type, tuple[type, ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div,),
    ast.Pow: (ast.Mult,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}
_ORDERED = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult)
# Spoils what a function was given, after its work is done.
_SPOILER = """
def _spoil(value):
    if isinstance(value, dict):
        value.clear()
    elif isinstance(value, list):
        for item in value:
            _spoil(item)
        value.reverse()
        value.append(0)
    elif isinstance(value, np.ndarray) and value.flags.writeable and value.dtype != object:
        value[...] = np.zeros_like(value)
"""


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a piece of code, in the order of its lines; none twice.

    Parameters
    ----------
    source : str
        Python that parses.
    """
    tree = ast.parse(source)
    seen = {ast.unparse(tree)}
    idle = {id(node) for each in ast.walk(tree) if _is_idle(each) for node in ast.walk(each)}
    for number, node in enumerate(ast.walk(tree)):
        if id(node) in idle:
            continue
        for does, change in _changes(node):
            changed = copy.deepcopy(tree)
            change(next(n for i, n in enumerate(ast.walk(changed)) if i == number))
            text = ast.unparse(ast.fix_missing_locations(changed))
            if text not in seen:
                seen.add(text)
                yield Mutant(f"line {getattr(node, 'lineno', 0)}: {does}", text)
    yield from _writers(tree)


def _is_idle(node: ast.AST) -> bool:
    """Whether nobody minds what it is: what is printed, and which numbers chance draws."""
    if isinstance(node, ast.keyword):
        return node.arg in ("verbose", "seed")
    call = node.value if isinstance(node, ast.Expr) else None
    said = ast.unparse(call.func) if isinstance(call, ast.Call) else ""
    return said in ("print", "keras.utils.set_random_seed", "plt.show")


Change = tuple[str, Callable[[ast.AST], object]]


def _changes(node: ast.AST) -> Iterator[Change]:
    """What can be done to one node, as functions of the same node in a copy of the tree."""
    match node:
        case ast.Compare():
            for i, operator in enumerate(node.ops):
                for other in _SWAPS.get(type(operator), ()):
                    yield (
                        f"{_name(operator)} becomes {other.__name__}",
                        lambda n, i=i, other=other: n.ops.__setitem__(i, other()),
                    )
        case ast.BinOp() | ast.AugAssign() | ast.BoolOp():
            for other in _SWAPS.get(type(node.op), ()):
                yield (
                    f"{_name(node.op)} becomes {other.__name__}",
                    lambda n, other=other: setattr(n, "op", other()),
                )
            if isinstance(node, ast.BinOp) and isinstance(node.op, _ORDERED):
                yield f"operands of {_name(node.op)} swapped", _swap
        case ast.UnaryOp():
            yield f"{_name(node.op)} lost", lambda n: _become(n, n.operand)
        case ast.IfExp() | ast.If():
            yield "the test of an if turned round", lambda n: setattr(n, "test", _not(n.test))
        case ast.Constant():
            yield from _constants(node)
        case ast.Call():
            yield from _calls(node)
    for field in ("body", "orelse"):
        statements = getattr(node, field, None)
        for i, statement in enumerate(statements if isinstance(statements, list) else ()):
            if _can_go(statement):
                yield (
                    f"lost: {ast.unparse(statement)[:60]}",
                    lambda n, field=field, i=i: getattr(n, field).__setitem__(i, ast.Pass()),
                )


def _constants(node: ast.Constant) -> Iterator[Change]:
    value = node.value
    others: tuple[object, ...] = ()
    if isinstance(value, bool):
        others = (not value,)
    elif isinstance(value, int | float):
        others = (value + 1, value - 1)
    for other in others:
        yield f"{value} becomes {other}", lambda n, other=other: setattr(n, "value", other)


def _calls(node: ast.Call) -> Iterator[Change]:
    name = ast.unparse(node.func)
    for i, keyword in enumerate(node.keywords):
        yield f"{name} without {keyword.arg}", lambda n, i=i: n.keywords.pop(i)
    if len(node.args) == 1 and not node.keywords:
        yield f"{name}(x) becomes x", lambda n: _become(n, n.args[0])
    if isinstance(node.func, ast.Attribute) and not node.args and not node.keywords:
        yield f"without .{node.func.attr}()", lambda n: _become(n, n.func.value)


def _can_go(statement: ast.stmt) -> bool:
    """Whether it says nothing that a later line needs in order to run at all."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Call) and not _is_idle(statement)
    if isinstance(statement, ast.Assign):
        return not all(isinstance(target, ast.Name | ast.Tuple) for target in statement.targets)
    return isinstance(statement, ast.AugAssign | ast.If | ast.For | ast.Continue | ast.Raise)


def _writers(tree: ast.Module) -> Iterator[Mutant]:
    """Each function of the first level, made to spoil one of its arguments when it is done."""
    for number, function in enumerate(tree.body):
        if not isinstance(function, ast.FunctionDef):
            continue
        for argument in [*function.args.posonlyargs, *function.args.args]:
            changed = copy.deepcopy(tree)
            body = changed.body[number].body  # type: ignore[attr-defined]
            spoil = ast.parse(f"_spoil({argument.arg})").body
            changed.body[number].body = [  # type: ignore[attr-defined]
                ast.Try(body=body, handlers=[], orelse=[], finalbody=spoil)
            ]
            text = _SPOILER + ast.unparse(ast.fix_missing_locations(changed))
            yield Mutant(f"{function.name} writes into {argument.arg}", text)


def _name(operator: ast.AST) -> str:
    return type(operator).__name__


def _swap(node: ast.BinOp) -> None:
    node.left, node.right = node.right, node.left


def _not(test: ast.expr) -> ast.expr:
    return ast.UnaryOp(op=ast.Not(), operand=test)


def _become(node: ast.AST, other: ast.AST) -> None:
    """Turn a node into another one, in place."""
    node.__class__ = other.__class__
    node.__dict__ = dict(other.__dict__)
