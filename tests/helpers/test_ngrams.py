"""Kneser-Ney against its formula, written down without any table."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.ngrams import KneserNey

TEXT = "abracadabra, a bra, a cad; abracadabra"
LETTERS = "".join(sorted({*TEXT})) + "!"


def discount(grams):
    often = Counter(grams.values())
    return often[1] / (often[1] + 2 * often[2]) if often[1] else 0.5


def by_definition(text, order, context, character):
    """The recursion, from the longest context down; counts are taken from the text each time."""

    def grams_of(length):
        if length == order:
            return Counter(text[i : i + order] for i in range(len(text) - order + 1))
        longer = {text[i : i + order] for i in range(len(text) - order + 1)}
        ends = {gram[order - length - 1 :] for gram in longer}
        return Counter(end[1:] for end in ends)

    def p(context):
        grams = grams_of(len(context) + 1)
        here = {gram: n for gram, n in grams.items() if gram[:-1] == context}
        lower = p(context[1:]) if context else 1 / len(LETTERS)
        if not here:
            return lower
        d, total = discount(grams), sum(here.values())
        return (max(here.get(context + character, 0) - d, 0) + d * len(here) * lower) / total

    return p(context[max(0, len(context) - order + 1) :])


@given(st.integers(1, 5), st.text("abrcd!", max_size=6), st.sampled_from(LETTERS))
def test_it_is_the_formula(order, context, character):
    model = KneserNey(TEXT, order=order, alphabet=LETTERS)
    found = model.distribution(context)[LETTERS.index(character)]
    assert found == pytest.approx(by_definition(TEXT, order, context, character))


@given(st.integers(1, 6), st.text(LETTERS, max_size=8))
def test_probabilities_sum_to_one_and_none_is_zero(order, context):
    p = KneserNey(TEXT, order=order, alphabet=LETTERS).distribution(context)
    assert p.sum() == pytest.approx(1) and p.min() > 0


@given(st.integers(1, 4), st.text(LETTERS, max_size=8))
def test_bits_are_those_of_the_distributions(order, text):
    model = KneserNey(TEXT, order=order, alphabet=LETTERS)
    one_by_one = [
        -np.log2(model.distribution(text[:at])[LETTERS.index(character)])
        for at, character in enumerate(text)
    ]
    np.testing.assert_allclose(model.bits(text), one_by_one)


def test_what_followed_one_context_only_counts_once_in_shorter_ones():
    # "Francisco" is common, but comes after "San " alone.
    text = "San Fa. " * 20 + "x a b. y a c. z a d. "
    model = KneserNey(text, order=2, alphabet="".join(sorted({*text})))
    p = model.distribution("q")  # nothing is known of what comes after it
    assert p[model.alphabet.index("a")] > p[model.alphabet.index("F")]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"order": 0}, "order is 0"),
        ({"order": 100}, "too short for order 100"),
        ({"alphabet": LETTERS + "a"}, "repeats"),
        ({"alphabet": "abrcd"}, "lacks .*;"),
    ],
)
def test_what_cannot_be_counted_is_refused(options, says):
    with pytest.raises(ValueError, match=says):
        KneserNey(TEXT, **{"order": 3, "alphabet": LETTERS} | options)
