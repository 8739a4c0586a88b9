"""Random numbers that a test seeds for what it calls: the old generators that all modules share."""

from __future__ import annotations

import random
from typing import Any

import numpy as np


def states() -> tuple[Any, ...]:
    """Where the generators of this process are."""
    old: Any = np.random.get_state()  # noqa: NPY002 - that is the one that is shared
    kind, keys, *rest = old
    return random.getstate(), (kind, keys.tolist(), *rest)


def set_states(wanted: tuple[Any, ...]) -> None:
    """Put the generators of this process there."""
    random.setstate(wanted[0])
    np.random.set_state(wanted[1])  # noqa: NPY002
