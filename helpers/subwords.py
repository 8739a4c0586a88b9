"""Pieces of words: byte-pair encoding, learned from counts, applied to any word, and undone.

Written to be read beside Sennrich, Haddow and Birch (2016), "Neural Machine Translation of Rare
Words with Subword Units".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

#: Ends the last piece of a word, so that pieces can be put together again.
END = "·"

Pair = tuple[str, str]


def characters(word: str) -> tuple[str, ...]:
    """The characters of a word, the last one marked.

    Raises
    ------
    ValueError
        If the word is empty, or contains the mark.
    """
    if not word or END in word:
        raise ValueError(f"{word!r} is no word: expected characters, without the mark {END!r}")
    return (*word[:-1], word[-1] + END)


def merge(pieces: Sequence[str], pair: Pair) -> tuple[str, ...]:
    """Join each occurrence of a pair of neighbours, from the left.

    Examples
    --------
    >>> merge(("a", "b", "a", "b", "c·"), ("a", "b"))
    ('ab', 'ab', 'c·')
    """
    joined: list[str] = []
    at = 0
    while at < len(pieces):
        step = 2 if tuple(pieces[at : at + 2]) == pair else 1
        joined.append("".join(pieces[at : at + step]))
        at += step
    return tuple(joined)


def learn_merges(counts: Mapping[str, int], size: int) -> list[Pair]:
    """Merge the commonest pair of neighbours again and again, within words.

    Parameters
    ----------
    counts : mapping of str to int
        How often each word occurs in the *training* texts.
    size : int
        How many merges; fewer, if every word is one piece before.

    Returns
    -------
    list of pairs
        In the order in which they were made; of equally common pairs the first by alphabet.
    """
    words = {word: characters(word) for word in counts}
    merges: list[Pair] = []
    for _ in range(size):
        pairs: Counter[Pair] = Counter()
        for word, pieces in words.items():
            for pair in zip(pieces, pieces[1:], strict=False):
                pairs[pair] += counts[word]
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        words = {word: merge(pieces, best) for word, pieces in words.items()}
        merges.append(best)
    return merges


def split(word: str, merges: Iterable[Pair]) -> tuple[str, ...]:
    """The pieces of any word, seen or not: its characters, merged in the order learned."""
    pieces = characters(word)
    for pair in merges:
        pieces = merge(pieces, pair)
    return pieces


def join(pieces: Iterable[str]) -> list[str]:
    """The words that pieces make; undoes `split`.

    Raises
    ------
    ValueError
        If the last word has no end.
    """
    *words, rest = "".join(pieces).split(END)
    if rest:
        raise ValueError(f"{rest!r} has no end: expected a piece with {END!r} after it")
    return words


def inventory(counts: Mapping[str, int], merges: Iterable[Pair]) -> list[str]:
    """Every piece that `split` can make of the characters in these words, in a fixed order."""
    single = sorted({piece for word in counts for piece in (*word, word[-1] + END)})
    return [*single, *("".join(pair) for pair in merges)]
