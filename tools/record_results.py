"""Run the long experiments over many seeds and record them in ``results/`` (`make results`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from helpers import (
    cooccurrence,
    experiments,
    imdb,
    long_memory,
    overfitting,
    race,
    results,
    sentiment,
    transfer,
)
from helpers.data import glove_archive, reviews

SEEDS = range(8)
OPTIMISERS = [
    f"{kind} {rate}"
    for kind, rates in {
        "SGD": ("0.01", "0.1", "0.3"),
        "momentum": ("0.001", "0.01", "0.1"),
        "Adam": ("0.001", "0.01", "0.1"),
        "cosine": ("0.01",),
        "warm-up": ("0.01",),
    }.items()
    for rate in rates
]
RECORDS: dict[str, Callable[[], Any]] = {
    "forgetting": lambda: experiments.forgetting(
        (2, 5, 8, 10, 12, 15, 20, 30, 40), (0.5, 1.0), seeds=SEEDS
    ),
    "remedies": lambda: experiments.remedies(experiments.REMEDIES, seeds=SEEDS),
    "clipping": lambda: experiments.clipping(experiments.CLIPPING, seeds=SEEDS),
    "explosions": lambda: experiments.explosions(experiments.EXPLODERS, seeds=SEEDS),
    "truncation": lambda: experiments.truncation(
        ("SimpleRNN", "LSTM"), ("cut", "carried", "full"), seeds=SEEDS
    ),
    "gaps": lambda: long_memory.sweep(
        long_memory.CONTENDERS, (5, 10, 20, 30, 50, 70, 90), seeds=range(5)
    ),
    "adding": lambda: long_memory.adding(long_memory.FOUR, seeds=range(5)),
    "classic": lambda: {
        "long dependency": long_memory.classic("long dependency", seeds=range(5)),
        "exploding": long_memory.classic("exploding", seeds=range(5), epochs=20),
    },
    "architectures": lambda: experiments.architectures(seeds=range(5)),
    "optimisers": lambda: experiments.optimisers(OPTIMISERS, seeds=SEEDS),
    "sentiment": lambda: sentiment.ablation(
        reviews.load("embedded", n_train=4000, n_test=1000), seeds=range(5)
    ),
    "imdb": lambda: imdb.contest(
        reviews.load("real", n_train=25_000, n_test=25_000), imdb.CONTENDERS, seeds=range(3)
    ),
    "overfitting": lambda: {
        "remedies": overfitting.compare(overfitting.REMEDIES, seeds=range(5)),
        "recurrent": overfitting.compare_places(overfitting.PLACES, seeds=range(3)),
    },
    "race": lambda: _race(),
    "transfer": lambda: {
        "embedded": transfer.by_labels(
            reviews.load("embedded"), _unlabelled(), (20, 100, 500, 2000), seeds=range(5)
        ),
        "real": transfer.by_labels(
            reviews.load("real", n_train=8000, n_test=5000),
            glove_archive.load(50),
            (20, 100, 500, 2000, 8000),
            seeds=range(5),
            length=200,
            max_words=10_000,
        ),
    },
}


def _race() -> dict[str, Any]:
    """Let the classifiers of the chapter on convolutions learn for the same time."""
    data = reviews.load("embedded", n_train=4000, n_test=1000)
    train, held_out = sentiment.prepare(data, sentiment.IMPROVEMENTS)
    return race.race(race.racers(1000), train, held_out, seconds=(2, 5, 10, 20, 40), seeds=range(3))


def _unlabelled() -> dict[str, Any]:
    """Fit the vectors of the chapter on GloVe: to reviews that no experiment labels."""
    texts = reviews.load("embedded", n_train=10_000, n_test=1, seed=7).train_texts
    counts = cooccurrence.cooccurrences([reviews.words(text) for text in texts], window=10)
    return cooccurrence.fit(counts, dim=25, epochs=300).vectors


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(RECORDS)))
def main(names: tuple[str, ...]) -> None:
    """Record the experiments NAMES (all of them, if none is named)."""
    for name in names or RECORDS:
        click.echo(f"{name} …")
        outcome = RECORDS[name]()
        path = results.save(name, outcome, command=f"python -m tools.record_results {name}")
        click.echo(f"wrote {path}")


if __name__ == "__main__":
    main()
