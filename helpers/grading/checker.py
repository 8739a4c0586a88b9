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
import sys
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from helpers.behaviour import OWN
from helpers.grading import exchange
from helpers.grading.hidden import TEST, Secrecy, from_kernel
from helpers.grading.magics import NotTested, python
from helpers.grading.mirror import Mirror
from helpers.grading.scopes import NOTHING, Theirs, deleted_in_functions
from helpers.grading.scoring import Score
from helpers.grading.seeds import states
from helpers.grading.strangers import Stranger, Unusable, encode

Ask = Callable[[str], str]
LONGEST = 4000  # characters of a message to a student
UNTOLD = (
    "This test binds {}. The notebook runs in a process of its own, where that cannot be:"
    " the cell is to be graded by a person."
)


class Names(dict):
    """The globals of the test cells; what is missing is fetched, what is changed is told."""

    def __init__(self, ask: Ask, theirs: Theirs = NOTHING) -> None:
        super().__init__(__name__="__main__", __builtins__=builtins)
        self._ask = ask
        self._fetched: set[str] = set()
        self._mirror = Mirror(theirs, _share)
        self.untold = ""  #: why a name could not be told, once that has happened
        self.seeds: Any = None  #: of a cell that seeds: where the student's kernel was put last
        self.stdout: Any = None  #: where a test prints that has not redirected it
        self.secrecy = Secrecy()

    def imported(self) -> None:
        """Note that what is here now was imported by the author, not bound by a test."""
        self._mirror.given = dict(self)

    def __missing__(self, name: str) -> Any:
        if self._mirror.is_gone(name) or hasattr(builtins, name):
            raise KeyError(name)
        reply = self._reply({"get": name})
        error = reply.get("error")
        if type(error) is dict and error.get("type") == "NameError":
            raise NameError(f"name {name!r} is not defined")  # in our own words
        self[name] = self._value(reply)
        self._fetched.add(name)
        self._mirror.fetched(name, self[name], self._size)
        return self[name]

    def __delitem__(self, name: str) -> None:
        self[name]  # an error, if it is nowhere
        super().__delitem__(name)
        self._mirror.gone.add(name)

    def forget(self) -> None:
        """Drop what was fetched: the next test cell sees the values of its own moment."""
        for name in self._fetched:
            self.pop(name, None)
        self._fetched.clear()
        if self._mirror.touched:
            with contextlib.suppress(Exception):  # a kernel that has ended has no names
                self._reply({"end": True})
        self._mirror.end()
        self.untold = ""

    def ask(self, question: dict[str, Any], arguments: tuple[Any, ...] = ()) -> Any:
        """Put a question to the student's kernel; its errors are raised here, by their names.

        What a called function changed in its arguments is changed in ``arguments``, as if it had
        run here; and so is what it printed, if the test looks at that, and the names it changed.
        """
        self.secrecy.asked()
        self._tell()
        if "call" in question:
            question |= {"names": self._mirror.looked_at()}
            question |= {"printed": sys.stdout is not self.stdout}
        reply = self._reply(question)
        if question.get("printed") and type(printed := reply.get("printed")) is str:
            sys.stdout.write(printed)
        if type(names := reply.get("names")) is dict:
            for name in {*names} & {*question.get("names", ())}:
                self._update(name, names[name])
        left = reply.get("arguments")
        if type(left) is list and len(left) == len(arguments):
            for argument, data in zip(arguments, left, strict=True):
                _change(argument, self._value({"value": data}))
        return self._value(reply)

    def _tell(self) -> None:
        """Tell the student's kernel what has become of its names in this cell."""
        try:
            news = self._mirror.news(self)
        except TypeError as error:
            self.untold = UNTOLD.format(error)
            raise NotTested(self.untold) from None
        if news:
            self._value(self._reply(news))
        if self.seeds is not None and (now := states()) != self.seeds:
            self.seeds = now
            self._value(self._reply({"seeds": encode(now)}))

    def _update(self, name: str, data: Any) -> None:
        """Let a name be what a call made of it."""
        if name not in self or _share(mine := self[name]) == data:
            return
        now = self._value({"value": data})
        if type(mine) is type(now) and type(mine) in (list, dict, set):
            _change(mine, now)
        else:
            self[name] = now
        self._mirror.changed(name, self[name], data)

    def _reply(self, question: dict[str, Any]) -> dict[str, Any]:
        text = self._ask(exchange.dumps(question))
        reply = exchange.loads(text)
        if type(reply) is not dict or not {"value", "error"} & reply.keys():
            raise Unusable("the student's kernel does not answer the question")
        self._size = len(text)
        return reply

    def _value(self, reply: dict[str, Any]) -> Any:
        if "error" in reply:
            _raise(reply["error"])
        return exchange.decode(reply["value"], lambda data: Stranger(self, data))


