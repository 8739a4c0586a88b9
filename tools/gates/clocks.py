"""A rule for the cells of a chapter: no assertion depends on how busy the machine is."""

import ast
from collections.abc import Iterator

from tools.gates.sources import code_cells, parse

#: What reads a clock on the wall, by the last part of its name; ``time`` as ``time.time``.
WALL = {"perf_counter", "perf_counter_ns", "monotonic", "monotonic_ns", "time_ns", "timeit"}
WALL |= {"default_timer", "datetime", "time"}
#: What reads the processor's, which a busy machine slows down less, but another machine changes.
PROCESSOR = {"process_time", "process_time_ns", "thread_time", "cpu_times", "milliseconds"}
#: Methods that put what they are given into their object.
FILLS = {"append", "extend", "insert", "add", "update", "setdefault"}


def clocks(text: str) -> list[str]:
    """Assertions on times: none on the wall's clock, ratios alone of the processor's."""
    wall, processor = Taint(WALL), Taint(PROCESSOR)
    faults = []
    for cell in code_cells(text):
        for node in _statements(cell.source):
            wall.follow(node)
            processor.follow(node)
            for check in _checks(node):
                line = cell.line + check.lineno - 1
                if wall.readings(check):
                    faults.append(
                        f"line {line}: an assertion on a wall clock: a busy machine fails it"
                    )
                elif processor.readings(check) == 1:
                    faults.append(f"line {line}: an assertion on one time: compare it with another")
    return faults


class Taint:
    """The names that hold what a clock said, as far as a page's statements tell."""

    def __init__(self, sources: set[str]) -> None:
        self.sources = sources
        self.names: set[str] = set()

    def readings(self, node: ast.AST) -> int:
        """How many times an expression refers to what a clock said."""
        return sum(self._reads(part) for part in ast.walk(node))

    def follow(self, statement: ast.AST) -> None:
        """Note the names that a statement gives such a value to, and those it gives another."""
        for node in ast.walk(statement):
            match node:
                case ast.FunctionDef():
                    self._bind([ast.Name(node.name)], node)
                case ast.Assign():
                    self._bind(node.targets, node.value)
                case ast.AnnAssign() | ast.NamedExpr() if node.value:
                    self._bind([node.target], node.value)
                case ast.For() | ast.comprehension():
                    self._bind([_without_key(node)], node.iter)
                case ast.AugAssign():
                    self._add(node.target, node.value)
                case ast.Call(func=ast.Attribute(attr=verb, value=owner)) if verb in FILLS:
                    for argument in node.args:
                        self._add(owner, argument)

    def _bind(self, targets: list[ast.expr], value: ast.AST) -> None:
        for target in targets:
            if self.readings(value):
                self._add(target, value)
            elif not isinstance(target, ast.Subscript):
                self.names -= set(_owners(target))

    def _add(self, target: ast.expr, value: ast.AST) -> None:
        if self.readings(value):
            self.names |= set(_owners(target))

    def _reads(self, node: ast.AST) -> bool:
        match node:
            case ast.Name(id=name):
                return name in self.names or (name in self.sources and name != "time")
            case ast.Attribute(attr="time", value=ast.Name(id="time")):
                return "time" in self.sources
            case ast.Attribute(attr=name):
                return name in self.sources - {"time"}
            case ast.Call(func=ast.Attribute(attr="run_line_magic" | "run_cell_magic")):
                return isinstance(node.args[0], ast.Constant) and node.args[0].value in self.sources
        return False


def _statements(source: str) -> list[ast.stmt]:
    try:
        return parse(source).body
    except SyntaxError:
        return []  # told by what runs the cells


def _checks(statement: ast.AST) -> Iterator[ast.expr]:
    """What fails a page: assertions, those of ``np.testing``, and errors under a condition."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Assert):
            yield node.test
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2].startswith(
            "assert"
        ):
            yield node
        elif isinstance(node, ast.If | ast.While) and any(
            isinstance(part, ast.Raise) for body in node.body for part in ast.walk(body)
        ):
            yield node.test


def _without_key(loop: ast.For | ast.comprehension) -> ast.expr:
    """The target of a loop, less the key or number that comes with each value."""
    items = ast.unparse(loop.iter).endswith(".items()") or "enumerate(" in ast.unparse(loop.iter)
    target = loop.target
    return target.elts[-1] if items and isinstance(target, ast.Tuple) else target


def _owners(target: ast.expr) -> Iterator[str]:
    """The variables of a target: ``a`` and ``b`` in ``a, b[0].c``."""
    for node in ast.walk(target):
        if isinstance(node, ast.Name):
            yield node.id
