"""A rule for the cells of a chapter: what only draws, or only checks, is folded; all else is open.

Folded is a cell with the tag ``hide-input``. A cell *draws* if it shows a figure, and *checks* if
it asserts something and shows nothing. It does *only* that if no later cell reads a name that it
binds. Checks may stand open where a sentence leads up to them, and so may those of shapes and of
one computation by another: they are the argument. Other ones, right under a cell, interrupt it.
"""

import ast
from collections.abc import Iterable, Iterator

from tools.gates.sources import Cell, code_cells, parse, walk

FOLDED, REMOVED = "hide-input", "remove-input"
#: Calls that do more than to draw.
TELLS = {"print", "display", "glue", "fit"}


def folds(text: str) -> list[str]:
    """Cells that should be folded and are not, and the other way round."""
    found, faults = code_cells(text), []
    led_up_to = {cell.line: True for cell in found} | dict(introduced(text))
    trees = [tree_of(cell) for cell in found]
    for index, (cell, tree) in enumerate(zip(found, trees, strict=True)):
        if REMOVED in cell.tags:
            continue
        alone = not is_read(bound_by(tree), trees[index + 1 :])
        draws, checks = alone and only_draws(cell, tree), alone and only_checks(cell, tree)
        if FOLDED in cell.tags and not (draws or checks):
            faults.append(f"line {cell.line}: hide-input folds more than a drawing or checks")
        if FOLDED not in cell.tags and draws:
            faults.append(f"line {cell.line}: the cell only draws: fold it with hide-input")
        if FOLDED not in cell.tags and checks and not (led_up_to[cell.line] or proves(tree)):
            faults.append(f"line {cell.line}: checks under another cell: fold them with hide-input")
    return faults


def introduced(text: str) -> Iterator[tuple[int, bool]]:
    """The line of every cell, and whether anything that is read stands right before it."""
    led = True
    for event in walk(text):
        if event.kind == "directive" and event.name == "code-cell":
            yield event.line, led
            led &= REMOVED in Cell(event.line, event.text, event.options).tags
        elif event.depth == 0:
            led = True


def tree_of(cell: Cell) -> ast.Module:
    """The code of a cell, or none if it is not Python."""
    try:
        return parse(cell.source)
    except SyntaxError:
        return ast.Module([], type_ignores=[])  # told by what runs the cells


def only_draws(cell: Cell, tree: ast.Module) -> bool:
    """Whether a cell that gives nothing to later ones shows a figure and tells nothing else."""
    told = any(
        isinstance(node, ast.Assert) or (isinstance(node, ast.Call) and called(node) in TELLS)
        for node in ast.walk(tree)
    )
    return "figure" in (cell.metadata.get("mystnb") or {}) and bool(tree.body) and not told


def only_checks(cell: Cell, tree: ast.Module) -> bool:
    """Whether a cell that gives nothing to later ones asserts something and shows nothing."""
    return (
        "figure" not in (cell.metadata.get("mystnb") or {})
        and any(map(is_check, tree.body))
        and all(is_check(node) or is_preparation(node) for node in tree.body)
    )


def proves(tree: ast.Module) -> bool:
    """Whether a cell says which shape something has, or that two computations are equal."""
    calls = any(called(node).startswith("assert_") for node in ast.walk(tree))
    return calls or any(getattr(node, "attr", "") == "shape" for node in ast.walk(tree))


def is_check(node: ast.stmt) -> bool:
    """An assertion, one of ``np.testing``, or a loop over some."""
    if isinstance(node, ast.For | ast.With):
        return all(is_check(part) or is_preparation(part) for part in node.body) and any(
            map(is_check, node.body)
        )
    if isinstance(node, ast.Expr):
        return called(node.value).startswith("assert_")
    return isinstance(node, ast.Assert)


def is_preparation(node: ast.stmt) -> bool:
    """A name for a value that the checks compare."""
    return isinstance(node, ast.Assign | ast.AnnAssign)


def called(call: ast.AST) -> str:
    """The last part of the name of what is called."""
    function = getattr(call, "func", None)
    return getattr(function, "attr", getattr(function, "id", ""))


def bound_by(tree: ast.Module) -> set[str]:
    """The names of a page that a cell binds."""
    bound: set[str] = set()
    list(reads(tree, bound))
    return bound


def is_read(names: set[str], later: Iterable[ast.Module]) -> bool:
    """Whether a cell reads one of these names before it or one before it binds it anew."""
    bound: set[str] = set()
    return any(name in names for tree in later for name in reads(tree, bound))


def reads(node: ast.AST, bound: set[str]) -> Iterator[str]:
    """The names that code reads before it binds them, as it runs; adds to ``bound``."""
    match node:
        case ast.Name(id=name, ctx=ast.Load()):
            if name not in bound:
                yield name
        case ast.Name(id=name):
            bound.add(name)
        case ast.Import() | ast.ImportFrom():
            bound |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
        case ast.FunctionDef() | ast.Lambda():
            inner = bound | {arg.arg for arg in ast.walk(node.args) if isinstance(arg, ast.arg)}
            for default in [*node.args.defaults, *filter(None, node.args.kw_defaults)]:
                yield from reads(default, bound)
            for inside in node.body if isinstance(node, ast.FunctionDef) else [node.body]:
                yield from reads(inside, inner)
            if isinstance(node, ast.FunctionDef):
                bound.add(node.name)
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            inner = set(bound)  # its names are its own
            for part in running_order(node):
                yield from reads(part, inner)
        case _:
            if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                yield from {node.target.id} - bound
            for part in running_order(node):
                yield from reads(part, bound)


def running_order(node: ast.AST) -> list[ast.AST]:
    """The parts of a node, what gives values before what takes them."""
    first = ["generators", "iter", "value", "context_expr"]
    fields = sorted(node._fields, key=lambda name: [*first, name].index(name))
    parts = (getattr(node, name) for name in fields)
    each = (part if isinstance(part, list) else [part] for part in parts)
    return [node for nodes in each for node in nodes if isinstance(node, ast.AST)]
