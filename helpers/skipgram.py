"""Skip-gram with negative sampling: tell the neighbours of a word from words drawn by chance.

Written to be read beside Mikolov et al. (2013), "Distributed Representations of Words and Phrases
and their Compositionality". Pairs are drawn from the counts of `helpers.cooccurrence`, so that
GloVe and this read the same neighbours. Dense arrays, for vocabularies of some hundred words.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.cooccurrence import Cooccurrence

#: Chance words are drawn with this power of their frequency, as in the paper.
POWER = 0.75


@dataclass(frozen=True, eq=False)
class Fit:
    """The outcome of `fit`.

    Attributes
    ----------
    vectors : dict of str to array of float32, shape (dim,)
        w of each word; or w + w~, if asked for.
    losses : array, shape (steps,)
        The mean loss of a drawn pair, before each step.
    w, w_context : arrays, shape (words, dim)
        Of words, and of words in a neighbourhood.
    """

    vectors: dict[str, np.ndarray]
    losses: np.ndarray
    w: np.ndarray
    w_context: np.ndarray


def by_chance(counts: np.ndarray) -> np.ndarray:
    """Probability that a word is drawn as a chance neighbour, shape (words,)."""
    frequent = counts.sum(axis=0) ** POWER
    return frequent / frequent.sum()


def draw_pairs(
    counts: np.ndarray, pairs: int, negatives: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw true pairs as often as they were counted, and chance neighbours for each.

    Parameters
    ----------
    counts : array, shape (words, words)
        As in `Cooccurrence`.
    pairs : int
        How many true pairs.
    negatives : int
        Chance neighbours for each of them, the paper's k.
    rng : numpy.random.Generator

    Returns
    -------
    positive, negative : arrays, shape (words, words)
        How often each pair was drawn as a true one, and as one by chance.
    """
    n = len(counts)
    cumulative = np.cumsum(counts)
    true = np.searchsorted(cumulative, rng.random(pairs) * cumulative[-1], side="right")
    words = np.repeat(true // n, negatives)
    chance = np.searchsorted(np.cumsum(by_chance(counts))[:-1], rng.random(len(words)))
    drawn = (np.bincount(flat, minlength=n * n) for flat in (true, words * n + chance))
    positive, negative = (table.reshape(n, n).astype(float) for table in drawn)
    return positive, negative


def expected_pairs(counts: np.ndarray, negatives: int) -> tuple[np.ndarray, np.ndarray]:
    """What `draw_pairs` draws in the mean, for one true pair."""
    share = counts / counts.sum()
    return share, negatives * np.outer(share.sum(axis=1), by_chance(counts))


def loss_and_gradient(
    w: np.ndarray, w_context: np.ndarray, positive: np.ndarray, negative: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray]:
    """The paper's eq. 4, with its sign turned and summed over pairs; its gradients.

    Parameters
    ----------
    w, w_context : arrays, shape (words, dim)
    positive, negative : arrays, shape (words, words)
        From `draw_pairs` or `expected_pairs`.
    """
    score = w @ w_context.T
    # -log sigmoid(score) for true pairs, -log sigmoid(-score) for those by chance
    loss = np.sum(positive * np.logaddexp(0, -score) + negative * np.logaddexp(0, score))

    slope = (positive + negative) / (1 + np.exp(-score)) - positive  # by each score
    return float(loss), slope @ w_context, slope.T @ w


def fit(
    cooccurrence: Cooccurrence,
    dim: int = 25,
    *,
    negatives: int = 5,
    steps: int = 150,
    pairs: int = 10_000,
    learning_rate: float = 0.2,
    both: bool = False,
    seed: int = 0,
) -> Fit:
    """Learn word vectors by telling true neighbours from chance ones, with AdaGrad.

    Parameters
    ----------
    cooccurrence : Cooccurrence
    dim : int
        Length of the vectors.
    negatives : int
        Chance neighbours for each true one.
    steps, pairs : int
        Steps, and true pairs drawn anew for each.
    learning_rate : float
    both : bool
        Whether a word's vector is w + w~, as GloVe's, and not w.
    seed : int

    Raises
    ------
    ValueError
        If a number is out of range, or no two words ever stand near each other.
    """
    sizes = {"dim": dim, "negatives": negatives, "steps": steps, "pairs": pairs}
    for name, value in (sizes | {"learning_rate": learning_rate}).items():
        if not value > 0:
            raise ValueError(f"{name} is {value}, expected more than 0")
    counts = cooccurrence.counts
    if not counts.any():
        raise ValueError("no two words stand near each other: the texts are too short")
    rng = np.random.default_rng(seed)
    w, w_context = (rng.uniform(-0.5, 0.5, (len(counts), dim)) / dim for _ in range(2))
    squares = [np.ones_like(w), np.ones_like(w)]
    losses = np.empty(steps)
    for step in range(steps):
        positive, negative = draw_pairs(counts, pairs, negatives, rng)
        loss, *gradients = loss_and_gradient(w, w_context, positive, negative)
        losses[step] = loss / pairs
        for entries, slope, square in zip((w, w_context), gradients, squares, strict=True):
            square += slope**2
            entries -= learning_rate * slope / np.sqrt(square)
    vectors = (w + w_context if both else w).astype("float32")
    return Fit(dict(zip(cooccurrence.words, vectors, strict=True)), losses, w, w_context)


def shifted_pmi(cooccurrence: Cooccurrence, negatives: int = 5) -> np.ndarray:
    """The score of each pair at which `loss_and_gradient` is least; minus infinity if never met.

    Notes
    -----
    Levy and Goldberg (2014), eq. 7: pointwise mutual information less the logarithm of k; by
    chance is what `by_chance` says.
    """
    positive, negative = expected_pairs(cooccurrence.counts, negatives)
    with np.errstate(divide="ignore"):
        return np.log(positive / negative)
