"""Sentences and their translations: a tab-separated file, split by source.

The English–French file has several translations of many a sentence, one below the other. Split at
random, it has the same sentence on both sides.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from helpers.data import downloads

ARCHIVE = "fra-eng.zip"
MEMBER = "fra.txt"
HOMEPAGE = "https://www.manythings.org/anki/"
# The homepage has a larger edition every few months under the same name. Dive into Deep Learning
# keeps one, by whose checksum (d2l/torch.py, DATA_HUB) it checks its downloads.
URLS = (
    "http://d2l-data.s3-accelerate.amazonaws.com/fra-eng.zip",
    "https://d2l-data.s3-accelerate.amazonaws.com/fra-eng.zip",
)
CHECKSUM = "sha1:94646ad1522d915e7b0f9296181140edcf86a4f5"

Pair = tuple[str, str]
_TOKEN = re.compile(r"\w+'|\w+|-\w+|[^\w\s]")


@dataclass(frozen=True)
class Pairs:
    """Pairs of sentences for training, and for the test."""

    train: tuple[Pair, ...]
    test: tuple[Pair, ...]

    def references(self) -> dict[str, list[str]]:
        """Each source of the test with all its translations there."""
        found: dict[str, list[str]] = {}
        for source, target in self.test:
            found.setdefault(source, []).append(target)
        return found


def load(
    *,
    path: str | Path | None = None,
    max_characters: int = 15,
    n_sources: int | None = None,
    n_test: int = 500,
    split: str = "source",
    seed: int = 0,
) -> Pairs:
    """A seeded sample of sources, each with all its translations, split in two.

    Parameters
    ----------
    path : path, optional
        A zip archive, or a text file. Default: the English–French archive in the data folder,
        downloaded if it is not there (see `downloads.fetch`).
    max_characters : int
        The longest source that is taken.
    n_sources : int, optional
        How many different sources are drawn; all that are short enough unless given.
    n_test : int
        How many of them go into the test; in a random split, how many *pairs*.
    split : {"source", "random"}
        ``"source"`` keeps equal sources, whatever their case and punctuation, on one side;
        ``"random"`` does what is often done, and leaks.
    seed : int

    Raises
    ------
    ValueError
        If the file is damaged or a line is not a pair; if there are fewer sources than asked for.
    """
    if split not in ("source", "random"):
        raise ValueError(f"split is {split!r}, expected 'source' or 'random'")
    groups: dict[str, list[Pair]] = {}
    for source, target in read(find() if path is None else Path(path)):
        if len(source) <= max_characters:
            groups.setdefault(_key(source), []).append((source, target))
    n_sources = len(groups) if n_sources is None else n_sources
    if not 0 < n_test < n_sources <= len(groups):
        raise ValueError(
            f"n_test={n_test} of n_sources={n_sources}: there are {len(groups):,} different"
            f" sources of at most {max_characters} characters, and both parts need some"
        )
    rng = np.random.default_rng(seed)
    keys = [[*groups][i] for i in rng.permutation(len(groups))[:n_sources]]
    if split == "source":
        test = _flat(groups[key] for key in keys[:n_test])
        train = _flat(groups[key] for key in keys[n_test:])
    else:
        every = _flat(groups[key] for key in keys)
        order = rng.permutation(len(every))
        test = tuple(every[i] for i in order[:n_test])
        train = tuple(every[i] for i in order[n_test:])
    return Pairs(train, test)


def find() -> Path:
    """The archive in the data folder, downloaded if it is not there."""
    return downloads.fetch(ARCHIVE, URLS, CHECKSUM)


def read(path: Path) -> list[Pair]:
    """All pairs of a file, or of the file in an archive; a third column is left alone.

    Raises
    ------
    ValueError
        If the archive is damaged or holds something else, the text is not UTF-8, or a line is
        empty or not a pair: says which line, and what to do.
    """
    return [*_pairs(_lines(path), path.name)]


def tokenize(sentence: str) -> list[str]:
    """Words and marks in lower case, parted behind an apostrophe and before a hyphen."""
    return _TOKEN.findall(_plain(sentence))


def join(tokens: Iterable[str]) -> str:
    """A sentence of tokens, spaced as `normalise` does."""
    return normalise(" ".join(tokens))


def normalise(sentence: str) -> str:
    """Lower case, plain apostrophes, no space before a mark or behind an apostrophe."""
    plain = re.sub(r"\s+", " ", _plain(sentence)).strip()
    return re.sub(r"(?<=\w)' | (?=[^\w\s])", lambda found: found.group().strip(), plain)


def seen_sources(pairs: Pairs) -> np.ndarray:
    """For each pair of the test, whether its source is in the training part; of bool."""
    seen = {_key(source) for source, _ in pairs.train}
    return np.array([_key(source) in seen for source, _ in pairs.test])


def shared_sources(pairs: Pairs) -> float:
    """The share of pairs of the test whose source is in the training part, too."""
    return float(seen_sources(pairs).mean())


def _plain(sentence: str) -> str:
    return unicodedata.normalize("NFKC", sentence).lower().replace("’", "'")


def _key(source: str) -> str:
    """What equal sources have in common: their words."""
    return " ".join(re.findall(r"[\w']+", _plain(source)))


def _flat(groups: Iterable[list[Pair]]) -> tuple[Pair, ...]:
    return tuple(pair for group in groups for pair in group)


def _lines(path: Path) -> Iterator[str]:
    if not path.is_file():
        raise ValueError(f"{path} is not a file: name a zip archive or a text file of pairs")
    try:
        if not zipfile.is_zipfile(path):
            if path.suffix == ".zip":
                raise zipfile.BadZipFile("no zip archive, or one that is cut short")
            yield from io.StringIO(path.read_text("utf-8"))
            return
        with zipfile.ZipFile(path) as archive:
            inside = [name for name in archive.namelist() if name.split("/")[-1] == MEMBER]
            if not inside:
                raise ValueError(
                    f"{path.name} holds no {MEMBER} but {archive.namelist()[:5]}: it is another"
                    f" archive; get {ARCHIVE} from {HOMEPAGE}"
                )
            with archive.open(inside[0]) as member:
                yield from io.TextIOWrapper(member, "utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path.name} is not UTF-8 ({error}): save it again as UTF-8") from error
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ValueError(
            f"{path} is damaged ({error}): delete it and get it again from {HOMEPAGE}"
        ) from error


def _pairs(lines: Iterable[str], name: str) -> Iterator[Pair]:
    for number, line in enumerate(lines, 1):
        columns = [column.strip() for column in line.rstrip("\r\n").split("\t")]
        if columns == [""]:
            raise ValueError(f"line {number} of {name} is empty: take it out")
        if len(columns) not in (2, 3):
            count = f"{len(columns)} column{'s' * (len(columns) > 1)}"
            hint = " Are they separated by something else?" if len(columns) == 1 else ""
            raise ValueError(
                f"line {number} of {name} has {count}, expected a source, a tab and a target"
                f" (and a third with the attribution, if you like): {line.strip()[:40]!r}.{hint}"
                " Mend the line, or take it out"
            )
        if not columns[0] or not columns[1]:
            side = "source" if not columns[0] else "target"
            raise ValueError(f"line {number} of {name} has no {side}: mend it, or take it out")
        yield columns[0], columns[1]
