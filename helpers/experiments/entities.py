"""Names in noisy text: a softmax against a field, with vectors and without, and what goes wrong."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import keras
import numpy as np

from helpers import iob
from helpers.data import glove_archive, tagged
from helpers.data.conll import Sentence
from helpers.data.tagged import Tagged
from helpers.models.tagger import Reader, Tagger, build_tagger

#: Chosen on the dev part, by the rates of `at_rates` and a few first runs with another seed.
SETTINGS: dict[str, Any] = {"units": 64, "dropout": 0.2}
EPOCHS, BATCH, RATE, DIM = 6, 64, 2e-2, 100
RATES = (5e-3, 1e-2, 2e-2, 4e-2)
HIDDEN = 0.2  # of the words are read as unknown in training, where vectors are learned
AGAINST_OUTSIDE = (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0)  # of which the dev part chooses
SEEDS = {"glove": range(5), "learned": range(3)}  # where the difference is small, and where large
OTHER_SEED = 100  # what chooses settings is none of the recorded runs
VARIANTS = {"softmax": False, "field": True}
OUTCOMES = ("right", "kind", "boundary", "nothing")


def with_vectors(data: Tagged, dim: int = DIM) -> tuple[Reader, np.ndarray]:
    """A reader that knows every word of the data with a GloVe vector, and its matrix.

    That the test's words are looked up is no leak: the vectors were there before the test, and
    cover the same words of any other text. Words without a vector have zeros.
    """
    every = {word.lower() for part in _parts(data) for s in part for word in s.words}
    vectors = glove_archive.load(dim, every)
    reader = Reader.of([sentence.words for sentence in data.train], [*vectors])
    matrix = np.zeros((len(reader.words), dim), "float32")
    for word, vector in vectors.items():
        matrix[reader.words.ids[word]] = vector
    return reader, matrix


def learn(
    data: Tagged,
    *,
    field: bool,
    seed: int,
    vectors: tuple[Reader, np.ndarray] | None = None,
    rate: float = RATE,
    epochs: int = EPOCHS,
    batch: int = BATCH,
    **settings: Any,
) -> Tagger:
    """A tagger of the training part; without vectors it learns its own.

    The rate falls to a twentieth along half a cosine.
    """
    reader = vectors[0] if vectors else Reader.of([s.words for s in data.train])
    keras.utils.set_random_seed(seed)
    steps = epochs * -(-len(data.train) // batch)
    tagger = build_tagger(
        reader,
        data.tags,
        field=field,
        vectors=vectors[1] if vectors else None,
        learning_rate=keras.optimizers.schedules.CosineDecay(rate, steps, alpha=0.05),
        **SETTINGS | settings,
    )
    hidden = 0.0 if vectors else HIDDEN
    tagger.fit(data.train, epochs=epochs, batch=batch, unknown=hidden, seed=seed)
    return tagger


def judge(true: Sequence[iob.Tags], found: Sequence[iob.Tags]) -> dict[str, float]:
    """Strict scores of whole entities, and beside them token accuracy and illegal tags."""
    score = iob.score(true, found)
    return {
        **score._asdict(),
        "token_accuracy": iob.token_accuracy(true, found),
        "illegal": sum(len(iob.illegal(tags)) for tags in found),
        "lenient_f1": iob.score(true, found, strict=False).f1,
    }


def choose(tagger: Tagger, part: Sequence[Sentence]) -> tuple[float, dict[str, float]]:
    """How much to take from the scores of ``O``, for the best F1 on a part; and F1 at each."""
    true = [sentence.tags for sentence in part]
    emissions = tagger.emissions([sentence.words for sentence in part])
    f1 = {
        less: iob.score(true, tagger.decide(emissions, legal=True, against_outside=less)).f1
        for less in AGAINST_OUTSIDE
    }
    return max(f1, key=lambda less: f1[less]), {str(less): value for less, value in f1.items()}


def outcome_of(span: iob.Span, others: Iterable[iob.Span]) -> str:
    """What became of an entity among others: one of `OUTCOMES`.

    ``"kind"``: the words are right, their kind is not. ``"boundary"``: some words in common.
    """
    shared = [o for o in others if o.start < span.end and span.start < o.end]
    if span in shared:
        return "right"
    if any(o[1:] == span[1:] for o in shared):
        return "kind"
    return "boundary" if shared else "nothing"


def errors(
    sentences: Sequence[Sentence], found: Sequence[iob.Tags], known: Iterable[Sentence]
) -> dict[str, dict[str, int]]:
    """Outcomes of the true entities, of those found, and of the true ones by what was known.

    Returns
    -------
    dict of dict
        ``"true"`` and ``"found"``: counts of each of `OUTCOMES`. ``"seen"``, ``"familiar"``,
        ``"new"``: the same for the true entities that are one of the known sentences' as a whole,
        of which only each word occurs there, and of which some word does not; in any case.
    """
    known = list(known)
    names = {text for _, _, text in tagged.entities(known)}
    words = {word.lower() for sentence in known for word in sentence.words}
    groups = ("true", "found", "seen", "familiar", "new")
    counts: dict[str, Counter[str]] = {name: Counter() for name in groups}
    for sentence, tags in zip(sentences, found, strict=True):
        true, got = iob.spans(sentence.tags), iob.spans(tags)
        counts["found"].update(outcome_of(span, true) for span in got)
        for span in true:
            inside = [word.lower() for word in sentence.words[span.start : span.end]]
            group = "seen" if " ".join(inside) in names else "familiar"
            group = group if {*inside} <= words else "new"
            outcome = outcome_of(span, got)
            counts["true"][outcome] += 1
            counts[group][outcome] += 1
    return {name: {key: count[key] for key in OUTCOMES} for name, count in counts.items()}


def look(tagger: Tagger, data: Tagged) -> dict[str, Any]:
    """The test's scores: decided as trained, by rules too, and with ``O`` made dearer by dev."""
    less, dev = choose(tagger, data.dev)
    true = [sentence.tags for sentence in data.test]
    emissions = tagger.emissions([sentence.words for sentence in data.test])
    decided = {
        "plain": tagger.decide(emissions),
        "legal": tagger.decide(emissions, legal=True),
        "bold": tagger.decide(emissions, legal=True, against_outside=less),
    }
    return {
        "against_outside": less,
        "dev": dev,
        **{name: judge(true, found) for name, found in decided.items()},
        "errors": {
            name: errors(data.test, found, data.train)
            for name, found in decided.items()
            if name != "legal"
        },
    }


