"""The plain thing that a value is: a ``Counter`` is a dictionary, a ``Path`` is its text.

A subclass is read with the methods of the type that it comes from, so what it says about itself
does not count. The way back makes nothing but types of the standard library.
"""

from __future__ import annotations

import array
import collections
import fractions
import keyword
import pathlib
import types
from collections.abc import Callable
from typing import Any

import numpy as np

NOTHING = object()  # what `simpler` and `tagged` find where there is nothing to find
Row = dict[tuple[str, ...], type[tuple[Any, ...]]]
MOST_ROWS, MOST_FIELDS = 100, 50  # kinds of named tuples, of which each is a class
VIEWS = {type({}.keys()): "keys", type({}.values()): "values", type({}.items()): "items"}
VIEWS |= {type(collections.OrderedDict().keys()): "keys"}
VIEWS |= {type(collections.OrderedDict().values()): "values"}
VIEWS |= {type(collections.OrderedDict().items()): "items"}

# From which type a value comes, and what of it is plain.
SIMPLER: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (int, lambda value: int.__int__(value)),
    (float, lambda value: float.__float__(value)),
    (str, lambda value: str.__str__(value)),
    (complex, lambda value: complex(complex.real.__get__(value), complex.imag.__get__(value))),
    (bytes, lambda value: b"".join([value])),
    (bytearray, lambda value: b"".join([value])),
    (memoryview, bytes),
    (collections.OrderedDict, lambda value: dict(collections.OrderedDict.items(value))),
    (dict, lambda value: dict(dict.items(value))),
    (types.MappingProxyType, dict),
    ((collections.UserDict, collections.UserList, collections.UserString), lambda it: it.data),
    (list, lambda value: list(list.__iter__(value))),
    (tuple, lambda value: tuple(tuple.__iter__(value))),
    (set, lambda value: set(set.__iter__(value))),
    (frozenset, lambda value: frozenset(frozenset.__iter__(value))),
    (np.ndarray, lambda value: np.ndarray.view(value, np.ndarray)),
    (array.array, np.array),
)
_rows: Row = {}


def simpler(value: Any) -> Any:
    """The plain value that a value is, if it comes from such a type; else NOTHING."""
    kind = type(value)  # never its ``__class__``, which may say anything
    if kind.__module__.startswith("matplotlib."):
        return NOTHING  # the bars of a chart are a tuple, and have a label
    for base, plain in SIMPLER:
        if issubclass(kind, base):
            return plain(value)
    module = kind.__module__.partition(".")[0]
    if module == "pandas" and hasattr(kind, "__array__"):
        return np.asarray(value)
    if module == "tensorflow" and kind.__name__ == "RaggedTensor":
        return value.to_list()
    if module == "tensorflow" and kind.__name__ == "TensorShape" and value.rank is not None:
        return tuple(value.as_list())
    return NOTHING


def tagged(value: Any) -> Any:
    """A name of the standard library's type, and the plain value that makes such a value anew.

    NOTHING, if it is of no such type.
    """
    kind = type(value)
    if kind in VIEWS:
        return VIEWS[kind], list(value)
    if kind is range:
        return "range", [value.start, value.stop, value.step]
    if issubclass(kind, collections.deque):
        return "deque", list(collections.deque.__iter__(value))
    if issubclass(kind, pathlib.PurePath):
        return "path", str(value)
    if issubclass(kind, fractions.Fraction):
        return "fraction", [value.numerator, value.denominator]
    fields = getattr(kind, "_fields", None) if issubclass(kind, tuple) else None
    if fields is not None and _are_fields(fields):
        return "row", [list(fields), list(tuple.__iter__(value))]
    if issubclass(kind, np.ndarray) and value.dtype.kind == "O":
        objects = np.ndarray.view(value, np.ndarray)
        return "objects", [list(objects.shape), objects.ravel().tolist()]
    return NOTHING


def anew(tag: str, content: Any) -> Any:
    """The value that `tagged` described.

    Raises
    ------
    TypeError, ValueError
        If it described none.
    """
    if type(content) is not (str if tag == "path" else list):
        raise TypeError(f"a {tag} of {type(content).__name__}")
    return _made(tag, content)


def _made(tag: str, content: Any) -> Any:
    match tag:
        case "keys":
            return dict.fromkeys(content).keys()
        case "values":
            return dict(enumerate(content)).values()
        case "items":
            return dict(content).items()
        case "range":
            return range(*content)
        case "deque":
            return collections.deque(content)
        case "path":
            return pathlib.Path(content)
        case "fraction":
            return fractions.Fraction(*content)
        case "row":
            return _row(*content)
        case "objects":
            shape, items = content
            objects = np.empty(len(items), object)
            for place, item in enumerate(items):  # an array of lists must not become a table
                objects[place] = item
            return objects.reshape(shape)
    raise ValueError(f"there is no {tag}")


TAGS = frozenset(
    ("keys", "values", "items", "range", "deque", "path", "fraction", "row", "objects")
)


def _are_fields(names: Any) -> bool:
    """Whether these may be the names of a named tuple's fields: identifiers that hide nothing."""
    if type(names) not in (list, tuple) or len(names) > MOST_FIELDS:
        return False
    return len(set(map(str, names))) == len(names) and all(
        type(name) is str
        and name.isidentifier()
        and len(name) < 100
        and not (name.startswith("_") or keyword.iskeyword(name) or hasattr(tuple, name))
        for name in names
    )


def _row(names: Any, items: Any) -> tuple[Any, ...]:
    """A named tuple, or a plain one if there are too many kinds of them already."""
    if not _are_fields(names) or type(items) is not list or len(items) != len(names):
        raise ValueError("the names of a named tuple's fields are none")
    fields = tuple(names)
    if fields not in _rows:
        if len(_rows) >= MOST_ROWS:
            return tuple(items)
        _rows[fields] = collections.namedtuple("Row", fields)
    return _rows[fields](*items)
