"""The real reviews: a seeded sample of Maas et al.'s archive (2011), read in one pass.

The archive is read as a stream: nothing of it is written to disk, whatever its members' names.
"""

from __future__ import annotations

import gzip
import hashlib
import heapq
import re
import tarfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from helpers.data import downloads

ARCHIVE = "aclImdb_v1.tar.gz"
HOMEPAGE = "http://ai.stanford.edu/~amaas/data/sentiment/"
URLS = (f"{HOMEPAGE}{ARCHIVE}", f"https://ai.stanford.edu/~amaas/data/sentiment/{ARCHIVE}")
# The authors publish none; torchtext (torchtext/datasets/imdb.py) checks its downloads by it.
CHECKSUM = "md5:7c2ac02c03563afcf9b574c7e56c153a"

_MEMBER = re.compile(r"(?:.*/)?aclImdb/(train|test)/(pos|neg)/\d+_\d+\.txt$")

Split = tuple[tuple[str, ...], np.ndarray]
_Group = tuple[str, str]  # split and class, as the archive's folders name them
_Ranked = tuple[int, str]  # minus the rank, so that a heap gives up the largest first; the text


def find() -> Path:
    """The archive in the data folder, downloaded if it is not there: see `downloads.fetch`."""
    return downloads.fetch(ARCHIVE, URLS, CHECKSUM)


def sample(archive: Path, n_train: int, n_test: int, seed: int) -> tuple[Split, Split]:
    """A sample in one pass: per split and class, the reviews whose seeded hash is smallest."""
    sizes = {("train", "pos"): n_train // 2, ("train", "neg"): n_train - n_train // 2}
    sizes |= {("test", "pos"): n_test // 2, ("test", "neg"): n_test - n_test // 2}
    try:
        kept = _smallest(archive, sizes, seed)
    except (EOFError, OSError, tarfile.TarError, zlib.error, UnicodeDecodeError) as error:
        raise ValueError(
            f"{archive} is damaged ({error}): delete it and download it again from {HOMEPAGE}"
        ) from error
    train, test = (_merge(kept[split, "neg"], kept[split, "pos"]) for split in ("train", "test"))
    return train, test


def _smallest(archive: Path, sizes: dict[_Group, int], seed: int) -> dict[_Group, list[_Ranked]]:
    kept: dict[_Group, list[_Ranked]] = {group: [] for group in sizes}
    seen = Counter[_Group]()
    for group, name, read in _members(archive):
        seen[group] += 1
        rank = int.from_bytes(hashlib.blake2b(f"{seed} {name}".encode(), digest_size=8).digest())
        heap = kept[group]
        if len(heap) < sizes[group]:
            heapq.heappush(heap, (-rank, read()))
        elif heap and -rank > heap[0][0]:
            heapq.heapreplace(heap, (-rank, read()))
    for group, size in sizes.items():
        if seen[group] < max(size, 1):
            where = "/".join(group)
            raise ValueError(f"{archive} has {seen[group]} reviews in aclImdb/{where}, need {size}")
    return kept


def _members(archive: Path) -> Iterator[tuple[_Group, str, _Reader]]:
    with gzip.open(archive) as unzipped:
        with tarfile.open(fileobj=unzipped, mode="r|") as tar:
            for member in tar:
                # Or the header of each of 50,000 files stays in memory. Typeshed leaves it out.
                tar.members.clear()  # type: ignore[attr-defined]
                match = _MEMBER.match(member.name)
                if match and member.isfile():
                    name = member.name[match.start(1) :]
                    yield (match[1], match[2]), name, _Reader(tar, member)
        while unzipped.read(1 << 20):  # the checksum is at the very end
            pass


@dataclass(frozen=True)
class _Reader:
    """Reads a member while the stream stands at it."""

    tar: tarfile.TarFile
    member: tarfile.TarInfo

    def __call__(self) -> str:
        handle = self.tar.extractfile(self.member)
        assert handle is not None, "only regular files are offered"
        return re.sub(r"<br\s*/?>", " ", handle.read().decode("utf-8"))


def _merge(negative: list[_Ranked], positive: list[_Ranked]) -> Split:
    """Both classes in the order of their hashes, which is a seeded shuffle."""
    ranked = [(-rank, text, 0) for rank, text in negative]
    ranked += [(-rank, text, 1) for rank, text in positive]
    ranked.sort()
    return tuple(text for _, text, _ in ranked), np.array([label for *_, label in ranked])
