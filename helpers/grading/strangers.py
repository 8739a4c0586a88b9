"""Objects that stayed in the student's kernel, as a test cell sees them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn, Protocol

import numpy as np

from helpers.grading import exchange

ONE_BY_ONE, ITEMS = 50, 150  # turns in which a student's iterator is asked for items: then, at most


class Asked(Protocol):
    """Whoever puts questions to the student's kernel."""

    def ask(self, question: dict[str, Any], arguments: tuple[Any, ...] = ()) -> Any:
        """The answer, as a value."""


class Unusable(Exception):
    """Something that a test did with a student's object is not possible; the text says what."""


class Stranger:
    """An object that stayed in the student's kernel: it can be asked, and not be trusted."""

    _names: Asked
    _number: int
    _type: str

    def __init__(self, names: Asked, data: dict[str, Any]) -> None:
        kind = str(data.get("type", "object"))[:80]
        vars(self).update(_names=names, _number=int(data["handle"]), _type=kind)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"{name} of a student's {self._type} is private")
        return self._names.ask({"attribute": name, "of": self._number})

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            raise AttributeError(f"{name} of a student's {self._type} is private")
        self._names.ask({"set": name, "of": self._number, "to": encode(value)})

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        question = {
            "call": self._number,
            "args": [encode(arg) for arg in args],
            "kwargs": {name: encode(value) for name, value in kwargs.items()},
        }
        return self._names.ask(question, (*args, *kwargs.values()))

    def __getitem__(self, key: Any) -> Any:
        return self._names.ask({"item": encode(key), "of": self._number})

    def __setitem__(self, key: Any, value: Any) -> None:
        self._names.ask({"put": encode(key), "of": self._number, "to": encode(value)})

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


def encode(value: Any) -> Any:
    """A value of a test's as it crosses; an object of the student's goes as its handle."""
    if isinstance(value, Stranger):
        return {"handle": value._number}
    return exchange.encode(value, lambda it: it._number if isinstance(it, Stranger) else None)
