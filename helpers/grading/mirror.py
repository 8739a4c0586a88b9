"""What test cells make of a student's names, told to the student's kernel until the cell ends.

A test that deletes a function to see whether another one uses it, or sets a global before it calls,
must find that done where the function runs. What cannot go there is a function of the test's own:
the student's code would call back into the checker.
"""

from __future__ import annotations

import builtins
import json
import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from helpers.grading.scopes import Theirs

BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_"))
COMPARED = 20_000  # characters of a value that is looked into, before every question
MUTABLE = (list, dict, set, np.ndarray)


class Known(NamedTuple):
    """What the student's kernel has under a name: the value here, and as it crossed if small."""

    value: Any
    data: Any = None


GONE = Known(object())


class Mirror:
    """The names of one test cell after another, as the student's kernel was told of them.

    Parameters
    ----------
    theirs : Theirs
        The names that are told about even if the cell never read them.
    encode : callable
        Makes of a value what crosses; raises TypeError for what cannot.
    """

    def __init__(self, theirs: Theirs, encode: Callable[[Any], Any]) -> None:
        self.theirs, self._encode = theirs, encode
        self.given: dict[str, Any] = {}  #: what the assignment's imports made of names
        self.gone: set[str] = set()  #: deleted by the cell
        self.touched = False  #: whether there is something to be put back
        self._first: dict[str, Known] = {}  # as fetched
        self._known: dict[str, Known] = {}

    def fetched(self, name: str, value: Any, size: int) -> None:
        """Note that a name was read from the student's kernel, in so many characters."""
        small = type(value) in MUTABLE and size <= COMPARED
        self._known[name] = Known(value, self._encode(value) if small else None)
        self._first.setdefault(name, self._known[name])

    def is_gone(self, name: str) -> bool:
        """Whether a name that is not among the test's has been deleted by it."""
        return name in self.gone or name in self._known

    def news(self, names: Mapping[str, Any]) -> dict[str, Any]:
        """What has become of names since the last question, as a question that tells it.

        It is empty if there is nothing to tell.

        Raises
        ------
        TypeError
            If a name was bound to what cannot cross; the text begins with the name.
        """
        bind, back, drop = [], [], []
        for name in sorted({*self._known, *self.theirs.read, *(BUILTINS & names.keys())}):
            known = self._known.get(name)
            if name not in names:
                if known is not GONE and self.is_gone(name):
                    drop.append(name)
                continue
            value = names[name]
            if self._is_as_told(name, value, known):
                continue
            if (first := self._first.get(name)) and self._same(value, first):
                back.append(name)
                self._known[name] = first
                continue
            try:
                data = self._encode(value)
            except TypeError as error:
                raise TypeError(f"`{name}`: {error}") from error
            bind.append([name, data])
            self._known[name] = _known(value, data)
        self._known |= dict.fromkeys(drop, GONE)
        if not (bind or back or drop):
            return {}
        self.touched = True
        return {"bind": bind, "back": back, "drop": drop}

    def looked_at(self) -> list[str]:
        """Names that a call may change, and that the cell knows by value."""
        return sorted(name for name in self._known if name in self.theirs.changed)

    def changed(self, name: str, value: Any, data: Any) -> None:
        """Note what a call made of a name; what it was at first is no more."""
        self._known[name] = _known(value, data)
        self._first.pop(name, None)

    def end(self) -> None:
        """Forget the cell."""
        self.gone.clear()
        self._first.clear()
        self._known.clear()
        self.touched = False

    def _is_as_told(self, name: str, value: Any, known: Known | None) -> bool:
        if known is not None:
            return self._same(value, known)
        if name in self.given and self.given[name] is value:
            return True
        if isinstance(value, ModuleType) and sys.modules.get(value.__name__) is value:
            return True
        # A test may call a number `sum`; it means the student's only if it forbids or replaces it.
        own = name in self.theirs.read
        return not own and name in BUILTINS and not (value is None or callable(value))

    def _same(self, value: Any, known: Known) -> bool:
        if value is not known.value:
            return False
        if known.data is None:
            return True
        try:
            return bool(self._encode(value) == known.data)
        except TypeError:
            return False  # something was put into it that cannot cross


def _known(value: Any, data: Any) -> Known:
    small = type(value) in MUTABLE and len(json.dumps(data)) <= COMPARED
    return Known(value, data if small else None)