def baselines(data: Tagged) -> dict[str, dict[str, float]]:
    """What needs no network: no entities at all, and those of the training part looked up."""
    true = [sentence.tags for sentence in data.test]
    return {
        "outside": judge(true, [[iob.OUTSIDE] * len(tags) for tags in true]),
        "dictionary": judge(true, tagged.dictionary(data.train, data.test)),
        "dictionary, any case": judge(
            true, tagged.dictionary(data.train, data.test, any_case=True)
        ),
    }


def one_run(
    data: Tagged, variant: str, seed: int, vectors: tuple[Reader, np.ndarray] | None
) -> dict[str, Any]:
    """A tagger, one of `VARIANTS`: the processor seconds of its training, and what `look` sees."""
    keras.backend.clear_session()
    begun = time.process_time()
    tagger = learn(data, field=VARIANTS[variant], seed=seed, vectors=vectors)
    return {"seconds": time.process_time() - begun, **look(tagger, data)}


def contest(data: Tagged, seeds: Mapping[str, Iterable[int]] = SEEDS) -> dict[str, Any]:
    """Softmax and field, with GloVe's vectors and with learned ones, at equal epochs."""
    vectors = with_vectors(data)
    return {
        **facts(data, vectors),
        "seeds": {given: list(some) for given, some in seeds.items()},
        "runs": {
            f"{variant}, {given}": [
                one_run(data, variant, seed, vectors if given == "glove" else None) for seed in some
            ]
            for given, some in seeds.items()
            for variant in VARIANTS
        },
    }


def facts(data: Tagged, vectors: tuple[Reader, np.ndarray]) -> dict[str, Any]:
    """What there is in the data, what has a vector, settings, and what needs no network."""
    words = {word.lower() for s in data.test for word in s.words}
    return {
        "sentences": [len(part) for part in _parts(data)],
        "entities": [len(tagged.entities(part)) for part in _parts(data)],
        "words": sum(len(s.words) for s in data.test),
        "with_vector": float(np.mean([bool(_row(vectors, word).any()) for word in words])),
        "settings": {**SETTINGS, "epochs": EPOCHS, "batch": BATCH, "rate": RATE, "dim": DIM},
        "baselines": baselines(data),
    }


def at_rates(data: Tagged, rates: Iterable[float] = RATES) -> dict[str, dict[str, float]]:
    """F1 on the dev part with GloVe's vectors, at each rate, one run of another seed each."""
    vectors = with_vectors(data)
    true = [sentence.tags for sentence in data.dev]
    found: dict[str, dict[str, float]] = {name: {} for name in VARIANTS}
    for rate in rates:
        for name, field in VARIANTS.items():
            tagger = learn(data, field=field, seed=OTHER_SEED, vectors=vectors, rate=rate)
            tags = tagger.tag([sentence.words for sentence in data.dev], legal=True)
            found[name][f"{rate:g}"] = iob.score(true, tags).f1
            keras.backend.clear_session()
    return found


def _parts(data: Tagged) -> tuple[tuple[Sentence, ...], ...]:
    return data.train, data.dev, data.test


def _row(vectors: tuple[Reader, np.ndarray], word: str) -> np.ndarray:
    reader, matrix = vectors
    row: np.ndarray = matrix[reader.words.ids.get(word, 0)]
    return row


RECORDS = {
    "entities": lambda: contest(tagged.load("real")),
    "entity_rates": lambda: at_rates(tagged.load("real")),
}
