"""What a model of text writes, and how it compares with what people write."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np

from helpers import decoding
from helpers.data import prose
from helpers.decoding import Step
from helpers.models.text_generator import TextGenerator
from helpers.ngrams import KneserNey

#: Temperature and what is cut off; the same settings wherever something is written.
SETTINGS: dict[str, dict[str, Any]] = {
    "the most probable": {"temperature": 0.0},
    "temperature 0.5": {"temperature": 0.5},
    "temperature 1": {},
    "temperature 1.5": {"temperature": 1.5},
    "top-k of 5": {"top_k": 5},
    "top-p of 0.9": {"top_p": 0.9},
}
N_TEXTS, LENGTH = 20, 800


def write(
    step: Step, state: Any, n: int, length: int, *, seed: int = 0, **setting: Any
) -> list[str]:
    """So many texts, each as if after a line break."""
    first = np.full(n, prose.ALPHABET.index("\n"))
    rng = np.random.default_rng(seed)
    written = decoding.generate(step, state, first, length=length, rng=rng, **setting)
    return [prose.decode(row) for row in written]


def words(text: str) -> list[str]:
    """Lower-case words, without what may be cut off at both ends."""
    return re.findall(r"[a-z']+", text.lower())[1:-1]


def known(texts: Iterable[str], lexicon: Collection[str]) -> float:
    """The share of words that are in a lexicon."""
    found = [word in lexicon for text in texts for word in words(text)]
    return float(np.mean(found)) if found else 0.0


def distinct(texts: Iterable[str], length: int = 4) -> float:
    """The number of different runs of so many words, for each run that there is in all texts."""
    runs: list[tuple[str, ...]] = []
    for text in texts:
        tokens = words(text)
        runs += [tuple(tokens[at : at + length]) for at in range(len(tokens) - length + 1)]
    return len({*runs}) / len(runs) if runs else 0.0


def loop(text: str, *, times: int = 3, longest: int = 150) -> int:
    """The period with which a text ends, if it comes so many times in a row; else zero."""
    for period in range(1, min(longest, len(text) // times) + 1):
        end = text[len(text) - period :]
        if text.endswith(end * times):
            return period
    return 0


def drift(
    generator: TextGenerator, judge: KneserNey, texts: Sequence[str], seed: int = 0
) -> dict[str, list[float]]:
    """What a judge thinks of each character, by its place: real ones, drawn ones, written ones.

    ``real`` is the judge's bits of the text itself. ``given the real`` are characters drawn from
    the network after the real text, and judged there. ``given its own`` are texts that the network
    wrote alone, judged after what it wrote. If mistakes led to more mistakes, the last would rise.

    Parameters
    ----------
    generator : TextGenerator
    judge : KneserNey
        Of other texts than those that the network was trained on.
    texts : sequence of str
        Real ones, equally long.

    Returns
    -------
    dict of list of float
        Means over the texts, for each place.
    """
    rng = np.random.default_rng(seed)
    length = len(texts[0])
    ids = np.array([prose.encode("\n" + text[:-1]) for text in texts])
    log_p, _ = generator.read(ids)
    drawn = [prose.decode(row) for row in decoding.sample(log_p, rng=rng)]
    own = write(generator.step, generator.begin(len(texts)), len(texts), length, seed=seed)

    given_the_real = [_after(judge, *pair) for pair in zip(texts, drawn, strict=True)]
    return {
        "real": np.mean([judge.bits(text) for text in texts], axis=0).tolist(),
        "given the real": np.mean(given_the_real, axis=0).tolist(),
        "given its own": np.mean([judge.bits(text) for text in own], axis=0).tolist(),
    }


def _after(judge: KneserNey, text: str, characters: str) -> list[float]:
    """The judge's bits for each character, had it come at its place in the text."""
    return [
        judge.bits(text[max(0, at - judge.order + 1) : at] + character)[-1]
        for at, character in enumerate(characters)
    ]


def counted_step(model: KneserNey) -> Step:
    """A Kneser-Ney model as something that can be decoded; its state is the last characters."""

    def step(tokens: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        state = np.concatenate([state, np.asarray(tokens)[:, None]], axis=1)[:, -model.order :]
        rows = [model.distribution(prose.decode(row[row >= 0])) for row in state]
        return np.log(rows), state

    return step


def nothing_read(n: int) -> np.ndarray:
    """What `counted_step` begins with."""
    return np.full((n, 1), -1)


def judged(
    texts: Sequence[str], lexicon: Collection[str], judge: KneserNey
) -> dict[str, float | str]:
    """How texts compare with real ones, and the beginning of the first."""
    return {
        "known": known(texts, lexicon),
        "distinct": distinct(texts),
        "bits": float(np.mean([judge.bits(text).mean() for text in texts])),
        "loops": float(np.mean([loop(text) > 0 for text in texts])),
        "begins": texts[0][:240],
    }


def compared(generator: TextGenerator, text: prose.Prose, judge: KneserNey) -> dict[str, Any]:
    """What a network, counts and people write, judged by counts of other texts."""
    lexicon = {*words(text.train)}
    counts = counted(text.train)
    found = {"people": judged([*pieces(text.test, LENGTH)][:N_TEXTS], lexicon, judge)}
    del found["people"]["begins"]  # somebody else's words are not for us to keep
    texts = write(counted_step(counts), nothing_read(N_TEXTS), N_TEXTS, LENGTH)
    found["counts of six"] = judged(texts, lexicon, judge)
    for name, setting in SETTINGS.items():
        texts = write(generator.step, generator.begin(N_TEXTS), N_TEXTS, LENGTH, **setting)
        found[name] = judged(texts, lexicon, judge)
    return found


def counted(text: str) -> KneserNey:
    """Counts of order six."""
    return KneserNey(text, order=6, alphabet=prose.ALPHABET)


def pieces(text: str, length: int) -> Iterable[str]:
    """The beginnings of paragraphs that are long enough."""
    return (line[:length] for line in text.split("\n") if len(line) >= length)
