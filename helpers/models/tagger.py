"""A tag for each word: a BiLSTM over words and their spelling, with a softmax or a field on top."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from helpers import crf, decoding, iob
from helpers.data.conll import Sentence
from helpers.models.compiled import as_graph
from helpers.tokens import UNKNOWN, Vocabulary

Words = Sequence[str]
LONGEST = 16  #: characters of a word that are looked at: half from its beginning, half of its end
#: Of any number of sentences and words: the first batches may be alike, and later ones not.
WORDS = tf.TensorSpec((None, None), "int32")
CHARACTERS = tf.TensorSpec((None, None, LONGEST), "int32")


@dataclass(frozen=True)
class Reader:
    """Sentences as ids: words in small letters, and their characters as they are."""

    words: Vocabulary
    characters: Vocabulary

    @classmethod
    def of(cls, sentences: Sequence[Words], more: Sequence[str] = ()) -> Reader:
        """What occurs in the sentences, and ``more`` words, such as those with a vector."""
        small = [[word.lower() for word in sentence] for sentence in sentences]
        return cls(Vocabulary.of([*small, more]), Vocabulary.of(w for s in sentences for w in s))

    def encode(self, sentences: Sequence[Words]) -> tuple[np.ndarray, np.ndarray]:
        """Ids, zeros behind: words (batch, timesteps), characters (batch, timesteps, `LONGEST`).

        Raises
        ------
        ValueError
            If a sentence is empty.
        """
        _check_words(sentences)
        ids = self.words.encode([[word.lower() for word in s] for s in sentences])
        spelled = np.zeros((*ids.shape, LONGEST), "int32")
        for row, sentence in zip(spelled, sentences, strict=True):
            cut = [_cut(word) for word in sentence]
            row[: len(cut)] = self.characters.encode(cut, length=LONGEST)
        return ids, spelled


def _check_words(sentences: Sequence[Words]) -> None:
    if empty := [i for i, sentence in enumerate(sentences) if not sentence]:
        raise ValueError(f"sentence {empty[0]} has no words: leave it out, it has no tags")


def _cut(word: str) -> str:
    half = LONGEST // 2
    return word if len(word) <= LONGEST else word[:half] + word[-half:]


@keras.saving.register_keras_serializable(package="course")
class Spelling(layers.Layer):
    """Each word's characters as a vector: windows of three, the strongest answer of each filter.

    From ids (batch, timesteps, characters), zero for padding, to (batch, timesteps, filters).
    """

    def __init__(self, size: int, *, dim: int = 16, filters: int = 32, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.size, self.dim, self.filters = size, dim, filters
        self.embedding = layers.Embedding(size, dim)
        self.windows = layers.Conv1D(filters, 3, padding="same", activation="tanh")

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.embedding.build((None, None))
        self.windows.build((None, None, self.dim))

    def call(self, ids: Any) -> Any:
        batch, timesteps, length = ops.shape(ids)
        flat = ops.reshape(ids, (-1, length))
        real = ops.cast(ops.not_equal(flat, 0), self.compute_dtype)[..., None]
        answers = self.windows(self.embedding(flat) * real) - 2 * (1 - real)  # padding never wins
        strongest = ops.max(answers, axis=1)
        return ops.reshape(strongest, (batch, timesteps, self.filters))

    def get_config(self) -> dict[str, Any]:
        sizes = {"size": self.size, "dim": self.dim, "filters": self.filters}
        return {**super().get_config(), **sizes}


@keras.saving.register_keras_serializable(package="course")
class Emissions(layers.Dense):
    """A Dense layer behind which no mask goes on: the losses of `helpers.crf` have their own."""

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> None:
        return None


@dataclass(frozen=True)
class Tagger:
    """A network that scores tags, and what is needed to read sentences and to decide.

    Attributes
    ----------
    model : keras.Model
        From words and characters, as the reader encodes them, to emissions.
    reader : Reader
    tags : tuple of str
        In the order of the emissions.
    """

    model: keras.Model
    reader: Reader
    tags: tuple[str, ...]

    @property
    def field(self) -> crf.Field | None:
        """Scores of the field on top, if there is one."""
        return next((f.numpy_field() for f in self.model.layers if isinstance(f, crf.CRF)), None)

    def emissions(self, sentences: Sequence[Words], batch: int = 128) -> list[np.ndarray]:
        """Scores of all tags, (words, tags) for each sentence: padding is cut off by its length."""
        _check_words(sentences)  # by their own numbers, and not by those of a batch
        found: list[Any] = [None] * len(sentences)
        order = sorted(range(len(sentences)), key=lambda i: len(sentences[i]))
        for at in range(0, len(order), batch):
            rows = order[at : at + batch]
            scores = self._graph(
                [*map(tf.constant, self.reader.encode([sentences[i] for i in rows]))]
            )
            for i, row in zip(rows, scores.numpy(), strict=True):
                found[i] = row[: len(sentences[i])]
        return found

    def decide(
        self, emissions: Sequence[np.ndarray], *, legal: bool = False, against_outside: float = 0.0
    ) -> list[list[str]]:
        """A tag for each row: the best path of the field; without one, each tag for itself.

        Parameters
        ----------
        emissions : sequence of array, shape (words, tags)
        legal : bool
            Whether what IOB2 forbids is forbidden, however large its score.
        against_outside : float
            Taken from each score of ``O`` beforehand: more entities are found, and more wrong ones.
        """
        less = against_outside * np.array([tag == iob.OUTSIDE for tag in self.tags])
        field, n = self.field, len(self.tags)
        if field is None and not legal:
            return [[self.tags[i] for i in (row - less).argmax(axis=1)] for row in emissions]
        field = field or crf.Field(np.zeros(n), np.zeros((n, n)), np.zeros(n))
        first, follows = iob.allowed(self.tags) if legal else (True, True)
        start = np.where(first, field.start, -np.inf)
        moves = np.where(follows, field.transitions, -np.inf)
        found = []
        for row in emissions:
            (path,), _ = decoding.viterbi((row - less)[None], moves, start=start, end=field.end)
            found.append([self.tags[i] for i in path])
        return found

    def tag(self, sentences: Sequence[Words], **options: Any) -> list[list[str]]:
        """A tag for each word; the options are those of `decide`."""
        return self.decide(self.emissions(sentences), **options)

    def fit(
        self,
        sentences: Sequence[Sentence],
        *,
        epochs: int,
        batch: int = 32,
        unknown: float = 0.0,
        seed: int = 0,
    ) -> list[float]:
        """Train on batches of sentences of like length, in random order; the loss of each epoch.

        Parameters
        ----------
        sentences : sequence of Sentence
        epochs, batch : int
        unknown : float
            Share of the words that are read as unknown, so that the network learns to do without.
        seed : int
            Of the order, and of what is unknown.
        """
        rng = np.random.default_rng(seed)
        steps = -(-len(sentences) // batch)
        batches = tf.data.Dataset.from_generator(
            lambda: self._batches(sentences, batch, epochs, unknown, rng),
            output_signature=((WORDS, CHARACTERS), WORDS),
        )
        history = self.model.fit(
            batches, epochs=epochs, steps_per_epoch=steps, shuffle=False, verbose=0
        )
        return [float(loss) for loss in history.history["loss"]]

    def _batches(
        self,
        sentences: Sequence[Sentence],
        size: int,
        epochs: int,
        unknown: float,
        rng: np.random.Generator,
    ) -> Iterator[tuple[tuple[np.ndarray, np.ndarray], np.ndarray]]:
        lengths = np.array([len(sentence.words) for sentence in sentences])
        numbers = {tag: i for i, tag in enumerate(self.tags)}
        for _ in range(epochs):
            # Like lengths, or half of each batch is padding; not equal ones, or batches repeat.
            order = np.argsort(lengths + rng.uniform(0, 4, len(lengths)))
            for rows in rng.permutation(np.arange(0, len(order), size)):
                chosen = [sentences[i] for i in order[rows : rows + size]]
                ids, spelled = self.reader.encode([s.words for s in chosen])
                hidden = (rng.random(ids.shape) < unknown) & (ids > 0)
                ids = np.where(hidden, self.reader.words.ids[UNKNOWN], ids)
                y = np.full(ids.shape, crf.PADDING, "int32")
                for row, s in zip(y, chosen, strict=True):
                    row[: len(s.tags)] = [numbers[tag] for tag in s.tags]
                yield (ids, spelled), y

    @cached_property
    def _graph(self) -> Callable[..., Any]:
        return as_graph(self.model)


def build_tagger(
    reader: Reader,
    tags: Sequence[str],
    *,
    field: bool = True,
    legal: bool = False,
    dim: int = 32,
    vectors: np.ndarray | None = None,
    spelling: bool = True,
    units: int = 64,
    dropout: float = 0.3,
    learning_rate: Any = 3e-3,
) -> Tagger:
    """Words and their spelling, a bidirectional LSTM, a score for each tag, and perhaps a field.

    Parameters
    ----------
    reader : Reader
    tags : sequence of str
    field : bool
        Whether the loss is that of a linear chain, and not that of each tag for itself.
    legal : bool
        Whether the field knows what IOB2 forbids, and need not learn it.
    dim : int
        Of a word's vector, if it is learned.
    vectors : array, shape (len(reader.words), anything), optional
        Fixed vectors of the words.
    spelling : bool
        Whether a word's characters are read.
    units : int
        Of the LSTM in each direction.
    dropout : float
        Of the entries of what the LSTM reads and of what it says.
    learning_rate : float or schedule
        Of Adam; gradients are clipped to a norm of five.

    Raises
    ------
    ValueError
        If the vectors are not one for each word of the reader.

    Notes
    -----
    Lample et al. (2016); with a convolution over characters: Ma and Hovy (2016).
    """
    n = len(reader.words)
    if vectors is not None and len(vectors) != n:
        raise ValueError(f"there are {len(vectors)} vectors, expected {n}: one for each word")
    start = "uniform" if vectors is None else keras.initializers.Constant(vectors)
    ids = keras.Input((None,), dtype="int32", name="words")
    spelled = keras.Input((None, LONGEST), dtype="int32", name="characters")
    x = layers.Embedding(
        n,
        dim if vectors is None else vectors.shape[1],
        embeddings_initializer=start,
        trainable=vectors is None,
        name="embedding",
    )(ids)
    if spelling:
        x = layers.Concatenate()([x, Spelling(len(reader.characters), name="spelling")(spelled)])
    lstm = layers.Bidirectional(layers.LSTM(units, return_sequences=True), name="lstm")
    x = lstm(layers.Dropout(dropout)(x), mask=ops.not_equal(ids, 0))
    outputs = Emissions(len(tags), name="emissions")(layers.Dropout(dropout)(x))
    loss: Any = crf.softmax_loss
    if field:
        on_top = crf.CRF(tags, legal=legal, name="field")
        outputs, loss = on_top(outputs), on_top.loss
    model = keras.Model([ids, spelled], outputs)
    model.compile(keras.optimizers.Adam(learning_rate, global_clipnorm=5.0), loss)
    return Tagger(model, reader, tuple(tags))
