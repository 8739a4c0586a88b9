"""What was read out of a text, kept from one command to the next.

To take twenty pages and a hundred modules apart costs a build seconds, and all but one are as they
were. Forgotten is what nobody has asked for again, and everything when the readers have changed.
"""

import hashlib
import pickle
import sys
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parents[1]
READERS = ("_config.yml", "requirements.txt", "tools/gates/sources.py", "tools/page_keys.py")

Text = TypeVar("Text", bound=Hashable)
Told = TypeVar("Told")
_known: dict[tuple[str, Hashable], Any] = {}
_asked: set[tuple[str, Hashable]] = set()


def remembered(function: Callable[[Text], Told]) -> Callable[[Text], Told]:
    """Have a function answer the same text from memory; what it returns must not be changed."""

    @wraps(function)
    def answer(text: Text) -> Told:
        key = (function.__qualname__, text)
        if key not in _known:
            _known[key] = function(text)
        _asked.add(key)
        return _known[key]

    return answer


@contextmanager
def memory(file: Path) -> Iterator[None]:
    """Begin a block with what an earlier one has left in the file, and leave what it asked for."""
    version = hashlib.sha256(sys.version.encode())
    for name in READERS:
        version.update((ROOT / name).read_bytes())
    with suppress(Exception):  # there is none, or it cannot be read: all is read anew
        told, kept = pickle.loads(file.read_bytes())
        if told == version.digest():
            _known.update(kept)
    before = set(_known)
    _asked.clear()
    yield
    if _asked != before:
        new = file.with_suffix(".new")
        with suppress(OSError):  # a full disk is told by what has to be there
            new.write_bytes(pickle.dumps((version.digest(), {key: _known[key] for key in _asked})))
            new.replace(file)