class Checker:
    """Runs test cells in order, in globals that they share."""

    def __init__(self, ask: Ask, imports: str = "", theirs: Theirs = NOTHING) -> None:
        self.names = Names(ask, theirs)
        exec(compile(imports, "<imports>", "exec"), self.names)
        self.names.imported()
        logging.getLogger("tensorflow").addFilter(lambda record: record.levelno >= logging.ERROR)

    def run(self, source: str, points: float) -> dict[str, Any]:
        """The verdict on one test cell: ``{"points": ..., "max": ..., "message": ...}``.

        There is nothing to be said about one that passes, whatever it prints. One that cannot be
        run apart from what it tests is ``{"untested": True}``, too.

        Once hidden lines have called the student's functions it is ``{"shared": True}``, too, and
        if there is less to be said to the student than the message says, that is ``"told"``.
        """
        self.names.secrecy.cell(source)
        result = self._run(source, points)
        return result | {"shared": True} if self.names.secrecy.shared else result

    def _run(self, source: str, points: float) -> dict[str, Any]:
        printed = self.names.stdout = io.StringIO()
        self.names.seeds = states() if "seed(" in source else None
        earned, said, told = points, "", ""
        stdout = sys.stdout
        try:
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
                earned = _earned(self._execute(source), points)
        except NotTested as reason:
            self.names.untold = str(reason)
        except BaseException as error:
            earned, said = 0.0, f"{type(error).__name__}: {error}".removesuffix(": ")
            told = self.names.secrecy.told(error)
        finally:
            sys.stdout = stdout  # a test may have put another one there
            untold = self.names.untold
            self.names.forget()
        if untold:
            return {"points": 0.0, "max": points, "message": untold[:LONGEST], "untested": True}
        if earned >= points and not said:
            return {"points": earned, "max": points, "message": ""}
        shown = printed.getvalue().strip()
        message, told = (
            "\n".join(part for part in (shown, text) if part)[:LONGEST] for text in (said, told)
        )
        result = {"points": earned, "max": points, "message": message}
        return result if told == message else result | {"told": told}

    def _execute(self, source: str) -> Any:
        """Run the statements; the value of the last one, if it is an expression that is shown."""
        tree = ast.parse(python(source))
        for name in deleted_in_functions(tree):  # they find only what is here
            with contextlib.suppress(NameError, KeyError):
                self.names[name]
        last = tree.body[-1] if tree.body else None
        if not isinstance(last, ast.Expr) or source.rstrip().endswith(";"):
            exec(compile(tree, TEST, "exec"), self.names)
            return None
        tree.body.pop()
        exec(compile(tree, TEST, "exec"), self.names)
        return eval(compile(ast.Expression(last.value), TEST, "eval"), self.names)


def _earned(value: Any, points: float) -> float:
    """The points that the last expression of a test gives: a number of its own, as nbgrader's."""
    if isinstance(value, Score):
        value = points * value.share
    if type(value) not in (int, float) or not value >= 0:
        return points
    return min(points, float(value))


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
            raise from_kernel(made)
    raise from_kernel(Unusable(f"{kind}: {text}"))


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


def _share(value: Any) -> Any:
    """A value as it crosses under a name: what is the student's own as that, not as a copy."""
    return encode(getattr(value, OWN, value))
