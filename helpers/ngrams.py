"""Kneser and Ney's model of text: counts of what followed, backed off to shorter contexts."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator

import numpy as np


class KneserNey:
    """Probabilities of the next character by interpolated Kneser-Ney smoothing.

    Parameters
    ----------
    text : str
        To count in.
    order : int
        Characters that are counted together: one more than the longest context.
    alphabet : str
        Every character that can come.

    Raises
    ------
    ValueError
        If the order is below one, the alphabet repeats a character or lacks one of the text's, or
        the text is shorter than the order.

    Notes
    -----
    Kneser and Ney (1995), interpolated as in Chen and Goodman (1999), equation 24: the longest
    contexts count how often a character followed, shorter ones in how many different contexts it
    did; every count gives up the discount of its order, :math:`n_1 / (n_1 + 2 n_2)`, and what they
    gave up is shared out as the next shorter context says. Below the shortest all characters are
    equally probable.
    """

    def __init__(self, text: str, *, order: int, alphabet: str) -> None:
        if order < 1:
            raise ValueError(f"order is {order}: at least one character has to be counted")
        if len({*alphabet}) < len(alphabet):
            raise ValueError("the alphabet repeats a character: each needs one place")
        if lacking := {*text} - {*alphabet}:
            raise ValueError(f"the alphabet lacks {sorted(lacking)}, which the text has")
        if len(text) < order:
            raise ValueError(f"a text of {len(text)} characters is too short for order {order}")
        self.order, self.alphabet = order, alphabet
        self._places = {character: place for place, character in enumerate(alphabet)}
        self._tables = [_Table(counts) for counts in _counts(text, order)]

    def distribution(self, context: str) -> np.ndarray:
        """Probabilities of what comes after a context, shape (len(alphabet),)."""
        p = np.full(len(self.alphabet), 1 / len(self.alphabet))
        for followers, discount, total, left_over in self._seen(context):
            p *= left_over
            for character, count in followers.items():
                p[self._places[character]] += (count - discount) / total
        return p

    def bits(self, text: str) -> np.ndarray:
        """Minus the binary logarithm of each character's probability, shape (len(text),)."""
        return np.array([-math.log2(self._probability(text, at)) for at in range(len(text))])

    def _probability(self, text: str, at: int) -> float:
        """One entry of the distribution, without the others."""
        context, character = text[max(0, at - self.order + 1) : at], text[at]
        p = 1 / len(self.alphabet)
        for followers, discount, total, left_over in self._seen(context):
            p *= left_over
            if count := followers.get(character):
                p += (count - discount) / total
        return p

    def _seen(self, context: str) -> Iterator[tuple[Counter[str], float, int, float]]:
        """What followed the context's ends, from the shortest to the longest that was seen."""
        for length, table in enumerate(self._tables):
            if length > len(context) or (found := table.of(_end(context, length))) is None:
                return
            followers, total, left_over = found
            yield followers, table.discount, total, left_over


class _Table:
    """What followed the contexts of one length."""

    def __init__(self, counts: dict[str, Counter[str]]) -> None:
        often = Counter(count for followers in counts.values() for count in followers.values())
        ones, twos = often[1], often[2]
        # Without a single one there is nothing to estimate a discount from.
        self.discount = ones / (ones + 2 * twos) if ones else 0.5
        self._found = {
            context: (followers, total, self.discount * len(followers) / total)
            for context, followers in counts.items()
            for total in [followers.total()]
        }

    def of(self, context: str) -> tuple[Counter[str], int, float] | None:
        return self._found.get(context)


def _counts(text: str, order: int) -> list[dict[str, Counter[str]]]:
    """By length of the context: of the longest how often, of others after how many characters."""
    grams = Counter(text[at : at + order] for at in range(len(text) - order + 1))
    tables: list[dict[str, Counter[str]]] = []
    for _ in range(order):
        table: dict[str, Counter[str]] = defaultdict(Counter)
        for gram, count in grams.items():
            table[gram[:-1]][gram[-1]] = count
        tables.insert(0, dict(table))
        grams = Counter(gram[1:] for gram in grams)
    return tables


def _end(context: str, length: int) -> str:
    return context[len(context) - length :]
