"""Sentences with their entities: ours, by a grammar, and those of the WNUT-17 shared task.

Ours are a test bench: half of the test's entities were never seen in training, neither whole nor
by their own words, so that a list of names cannot find them. WNUT-17 (Derczynski et al. 2017) is
made alike by choice of its texts: names that are new.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from helpers import iob
from helpers.data import conll, downloads, tagged_grammar
from helpers.data.conll import Sentence

HOMEPAGE = "https://noisy-text.github.io/2017/emerging-rare-entities.html"
_MIRRORS = (
    "https://noisy-text.github.io/2017/files/",
    "https://raw.githubusercontent.com/leondz/emerging_entities_17/master/",
)
#: The published ones have no checksums; these are of the files that had 3,394, 1,009 and 1,287
#: sentences, as the organisers count.
FILES = {
    "train": (
        "wnut17train.conll",
        "sha256:731820e13f71af324c6b55a1575ec2ce59fbaa2a0806f8f0400b98d56cd6a7a5",
    ),
    "dev": (
        "emerging.dev.conll",
        "sha256:e053b752b8155113ca66e7db08af5f2f5f43ab993694e4774f1ec5bad42312d8",
    ),
    "test": (
        "emerging.test.annotated",
        "sha256:2aa79b764e56ec9264a1b30fdd9b70195bd00ff400b62edd8f399d5f13c178f0",
    ),
}
WNUT_KINDS = ("corporation", "creative-work", "group", "location", "person", "product")
FOLDER = "wnut17"  # looked into if the data folder has it


@dataclass(frozen=True)
class Tagged:
    """Sentences to train on, to choose by, and to test on."""

    train: tuple[Sentence, ...]
    dev: tuple[Sentence, ...]
    test: tuple[Sentence, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of entities in the training part, in the order of the alphabet."""
        return tuple(sorted({kind for kind, _, _ in entities(self.train)}))

    @property
    def tags(self) -> tuple[str, ...]:
        """All tags, ``O`` first."""
        return iob.tags_for(self.kinds)


def load(
    source: str | None = None,
    *,
    n_train: int = 2000,
    n_dev: int = 400,
    n_test: int = 400,
    seed: int = 0,
) -> Tagged:
    """Tagged sentences.

    Parameters
    ----------
    source : {"embedded", "real"}, optional
        Our grammar, or WNUT-17: its three files from the data folder, downloaded if they are not
        there. Default: the environment variable ``RNN_DATA``, else ``"embedded"``.
    n_train, n_dev, n_test : int
        Sentences of the grammar; of WNUT-17 there are as many as there are.
    seed : int
        Of the grammar.

    Raises
    ------
    ValueError
        If the source is unknown, a number is not positive, or a file is at fault.
    FileNotFoundError
        If a file is missing and cannot be downloaded.
    """
    source = source or os.environ.get("RNN_DATA") or "embedded"
    if source == "real":
        return Tagged(*(tuple(_wnut(part)) for part in FILES))
    if source != "embedded":
        raise ValueError(f"source is {source!r}, expected 'embedded' or 'real'")
    parts = tagged_grammar.write(n_train, n_dev, n_test, seed=seed)
    return Tagged(*(tuple(Sentence(*pair) for pair in part) for part in parts))


def entities(sentences: Iterable[Sentence]) -> list[tuple[str, str, str]]:
    """Kind, text, and text in lower case of every entity, in their order."""
    return [
        (span.kind, text := " ".join(sentence.words[span.start : span.end]), text.lower())
        for sentence in sentences
        for span in iob.spans(sentence.tags)
    ]


def seen(sentences: Iterable[Sentence], known: Iterable[Sentence]) -> list[list[bool]]:
    """For each entity, sentence by sentence, whether its text is one in ``known``, in any case."""
    texts = {text for _, _, text in entities(known)}
    return [[text in texts for _, _, text in entities([sentence])] for sentence in sentences]


def dictionary(
    known: Iterable[Sentence], sentences: Iterable[Sentence], *, any_case: bool = False
) -> list[list[str]]:
    """Tags by a list of the known entities: the longest match from the left.

    Of an entity with several kinds, the most frequent counts, and of equals the first. With
    ``any_case``, capitals and small letters are the same.
    """

    def key(words: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(word.lower() for word in words) if any_case else words

    counts: dict[tuple[str, ...], Counter[str]] = {}
    for sentence in known:
        for kind, start, end in iob.spans(sentence.tags):
            counts.setdefault(key(sentence.words[start:end]), Counter())[kind] += 1
    listed = {words: kinds.most_common(1)[0][0] for words, kinds in counts.items()}
    longest = max(map(len, listed), default=0)
    return [_look_up(key(sentence.words), listed, longest) for sentence in sentences]


def _look_up(words: tuple[str, ...], listed: dict[tuple[str, ...], str], longest: int) -> list[str]:
    found, at = [], 0
    while at < len(words):
        for end in range(min(at + longest, len(words)), at, -1):
            if kind := listed.get(words[at:end]):
                found.append(iob.Span(kind, at, end))
                at = end
                break
        else:
            at += 1
    return iob.tags_of(found, len(words))


def find(part: str) -> Path:
    """A file of WNUT-17 in the data folder or its folder `FOLDER`; else it is downloaded."""
    name, checksum = FILES[part]
    inside = downloads.data_folder() / FOLDER
    place = inside if (inside / name).is_file() else None
    return downloads.fetch(name, [url + name for url in _MIRRORS], checksum, folder=place)


def _wnut(part: str) -> list[Sentence]:
    return conll.read(find(part), kinds=WNUT_KINDS)
