"""English into French: one small model, and the scores that can be made of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from helpers import decoding
from helpers.data import pairs
from helpers.models.encoder_decoder import EncoderDecoder, build_encoder_decoder
from helpers.tokens import PADDING, START, UNKNOWN, Vocabulary

BATCH, MAX_LENGTH = 64, 11
TOKENIZERS = ("13a", "intl", "char", "none")


@dataclass(frozen=True)
class Translator:
    """A model with the vocabularies that it was trained with."""

    model: EncoderDecoder
    source: Vocabulary
    target: Vocabulary

    def step(self, tokens: np.ndarray, state: Any) -> tuple[np.ndarray, Any]:
        """As the model's, but what can be no part of an answer has no chance."""
        scores, state = self.model.step(tokens, state)
        scores = scores.copy()
        scores[:, [self.target.ids[token] for token in (PADDING, UNKNOWN, START)]] = -np.inf
        return scores, state

    def __call__(
        self, sentences: Sequence[str], *, width: int = 1, length_power: float = 1.0
    ) -> list[str]:
        """Translations, by beam search; a hundred sentences at a time."""
        found = []
        for at in range(0, len(sentences), 100):
            rows = self.source.encode([pairs.tokenize(s) for s in sentences[at : at + 100]])
            beams = decoding.beam_search(
                self.step,
                self.model.begin(rows),
                start=self.target.start,
                end=self.target.end,
                width=width,
                max_length=MAX_LENGTH,
                length_power=length_power,
            )
            found += [pairs.join(self.target.decode(beam[0].tokens)) for beam in beams]
        return found


def train(
    data: pairs.Pairs,
    *,
    attention: str | None = "dot",
    seed: int = 0,
    epochs: int = 10,
    units: int = 128,
    dim: int = 96,
    dropout: float = 0.3,
    learning_rate: float = 3e-3,
    at_least: int = 2,
) -> tuple[Translator, float]:
    """A translator of the training pairs, and the processor seconds that it took."""
    sources = [pairs.tokenize(s) for s, _ in data.train]
    targets = [pairs.tokenize(t) for _, t in data.train]
    kept = [i for i, t in enumerate(targets) if len(t) < MAX_LENGTH]
    sources, targets = [sources[i] for i in kept], [targets[i] for i in kept]
    source = Vocabulary.of(sources, at_least=at_least)
    target = Vocabulary.of(targets, at_least=at_least)
    x, y = source.encode(sources), target.encode(targets, ends=True)
    keras.utils.set_random_seed(seed)
    model = build_encoder_decoder(
        len(source), len(target), dim=dim, units=units, attention=attention,
        dropout=dropout, learning_rate=learning_rate,
    )  # fmt: skip
    begun = time.process_time()
    steps = epochs * -(-len(x) // BATCH)
    model.training.optimizer.learning_rate = keras.optimizers.schedules.CosineDecay(
        learning_rate, steps, alpha=0.05
    )
    model.training.fit([x, y[:, :-1]], y[:, 1:], batch_size=BATCH, epochs=epochs, verbose=0)
    return Translator(model, source, target), time.process_time() - begun


def bleu(
    found: Sequence[str], references: Sequence[Sequence[str]], tokenizer: str = "13a"
) -> float:
    """Corpus BLEU by sacrebleu, each answer against all of its references, in lower case."""
    import sacrebleu

    most = max(map(len, references))
    streams = [[r[i] if i < len(r) else None for r in references] for i in range(most)]
    return float(
        sacrebleu.corpus_bleu(
            list(found), streams, tokenize=tokenizer, lowercase=True, force=True
        ).score
    )
