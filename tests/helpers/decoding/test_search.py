"""Searches against the enumeration of everything that could be written."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import decoding

START, END = 0, 1
sizes = st.tuples(st.integers(2, 4), st.integers(1, 4), st.integers(0, 10_000))
powers = st.sampled_from([0.0, 0.5, 1.0, 2.0])


def language(vocabulary: int, longest: int, seed: int):
    """A table of log-probabilities for each prefix, as a step whose state is the prefix."""
    rng = np.random.default_rng(seed)
    table = {}

    def row(prefix):
        if prefix not in table:
            p = rng.dirichlet(np.ones(vocabulary) * 0.7)
            table[prefix] = np.log(np.maximum(p, 1e-12))
        return table[prefix]

    for n in range(longest):  # drawn in one order, whatever the search asks for first
        for prefix in itertools.product(range(vocabulary), repeat=n):
            row(prefix)

    def step(tokens, state):
        prefixes = [
            tuple(int(t) for t in [*past, token] if t >= 0)[1:]  # without the start token
            for past, token in zip(state, tokens, strict=True)
        ]
        grown = np.full_like(state, -1)
        for i, (past, token) in enumerate(zip(state, tokens, strict=True)):
            real = [*past[past >= 0], token]
            grown[i, : len(real)] = real
        return np.array([row(prefix) for prefix in prefixes]), grown

    return step, row


def state(rows: int, longest: int):
    return np.full((rows, longest + 1), -1)


def everything(row, vocabulary: int, longest: int, power: float):
    """Each sequence that ends, or is as long as it may be, with its score."""
    found = {}
    for n in range(1, longest + 1):
        for path in itertools.product(range(vocabulary), repeat=n):
            if END in path[:-1] or (path[-1] != END and n < longest):
                continue
            total = sum(row(path[:i])[path[i]] for i in range(n))
            found[path] = total / n**power
    return found


@given(sizes, powers)
def test_a_beam_that_is_wide_enough_finds_what_enumeration_finds(size, power):
    vocabulary, longest, seed = size
    step, row = language(vocabulary, longest, seed)
    wide = vocabulary**longest
    (found,) = decoding.beam_search(
        step, state(1, longest), start=START, end=END, width=wide, max_length=longest,
        length_power=power,
    )  # fmt: skip
    wanted = everything(row, vocabulary, longest, power)
    assert {h.tokens for h in found} == {*wanted}
    np.testing.assert_allclose([h.score for h in found], sorted(wanted.values(), reverse=True))
    for h in found:
        assert np.isclose(h.score, wanted[h.tokens])
        assert np.isclose(h.log_probability, h.score * len(h.tokens) ** power)


@given(sizes, powers)
def test_a_beam_of_one_is_greedy(size, power):
    vocabulary, longest, seed = size
    step, _ = language(vocabulary, longest, seed)
    options = {"start": START, "end": END, "max_length": longest}
    (path,) = decoding.greedy(step, state(1, longest), **options)
    (beam,) = decoding.beam_search(step, state(1, longest), width=1, length_power=power, **options)
    assert [h.tokens for h in beam] == [tuple(path)]


@given(sizes, st.integers(1, 6), powers)
def test_scores_fall_and_nothing_is_found_twice_or_made_up(size, width, power):
    vocabulary, longest, seed = size
    step, row = language(vocabulary, longest, seed)
    (found,) = decoding.beam_search(
        step, state(1, longest), start=START, end=END, width=width, max_length=longest,
        length_power=power,
    )  # fmt: skip
    wanted = everything(row, vocabulary, longest, power)
    assert 1 <= len(found) <= width and len({h.tokens for h in found}) == len(found)
    assert all(np.isclose(h.score, wanted[h.tokens]) for h in found)
    assert [h.score for h in found] == sorted((h.score for h in found), reverse=True)


@given(sizes, st.integers(1, 5))
def test_rows_do_not_disturb_each_other(size, width):
    vocabulary, longest, seed = size
    step, _ = language(vocabulary, longest, seed)
    options = {"start": START, "end": END, "width": width, "max_length": longest}
    one = decoding.beam_search(step, state(1, longest), **options)
    three = decoding.beam_search(step, state(3, longest), **options)
    assert three == one * 3


def chain(tokens, states):
    """Rows of a state (batch, 1) that say which token comes next, almost surely."""
    p = np.full((len(tokens), 4), 0.01)
    p[np.arange(len(tokens)), np.asarray(states[0])[:, 0] % 4] = 0.97
    return np.log(p), (states[0] + 1,)


def test_different_rows_end_at_different_times():
    begin = (np.array([[2], [3], [1]]),)
    found = decoding.greedy(chain, begin, start=0, end=1, max_length=9)
    assert found == [[2, 3, 0, 1], [3, 0, 1], [1]]
    beams = decoding.beam_search(chain, begin, start=0, end=1, width=3, max_length=9)
    assert [list(beam[0].tokens) for beam in beams] == found


def test_the_state_is_not_written_to():
    begin = (np.array([[2], [3]]),)
    decoding.beam_search(chain, begin, start=0, end=1, width=3, max_length=5)
    assert begin[0].tolist() == [[2], [3]]


def test_a_beam_sees_what_greedy_cannot():
    """The better first token leads nowhere good."""

    def step(tokens, state):
        rows = {0: [0, 0.01, 0.55, 0.44], 2: [0.3, 0.3, 0.2, 0.2], 3: [0.0, 0.98, 0.01, 0.01]}
        return np.log(np.array([rows[int(t)] for t in tokens]) + 1e-12), state

    options = {"start": 0, "end": 1, "max_length": 2}
    (path,) = decoding.greedy(step, np.zeros((1, 1)), **options)
    (beam,) = decoding.beam_search(step, np.zeros((1, 1)), width=2, **options)
    assert path[0] == 2 and beam[0].tokens == (3, 1)


def test_what_is_impossible_is_no_hypothesis():
    def step(tokens, state):
        return np.tile([-np.inf, -0.1, -np.inf], (len(tokens), 1)), state

    (beam,) = decoding.beam_search(step, np.zeros((1, 1)), start=0, end=1, width=9, max_length=3)
    assert [h.tokens for h in beam] == [(1,)]


@pytest.mark.parametrize("search", ["greedy", "beam"])
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"end": 4}, "end=4 is no id of the vocabulary of 4"),
        ({"start": -1}, "start=-1 is no id"),
        ({"max_length": 0}, "max_length is 0"),
    ],
)
def test_what_cannot_be_decoded_is_refused(search, change, told):
    options = {"start": 0, "end": 1, "max_length": 3} | change
    with pytest.raises(ValueError, match=told):
        if search == "greedy":
            decoding.greedy(chain, (np.array([[2]]),), **options)
        else:
            decoding.beam_search(chain, (np.array([[2]]),), width=2, **options)


@pytest.mark.parametrize(
    ("change", "told"),
    [({"width": 0}, "width is 0"), ({"length_power": -1.0}, "length_power is -1")],
)
def test_a_beam_needs_a_width_and_a_power(change, told):
    options = {"start": 0, "end": 1, "max_length": 3, "width": 2} | change
    with pytest.raises(ValueError, match=told):
        decoding.beam_search(chain, (np.array([[2]]),), **options)


def test_a_step_with_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"step returned shape \(4,\), expected \(1, vocabulary\)"):
        decoding.greedy(
            lambda t, s: (np.zeros(4), s), np.zeros((1, 1)), start=0, end=1, max_length=2
        )


def test_an_empty_state_is_refused():
    with pytest.raises(ValueError, match="the state is empty"):
        decoding.greedy(chain, (), start=0, end=1, max_length=2)
