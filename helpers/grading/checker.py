"""The clean end of the exchange: runs test cells that see a student's names, never their code.

It runs in a kernel of its own. A name that a test uses and that neither the test nor the imports
of the assignment define is fetched from the student's kernel, anew for each test cell.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import io
import logging
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import numpy as np

from helpers.grading import exchange
from helpers.grading.scoring import Score

Ask = Callable[[str], str]
LONGEST = 4000  # characters of a message to a student
ONE_BY_ONE, ITEMS = 50, 150  # turns in which a student's iterator is asked for items: then, at most


class Unusable(Exception):
    """Something that a test did with a student's object is not possible; the text says what."""


class Stranger:
    """An object that stayed in the student's kernel: it can be asked, and not be trusted."""

    def __init__(self, names: Names, data: dict[str, Any]) -> None:
        self._names, self._number = names, int(data["handle"])
        self._type = str(data.get("type", "object"))[:80]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"{name} of a student's {self._type} is private")
        return self._names.ask({"attribute": name, "of": self._number})

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        question = {
            "call": self._number,
            "args": [_encode(arg) for arg in args],
            "kwargs": {name: _encode(value) for name, value in kwargs.items()},
        }
        return self._names.ask(question, (*args, *kwargs.values()))

    def __getitem__(self, key: Any) -> Any:
        return self._names.ask({"item": _encode(key), "of": self._number})

    def __len__(self) -> int:
        length = self._names.ask({"length": self._number})
        return length if type(length) is int else self._refuse("counting")

    def __iter__(self) -> Iterator[Any]:
        number = self._names.ask({"iterate": self._number})
        return self._items(number if type(number) is int else self._refuse("iterating over"))

    def _items(self, number: int) -> Iterator[Any]:
        """The items of an iterator, at first one by one: it may have no end, and be used again."""
        for turn in range(ITEMS):
            items = self._names.ask({"next": number, "most": 1 if turn < ONE_BY_ONE else 1000})
            if type(items) is not list:
                self._refuse("iterating over")
            if not items:
                return
            yield from items
        raise Unusable(f"a student's {self._type} has too many items")

    def __next__(self) -> Any:
        items = self._names.ask({"next": self._number, "most": 1})
        if items == []:
            raise StopIteration
        return items[0] if type(items) is list else self._refuse("taking the next item of")

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        array = self._names.ask({"array": self._number})
        if type(array) is not np.ndarray:
            self._refuse("reading numbers from")
        return array if dtype is None else array.astype(dtype)

    def _refuse(self, doing: str) -> NoReturn:
        raise Unusable(f"{doing} a student's {self._type} is not possible")

    def __bool__(self) -> bool:
        self._refuse("asking for the truth of")

    def __eq__(self, other: object) -> bool:
        self._refuse("comparing")

    __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __eq__
    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<a student's {self._type}>"


class Names(dict):
    """The globals of the test cells; what is missing is fetched."""

    def __init__(self, ask: Ask) -> None:
        super().__init__(__name__="__main__", __builtins__=builtins)
        self._ask = ask
        self._fetched: set[str] = set()

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name):
            raise KeyError(name)
        self[name] = self.ask({"get": name})
        self._fetched.add(name)
        return self[name]

    def forget(self) -> None:
        """Drop what was fetched: the next test cell sees the values of its own moment."""
        for name in self._fetched:
            self.pop(name, None)
        self._fetched.clear()

    def ask(self, question: dict[str, Any], arguments: tuple[Any, ...] = ()) -> Any:
        """Put a question to the student's kernel; its errors are raised here, by their names.

        What a called function changed in its arguments is changed in ``arguments``, as if it had
        run here.
        """
        reply = exchange.loads(self._ask(exchange.dumps(question)))
        if type(reply) is not dict or not {"value", "error"} & reply.keys():
            raise Unusable("the student's kernel does not answer the question")
        if "error" in reply:
            _raise(reply["error"])
        left = reply.get("arguments")
        if type(left) is list and len(left) == len(arguments):
            for argument, data in zip(arguments, left, strict=True):
                _change(argument, exchange.decode(data, lambda data: Stranger(self, data)))
        return exchange.decode(reply["value"], lambda data: Stranger(self, data))


class Checker:
    """Runs test cells in order, in globals that they share."""

    def __init__(self, ask: Ask, imports: str = "") -> None:
        self.names = Names(ask)
        exec(compile(imports, "<imports>", "exec"), self.names)
        logging.getLogger("tensorflow").addFilter(lambda record: record.levelno >= logging.ERROR)

    def run(self, source: str, points: float) -> dict[str, Any]:
        """The verdict on one test cell: ``{"points": ..., "max": ..., "message": ...}``.

        There is nothing to be said about one that passes, whatever it prints.
        """
        printed = io.StringIO()
        earned, said = points, ""
        try:
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
                value = self._execute(source)
            if isinstance(value, Score):
                earned = max(0.0, min(points, points * value.share))
        except BaseException as error:
            earned, said = 0.0, f"{type(error).__name__}: {error}".removesuffix(": ")
        finally:
            self.names.forget()
        if earned >= points:
            return {"points": earned, "max": points, "message": ""}
        message = "\n".join(part for part in (printed.getvalue().strip(), said) if part)
        return {"points": earned, "max": points, "message": message[:LONGEST]}

    def _execute(self, source: str) -> Any:
        """Run the statements; the value of the last one, if it is an expression."""
        tree = ast.parse(source)
        last = tree.body[-1] if tree.body else None
        if not isinstance(last, ast.Expr):
            exec(compile(tree, "<test>", "exec"), self.names)
            return None
        tree.body.pop()
        exec(compile(tree, "<test>", "exec"), self.names)
        return eval(compile(ast.Expression(last.value), "<test>", "eval"), self.names)


def imports_of(sources: list[str]) -> str:
    """The import statements of the cells that the author wrote, which the checker repeats."""
    lines = []
    for source in sources:
        with contextlib.suppress(SyntaxError):  # magics and shell commands
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    lines.append(ast.unparse(node))
    return "\n".join(dict.fromkeys(lines))


def _raise(error: dict[str, Any]) -> NoReturn:
    """Raise what was raised there, as the nearest of the built-in exceptions that it is."""
    kind, text = str(error["type"]), str(error["message"])
    kinds = error.get("kinds")
    for name in [kind, *(kinds if type(kinds) is list else [])][:20]:
        known = getattr(builtins, str(name), None)
        if not (isinstance(known, type) and issubclass(known, Exception)):
            continue
        if known is not Exception or name == kind:
            try:
                made = known(text)
            except TypeError:  # it wants more than a text
                continue
            raise made
    raise Unusable(f"{kind}: {text}")


def _change(mine: Any, now: Any) -> None:
    """Make an argument of a call what the call left of it, where that can be done in place."""
    if type(mine) is not type(now):
        return
    if type(mine) is np.ndarray and mine.shape == now.shape and mine.dtype == now.dtype:
        mine[...] = now
    elif type(mine) is list:
        if len(mine) == len(now) and any(
            isinstance(item, np.ndarray | list | dict) for item in mine
        ):
            for item, left in zip(mine, now, strict=True):
                _change(item, left)
        else:
            mine[:] = now
    elif type(mine) in (dict, set):
        mine.clear()
        mine.update(now)


def _encode(value: Any) -> Any:
    if isinstance(value, Stranger):
        return {"handle": value._number}
    return exchange.encode(value, lambda it: it._number if isinstance(it, Stranger) else None)
