"""What all decoding asks of a network: one step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

#: Takes one token per row and the state, an array or (nested) tuple of arrays with the rows as
#: their first axis; returns log-probabilities of shape (rows, vocabulary), and the new state.
Step = Callable[[np.ndarray, Any], tuple[np.ndarray, Any]]


def check_length(max_length: int) -> None:
    """Refuse to decode nothing."""
    if max_length < 1:
        raise ValueError(f"max_length is {max_length}: an answer has at least one token")
