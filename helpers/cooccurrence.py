"""A small GloVe: count which words stand near each other, then fit vectors to the counts.

Written to be read beside Pennington, Socher and Manning (2014), "GloVe: Global Vectors for Word
Representation", with its symbols: X the counts, w and w~ the vectors of a word and of a word in
its neighbourhood, b and b~ their biases. Dense arrays, for vocabularies of some hundred words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Cooccurrence:
    """How often words stand near each other.

    Attributes
    ----------
    words : tuple of str
        The most frequent first; equally frequent ones by alphabet.
    counts : array of float64, shape (words, words)
        ``counts[i, j]``: how often word ``j`` stands near word ``i``, nearer counting more.
    """

    words: tuple[str, ...]
    counts: np.ndarray


@dataclass(frozen=True, eq=False)
class Parameters:
    """What GloVe learns; also the shape of its gradient.

    Attributes
    ----------
    w, w_context : arrays, shape (words, dim)
        The paper's w and w~.
    b, b_context : arrays, shape (words,)
        The paper's b and b~.
    """

    w: np.ndarray
    w_context: np.ndarray
    b: np.ndarray
    b_context: np.ndarray

    def arrays(self) -> tuple[np.ndarray, ...]:
        """All four, in this order."""
        return self.w, self.w_context, self.b, self.b_context


@dataclass(frozen=True, eq=False)
class Fit:
    """The outcome of `fit`.

    Attributes
    ----------
    vectors : dict of str to array of float32, shape (dim,)
        w + w~ of each word.
    losses : array, shape (epochs,)
        The loss before each step.
    parameters : Parameters
    """

    vectors: dict[str, np.ndarray]
    losses: np.ndarray
    parameters: Parameters


def cooccurrences(
    texts: Iterable[Sequence[str]], window: int = 5, *, max_words: int = 1000
) -> Cooccurrence:
    """Count pairs of words at most ``window`` apart; a pair ``d`` apart counts 1/d.

    Parameters
    ----------
    texts : iterable of sequences of str
        Pairs never reach from one text into the next.
    window : int
        Words to either side.
    max_words : int
        Keep the most frequent. The others count for nothing, but keep their place: two words
        with a rare one between them are 2 apart.

    Returns
    -------
    Cooccurrence
        Symmetric counts.

    Raises
    ------
    ValueError
        If ``window`` or ``max_words`` is below 1, a text is a string, or there are no words.

    Notes
    -----
    Pennington et al. (2014), section 4.2. Their program leaves rare words out before it counts.

    Examples
    --------
    >>> x = cooccurrences([["so", "it", "goes"]])
    >>> x.words, x.counts[x.words.index("so"), x.words.index("goes")].item()
    (('goes', 'it', 'so'), 0.5)
    """
    if window < 1 or max_words < 1:
        raise ValueError(f"window is {window} and max_words {max_words}, expected at least 1")
    texts = list(texts)
    if any(isinstance(text, str) for text in texts):
        raise ValueError("a text is a string, expected a list of words: split it first")
    frequency = Counter(word for text in texts for word in text)
    if not frequency:
        raise ValueError("the texts have no words")
    words = sorted(frequency, key=lambda word: (-frequency[word], word))[:max_words]
    index = {word: i for i, word in enumerate(words)}
    # All texts in a row; -1 is a rare word.
    ids = np.array([index.get(word, -1) for text in texts for word in text])
    text_of = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    counts = np.zeros((len(words), len(words)))
    for d in range(1, window + 1):
        left, right = ids[:-d], ids[d:]
        pairs = (text_of[:-d] == text_of[d:]) & (left >= 0) & (right >= 0)
        np.add.at(counts, (left[pairs], right[pairs]), 1 / d)
    return Cooccurrence(tuple(words), counts + counts.T)


def weight(counts: np.ndarray, x_max: float, alpha: float = 0.75) -> np.ndarray:
    """Paper's f(X), eq. 9: pairs that occur often count more, but none more than 1; never 0."""
    return np.minimum(1, (counts / x_max) ** alpha)


def loss_and_gradient(
    parameters: Parameters, log_x: np.ndarray, f: np.ndarray
) -> tuple[float, Parameters]:
    """Paper's J, eq. 8, and its gradient.

    Parameters
    ----------
    parameters : Parameters
    log_x : array, shape (words, words)
        log X; any number where X is 0, since f is 0 there.
    f : array, shape (words, words)
        f(X), see `weight`.

    Returns
    -------
    loss : float
    gradient : Parameters
    """
    w, w_context, b, b_context = parameters.arrays()

    error = w @ w_context.T + b[:, None] + b_context - log_x
    loss = np.sum(f * error**2)

    slope = 2 * f * error  # of J, by each entry of w @ w_context.T
    gradient = Parameters(
        w=slope @ w_context,
        w_context=slope.T @ w,
        b=slope.sum(axis=1),
        b_context=slope.sum(axis=0),
    )
    return float(loss), gradient


def fit(
    cooccurrence: Cooccurrence,
    dim: int = 25,
    *,
    epochs: int = 150,
    learning_rate: float = 0.2,
    x_max: float = 100.0,
    alpha: float = 0.75,
    seed: int = 0,
) -> Fit:
    """Fit word vectors whose products are the logarithms of the counts.

    AdaGrad on all pairs at once. The paper's program takes the pairs one by one, in random
    order, which suits billions of them; some hundred thousand are one matrix product.

    Parameters
    ----------
    cooccurrence : Cooccurrence
    dim : int
        Length of the vectors.
    epochs : int
        Steps.
    learning_rate : float
    x_max, alpha : float
        See `weight`. 100 is the paper's, for billions of words; a small text wants less.
    seed : int
        Of the start: uniform between -0.5/dim and 0.5/dim.

    Returns
    -------
    Fit

    Raises
    ------
    ValueError
        If a number is out of range, or no two words ever stand near each other.
    """
    positive = {"dim": dim, "epochs": epochs, "learning_rate": learning_rate, "x_max": x_max}
    for name, value in positive.items():
        if not value > 0:
            raise ValueError(f"{name} is {value}, expected more than 0")
    counts = cooccurrence.counts
    if not counts.any():
        raise ValueError("no two words stand near each other: the texts are too short")
    log_x = np.log(np.where(counts > 0, counts, 1))
    f = weight(counts, x_max, alpha)
    rng = np.random.default_rng(seed)
    n = len(cooccurrence.words)
    shapes = ((n, dim), (n, dim), (n,), (n,))
    parameters = Parameters(*(rng.uniform(-0.5, 0.5, shape) / dim for shape in shapes))
    squares = [np.ones(shape) for shape in shapes]  # begins at 1, as in the paper's program
    losses = np.empty(epochs)
    for epoch in range(epochs):
        losses[epoch], gradient = loss_and_gradient(parameters, log_x, f)
        updates = zip(parameters.arrays(), gradient.arrays(), squares, strict=True)
        for entries, slope, square in updates:  # AdaGrad: the more it moved, the smaller the step
            square += slope**2
            entries -= learning_rate * slope / np.sqrt(square)
    vectors = (parameters.w + parameters.w_context).astype("float32")
    return Fit(dict(zip(cooccurrence.words, vectors, strict=True)), losses, parameters)
