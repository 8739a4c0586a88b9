"""From a network's predictions, one token at a time, to a sequence."""

from helpers.decoding.sampling import generate, probabilities, sample
from helpers.decoding.search import Hypothesis, beam_search, greedy
from helpers.decoding.steps import Step
from helpers.decoding.viterbi import viterbi

__all__ = [
    "Hypothesis",
    "Step",
    "beam_search",
    "generate",
    "greedy",
    "probabilities",
    "sample",
    "viterbi",
]
