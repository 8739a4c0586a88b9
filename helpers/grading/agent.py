"""The student's end of the exchange: answers what the checker asks about the notebook's names.

It runs in the student's kernel, where a student can change it at will. Then it lies; and a lie
about data that satisfies tests on fresh inputs is a solution.
"""

from __future__ import annotations

import itertools
from typing import Any

from helpers.grading import exchange
from helpers.thrift import rest_graph_optimizer

_kept: dict[int, Any] = {}
_numbers = itertools.count(1)


def settle() -> str:
    """Set the kernel up for notebooks that run for seconds."""
    rest_graph_optimizer()
    return "settled"


def answer(question: str) -> str:
    """The answer to one question, both as JSON: ``{"value": ...}`` or ``{"error": ...}``.

    A call that changed its arguments in place is answered with ``"arguments"``, too.
    """
    try:
        asked = exchange.loads(question)
        if "call" in asked:
            return exchange.dumps(_call(asked["call"], asked["args"], asked["kwargs"]))
        return exchange.dumps({"value": exchange.encode(_answer(asked), _keep)})
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        kind, text = type(error).__name__, str(error)[:2000]
        return exchange.dumps({"error": {"type": kind, "message": text}})


def _call(number: int, args: list[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
    given = [_decode(arg) for arg in args]
    value = _kept[number](*given, **{name: _decode(arg) for name, arg in kwargs.items()})
    reply = {"value": exchange.encode(value, _keep)}
    left = [
        arg if _is_reference(arg) else exchange.encode(now, _keep)
        for arg, now in zip(args, given, strict=True)
    ]
    return reply if left == args else reply | {"arguments": left}


def _answer(question: dict[str, Any]) -> Any:
    match question:
        case {"get": name}:
            import __main__

            if name not in vars(__main__):
                raise NameError(f"name {name!r} is not defined")
            return vars(__main__)[name]
        case {"attribute": name, "of": number}:
            return getattr(_kept[number], name)
        case {"item": key, "of": number}:
            return _kept[number][_decode(key)]
        case {"length": number}:
            return len(_kept[number])
        case {"iterate": number}:
            return list(itertools.islice(_kept[number], 10_000))
        case {"array": number}:
            import numpy as np

            return np.asarray(_kept[number])
    raise ValueError("the question is none that can be answered")


def _is_reference(data: Any) -> bool:
    return type(data) is dict and "handle" in data


def _decode(data: Any) -> Any:
    return exchange.decode(data, lambda reference: _kept[reference["handle"]])


def _keep(value: Any) -> int:
    number = next(_numbers)
    _kept[number] = value
    return number
