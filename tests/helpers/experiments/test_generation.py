import bz2

import numpy as np
import pytest

from helpers import results, samples
from helpers.data import prose
from helpers.experiments import generation
from helpers.models import build_text_generator

TEXT = prose.Prose("the cat sat on the mat.\n" * 60, "a cat sat on a mat.\n" * 20, "made up")


def test_a_compressor_is_charged_for_what_the_test_adds():
    found = generation.compressed_bits(TEXT)["bz2"]
    sizes = [len(bz2.compress(t.encode())) for t in (TEXT.train, TEXT.train + TEXT.test)]
    assert found == 8 * (sizes[1] - sizes[0]) / len(TEXT.test)


def test_longer_contexts_help_a_text_that_repeats_itself():
    found = generation.counted_bits(TEXT, (1, 4))
    assert found[4]["bits"] < found[1]["bits"] < np.log2(len(prose.ALPHABET))


def test_a_network_that_knows_nothing_pays_about_the_alphabet():
    generator = build_text_generator(len(prose.ALPHABET), units=8)
    bits = generation.network_bits(generator, TEXT.test, rows=4)
    assert bits.shape == (4, len(TEXT.test) // 4 - 1)
    assert bits.mean() == pytest.approx(np.log2(len(prose.ALPHABET)), abs=0.2)


def test_training_ends_in_time_and_is_judged_on_the_way():
    generator, found = generation.train(TEXT, 1.5, marks=(0.5, 1), judge=TEXT.test, units=8)
    assert [round(seconds, 1) >= mark for (seconds, _), mark in zip(found, (0.5, 1), strict=True)]
    assert found[1][1] < np.log2(len(prose.ALPHABET))
    assert generation.network_bits(generator, TEXT.test, rows=4).mean() < found[0][1]


def test_the_mean_of_two_costs_no_more_than_the_dearer_one():
    generator = build_text_generator(len(prose.ALPHABET), units=8)
    found = generation.beside(generator, samples.counted(TEXT.train), TEXT.test)
    assert found["half of each"] <= max(found["network"], found["counts"])
    assert 0 < found["left"] < 0.11
    assert 0 <= found["came"] <= 1


def test_a_network_that_knows_nothing_gains_nothing_from_reading_on():
    generator = build_text_generator(len(prose.ALPHABET), units=8)
    found = generation.reach(generator, TEXT.test, n=40, longest=110)
    assert [*found] == [str(length) for length in generation.CONTEXTS]
    assert all(abs(mean) < 0.05 for mean, _ in found.values())


def test_the_record_of_the_controls_is_whole():
    record = results.load("character_controls")["outcome"]
    for run in record["runs"]:
        assert {np.shape(groups) for groups in run["drift"].values()} == {(generation.GROUPS, 8)}
