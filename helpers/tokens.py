"""Tokens to ids and back, for networks whose answer is a sequence: it has to begin and to end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

PADDING, UNKNOWN, START, END = "<pad>", "<unk>", "<start>", "<end>"
SPECIAL = (PADDING, UNKNOWN, START, END)


@dataclass(frozen=True)
class Vocabulary:
    """Tokens by id; id 0 is padding, and there is a token to begin and one to end with.

    Parameters
    ----------
    tokens : tuple of str
        In the order of their ids.

    Raises
    ------
    ValueError
        If one of the four special tokens is missing, padding is not the first, or a token occurs
        twice.
    """

    tokens: tuple[str, ...]

    def __post_init__(self) -> None:
        if missing := [token for token in SPECIAL if token not in self.tokens]:
            raise ValueError(
                f"the vocabulary lacks {', '.join(missing)}: a decoder cannot begin without"
                f" {START}, nor stop without {END}; add them, or use `Vocabulary.of`"
            )
        if self.tokens[0] != PADDING:
            raise ValueError(f"id 0 is {self.tokens[0]!r}, expected {PADDING}: masks look for 0")
        if len({*self.tokens}) < len(self.tokens):
            twice = [token for token, count in Counter(self.tokens).items() if count > 1]
            raise ValueError(f"tokens occur twice: {twice[:5]}; each needs one id")

    @classmethod
    def of(cls, sequences: Iterable[Sequence[str]], *, at_least: int = 1) -> Vocabulary:
        """The special tokens, then those that occur at least so often, the commonest first."""
        counts = Counter(token for sequence in sequences for token in sequence)
        usual = sorted(counts, key=lambda token: (-counts[token], token))
        kept = [t for t in usual if counts[t] >= at_least and t not in SPECIAL]
        return cls((*SPECIAL, *kept))

    def __len__(self) -> int:
        return len(self.tokens)

    @cached_property
    def ids(self) -> dict[str, int]:
        """The id of each token."""
        return {token: i for i, token in enumerate(self.tokens)}

    @property
    def start(self) -> int:
        """The id that a decoder is given first."""
        return self.ids[START]

    @property
    def end(self) -> int:
        """The id with which an answer ends."""
        return self.ids[END]

    def encode(
        self, sequences: Sequence[Sequence[str]], *, ends: bool = False, length: int | None = None
    ) -> np.ndarray:
        """Ids, padded behind to the longest sequence; strange tokens get the id of unknown ones.

        Parameters
        ----------
        sequences : sequence of sequences of str
            A string is a sequence of characters.
        ends : bool
            Whether to put the start token before each sequence and the end token behind it.
        length : int, optional
            How long to make the rows, if not as long as the longest.

        Returns
        -------
        array of int32, shape (len(sequences), length)

        Raises
        ------
        ValueError
            If a sequence is longer than ``length``: cut off, it would lose its end token.
        """
        unknown = self.ids[UNKNOWN]
        rows = [[self.ids.get(token, unknown) for token in sequence] for sequence in sequences]
        if ends:
            rows = [[self.start, *row, self.end] for row in rows]
        longest = max(map(len, rows), default=0)
        width = longest if length is None else length
        if longest > width:
            where = next(i for i, row in enumerate(rows) if len(row) > width)
            raise ValueError(
                f"sequence {where} has {len(rows[where])} tokens, more than length={width}:"
                " leave it out, or make the rows longer"
            )
        ids = np.zeros((len(rows), width), "int32")
        for row, numbers in zip(ids, rows, strict=True):
            row[: len(numbers)] = numbers
        return ids

    def decode(self, ids: Iterable[int]) -> list[str]:
        """The tokens up to the end token, without start and padding."""
        found = []
        for i in ids:
            token = self.tokens[int(i)]
            if token == END:
                break
            if token not in (START, PADDING):
                found.append(token)
        return found
