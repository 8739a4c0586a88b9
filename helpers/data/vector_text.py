"""Word vectors as text: a row is a word and its numbers, between spaces.

GloVe's files and those of word2vec in text form are written so. They are large (400,000 rows to
2.2 million), and some rows are odd: words that contain spaces, bytes that are no UTF-8.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Literal

import numpy as np

BLOCK = 1 << 20  # bytes of whole lines that are read, and then parsed, in one go
_BOM = b"\xef\xbb\xbf"
_MEND = "Mend the file, or leave such rows out: bad_rows='skip'"
_CUT = "The file seems to be cut short: get it again"

BadRows = Literal["raise", "skip"]
_Row = tuple[int, bytes, bytes]  # line number, word, numbers between single spaces


def read_vectors(
    stream: BinaryIO,
    name: str,
    *,
    words: Iterable[str] | None = None,
    dim: int | None = None,
    bad_rows: BadRows = "raise",
) -> dict[str, np.ndarray]:
    """Read a stream of rows; `helpers.glove.get_glove_vectors` says what is read and refused.

    Parameters
    ----------
    stream : binary file
    name : str
        What messages call it.
    words : iterable of str, optional
        Keep only these.
    dim : int, optional
        Numbers per row. Default: what most of the first rows have.
    bad_rows : {"raise", "skip"}

    Returns
    -------
    dict of str to array of float32, shape (dim,)

    Raises
    ------
    ValueError
        For the first fault: which line, what is wrong with it, what to do.
    """
    if bad_rows not in ("raise", "skip"):
        raise ValueError(f'bad_rows is {bad_rows!r}, expected "raise" or "skip"')
    if isinstance(words, str):
        raise ValueError(f"words is the string {words!r}, expected a list or set of words")
    wanted = None if words is None else {word.encode() for word in words}
    faults = _Faults(name, bad_rows)
    vectors: dict[str, np.ndarray] = {}
    promised, rows = None, 0
    for first, lines in _blocks(stream):
        if first == 1:
            lines[0] = lines[0].removeprefix(_BOM)
            promised = _header(lines)
            if promised is not None:
                first, lines = 2, lines[1:]
            dim = dim or _width(lines, name)
        assert dim is not None, "the first block sets it"
        rows += sum(map(bool, map(bytes.strip, lines)))  # blank lines are none
        kept = list(_split(lines, first, dim, wanted, faults))
        _add(vectors, kept, faults)
        faults.settle()
    if not rows:
        raise ValueError(f"{name} has no rows: expected a word and its numbers on each line")
    if promised not in (None, rows):
        faults.note(1, f"promises {promised} rows, but there are {rows}", _CUT)
        faults.settle()
    faults.report()
    return vectors


# --- rows -----------------------------------------------------------------------------------------


def _blocks(stream: BinaryIO) -> Iterator[tuple[int, list[bytes]]]:
    """Whole lines, about a BLOCK at a time, with the number of the first one."""
    number = 1
    while lines := stream.readlines(BLOCK):
        yield number, lines
        number += len(lines)


def _header(lines: list[bytes]) -> int | None:
    """The number of rows that word2vec writes on top, with their width: ``400000 50``."""
    fields = lines[0].split()
    if len(fields) != 2 or not (fields[0].isdigit() and fields[1].isdigit()):
        return None
    if len(lines) > 1 and _commonest_width(lines[1:]) != int(fields[1]):
        return None  # the word is a number, and so is the only entry of its vector
    return int(fields[0])


def _commonest_width(lines: list[bytes]) -> int:
    """Most rows are whole, and most words without spaces, so that most rows say it."""
    widths = Counter(len(line.split()) - 1 for line in lines if line.strip())
    return widths.most_common(1)[0][0] if widths else 0


def _width(lines: list[bytes], name: str) -> int:
    width = _commonest_width(lines)
    if width < 1 and any(line.strip() for line in lines):
        advice = "expected a word and its numbers, between spaces"
        if lines[0].startswith((b"PK", b"\x1f\x8b")):
            advice = "it is an archive: unpack it first"
        raise ValueError(
            f"{name} is no file of vectors, it begins with {_shown(lines[0])}: {advice}"
        )
    return width


def _split(
    lines: list[bytes], first: int, dim: int, wanted: set[bytes] | None, faults: _Faults
) -> Iterator[_Row]:
    """Word and numbers of each row of the right width, if the word is wanted."""
    for number, line in enumerate(lines, first):
        row = line.rstrip()
        if not row:
            continue
        if row.count(b" ") == dim and row[0] != 32:
            word, _, numbers = row.partition(b" ")
        else:
            # Spaces inside the word, tabs between the numbers, or a wrong width.
            *head, numbers = _rare(row, dim)
            if not head or line[:1].isspace():
                faults.note(number, _misfit(line, dim), _MEND if line.endswith(b"\n") else _CUT)
                continue
            word = head[0]
        if wanted is None or word in wanted:
            yield number, word, numbers


def _rare(row: bytes, dim: int) -> tuple[bytes, ...]:
    """Word and numbers, if the last ``dim`` fields can be all numbers of the row; else the row.

    A word may contain spaces (". . ." in glove.840B), but it does not end in a number of its
    own: ``the 0.1 0.2 0.3`` is a row with one number too many, not the word "the 0.1".
    """
    word, *numbers = row.rsplit(None, dim)
    if len(numbers) < dim or (b" " in word and _is_number(word.split()[-1])):
        return (row,)
    return word, b" ".join(numbers)


def _misfit(line: bytes, dim: int) -> str:
    if line[:1].isspace():
        return f"begins with a space, expected a word: {_shown(line)}"
    fields = line.split()
    found = len(fields) - 1
    while found and not _is_number(fields[len(fields) - found]):
        found -= 1  # the words in front are none of the numbers
    return f"has {found} numbers, expected {dim}: {_shown(line)}"


def _is_number(text: bytes) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return b"_" not in text  # 1_000 is a number to Python alone


# --- numbers --------------------------------------------------------------------------------------


def _add(vectors: dict[str, np.ndarray], rows: list[_Row], faults: _Faults) -> None:
    """Put rows into ``vectors``; of a word that comes twice the first row stays."""
    if not rows:
        return
    try:
        matrix = _matrix([numbers for _, _, numbers in rows])
        parsed = {word.decode(): vector for (_, word, _), vector in zip(rows, matrix, strict=True)}
        plain = len(parsed) == len(rows) and bool(np.isfinite(matrix).all())
    except ValueError:  # somewhere in this block; UnicodeDecodeError is one, too
        plain = False
    if plain and vectors.keys().isdisjoint(parsed):
        vectors.update(parsed)
        return
    for number, word, numbers in rows:
        if (vector := _parsed(number, word, numbers, faults)) is not None:
            text = word.decode()
            if vectors.setdefault(text, vector) is not vector:
                faults.repeated(number, text)


def _matrix(rows: list[bytes]) -> np.ndarray:
    # Of NumPy's readers of text the fastest: see benchmarks/glove.py.
    with np.errstate(over="ignore"):
        return np.loadtxt(rows, dtype="float32", delimiter=" ", comments=None, ndmin=2)


def _parsed(number: int, word: bytes, numbers: bytes, faults: _Faults) -> np.ndarray | None:
    """One row alone, or what is wrong with it."""
    try:
        word.decode()
    except UnicodeDecodeError:
        faults.note(number, f"has a word that is not UTF-8: {word[:40]!r}")
        return None
    try:
        [vector] = _matrix([numbers])
    except ValueError:
        wrong = next((n for n in numbers.split(b" ") if not _is_number(n)), numbers)
        faults.note(number, f"has {_shown(wrong)} for a number: {_shown(word)}")
        return None
    if not np.isfinite(vector).all():
        faults.note(number, f"has a number that is not finite: {_shown(word)}")
        return None
    return vector


# --- faults ---------------------------------------------------------------------------------------


@dataclass
class _Faults:
    """Raises at the first fault, or counts them for one warning at the end."""

    name: str
    bad_rows: BadRows
    noted: list[tuple[int, str, str]] = field(default_factory=list)  # in the present block
    skipped: int = 0
    first_skipped: str = ""
    repeats: int = 0
    first_repeat: str = ""

    def note(self, number: int, what: str, remedy: str = _MEND) -> None:
        self.noted.append((number, f"line {number} of {self.name} {what}", remedy))

    def settle(self) -> None:
        """Raise for the first fault of a block; faults are noted in the order of the checks."""
        if self.noted:
            _, message, remedy = min(self.noted)
            if self.bad_rows == "raise":
                raise ValueError(f"{message}. {remedy}")
            self.skipped += len(self.noted)
            self.first_skipped = self.first_skipped or message
            self.noted.clear()

    def repeated(self, number: int, word: str) -> None:
        self.repeats += 1
        self.first_repeat = self.first_repeat or f"{word!r} again on line {number}"

    def report(self) -> None:
        if self.skipped:
            message = f"left out {self.skipped} bad rows; the first: {self.first_skipped}"
            warnings.warn(message, stacklevel=4)
        if self.repeats:
            message = f"{self.name} repeats {self.repeats} words ({self.first_repeat}); the first"
            warnings.warn(f"{message} vector of each is kept", stacklevel=4)


def _shown(line: bytes) -> str:
    """The beginning of a line as a message shows it."""
    text = line.decode(errors="backslashreplace").strip()
    word = text.split(" ")[0][:40]
    return repr(word) if word == text else f"{word!r}…"
