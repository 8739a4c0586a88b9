"""Files as of the CoNLL shared tasks: a word and its tag on each line, gaps between sentences."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from helpers import iob


class Sentence(NamedTuple):
    """Words, and a tag in IOB2 for each."""

    words: tuple[str, ...]
    tags: tuple[str, ...]


def read(
    path: str | Path,
    *,
    scheme: str = "IOB2",
    kinds: Collection[str] | None = None,
    separator: str = "\t",
) -> list[Sentence]:
    """All sentences of a file, in IOB2 whatever the file is in.

    Parameters
    ----------
    path : path
        The word is the first column, the tag the last. Lines without a word or a tag end a
        sentence, be they empty or not: WNUT-17 has both sorts. Several in a row are as one, and
        the last line needs no end.
    scheme : {"IOB2", "IOB1"}
        What the file is in. The other one is noticed and refused, and never counted as it is.
    kinds : collection of str, optional
        All that may occur; any may unless given.
    separator : str
        Between the columns.

    Raises
    ------
    ValueError
        If there are no sentences, the text is not UTF-8, or a line is at fault: says which line,
        why, and what to do.
    """
    path = Path(path)
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path.name} is not UTF-8 ({error}): save it again as UTF-8") from error
    sentences = []
    for rows in _sentences(text, path.name, separator):
        numbers, words, tags = zip(*rows, strict=True)
        _check_kinds(numbers, tags, kinds, path.name)
        for place in iob.illegal(tags, scheme):
            raise ValueError(_other_scheme(numbers[place], tags[place], scheme, path.name))
        sentences.append(Sentence(words, tuple(iob.to_iob2(tags))))
    if not sentences:
        raise ValueError(
            f"{path.name} has no sentences: expected a word, a tab and a tag on each line, and an"
            " empty line between sentences. Was the download cut short?"
        )
    return sentences


def _sentences(text: str, name: str, separator: str) -> Iterator[list[tuple[int, str, str]]]:
    """Rows of (line number, word, tag), sentence by sentence; none is empty."""
    rows: list[tuple[int, str, str]] = []
    # Not `splitlines`: a tweet may hold a character at which that would break a line.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            if rows:
                yield rows
            rows = []
            continue
        columns = line.rstrip("\r").split(separator)
        if len(columns) < 2:
            where = f"line {number} of {name}: {line.strip()[:40]!r}"
            if len(line.split()) > 1:
                raise ValueError(
                    f"{where} has spaces that are not {_shown(separator)}: write"
                    f" {_shown(separator)} between word and tag, or say what it is: separator=' '"
                )
            raise ValueError(f"{where} has a word and no tag: add {_shown(separator)} and the tag")
        word, tag = columns[0].strip(), columns[-1].strip()
        if not word or not tag:
            missing = "tag" if word else "word"
            raise ValueError(f"line {number} of {name} has no {missing}: mend it, or take it out")
        rows.append((number, word, tag))
    if rows:
        yield rows


def _check_kinds(
    numbers: tuple[int, ...], tags: tuple[str, ...], kinds: Collection[str] | None, name: str
) -> None:
    for number, tag in zip(numbers, tags, strict=True):
        try:
            _, kind = iob.split(tag)
        except ValueError as error:
            raise ValueError(f"line {number} of {name}: {error}. Mend the tag") from None
        if kind and kinds is not None and kind not in kinds:
            raise ValueError(
                f"line {number} of {name} has the unknown tag {tag!r}: the kinds are"
                f" {', '.join(sorted(kinds))}. Mend the tag, or add its kind to `kinds`"
            )


def _other_scheme(number: int, tag: str, scheme: str, name: str) -> str:
    other = "IOB1" if scheme == "IOB2" else "IOB2"
    why = (
        "an I that continues nothing"
        if scheme == "IOB2"
        else "a B that touches no entity of its kind"
    )
    return (
        f"line {number} of {name}: {tag} is illegal in {scheme}, {why}. If such lines are many, the"
        f" file is in {other}: read it with scheme={other!r}. If this is the only one, mend the tag"
    )


def _shown(separator: str) -> str:
    return "a tab" if separator == "\t" else repr(separator)
