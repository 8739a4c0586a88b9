import bz2

import numpy as np
import pytest

from helpers.data import prose
from helpers.experiments import generation
from helpers.models import build_text_generator
from helpers.ngrams import KneserNey

TEXT = prose.Prose("the cat sat on the mat.\n" * 60, "a cat sat on a mat.\n" * 20, "made up")


def counts(text, order=3):
    return KneserNey(text, order=order, alphabet=prose.ALPHABET)


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


def test_counts_write_what_they_have_seen_and_do_not_look_further_back():
    model = counts("\nabcabcabcabc" * 3)
    texts = generation.write(
        generation.counted_step(model), generation.nothing_read(2), 2, 9, temperature=0
    )
    assert texts == ["abcabcabc"] * 2
    step = generation.counted_step(model)
    log_p, _ = step(np.array(prose.encode("b")), np.array([prose.encode("zzza")]))
    np.testing.assert_allclose(np.exp(log_p[0]), model.distribution("ab"))


@pytest.mark.parametrize(
    ("text", "period"),
    [("so it is" + " and" * 3, 4), ("abcabcabc", 3), ("aaa", 1), ("abcabcab", 0), ("", 0)],
)
def test_a_loop_comes_three_times(text, period):
    assert generation.loop(text) == period


def test_known_and_distinct_are_shares():
    assert generation.words("nd the cat's ma") == ["the", "cat's"]
    assert generation.known(["x the cut x"], {"the"}) == 0.5
    assert generation.known(["x"], {"the"}) == 0
    assert generation.distinct(["x one two one two one two x"], 2) == pytest.approx(2 / 5)
    assert generation.distinct(["x one x"]) == 0


def test_drift_judges_at_every_place():
    generator = build_text_generator(len(prose.ALPHABET), units=8)
    found = generation.drift(generator, counts(TEXT.train), [TEXT.test[:30], TEXT.test[20:50]])
    assert {len(values) for values in found.values()} == {30}
    judge = counts(TEXT.train)
    real = np.mean([judge.bits(t) for t in (TEXT.test[:30], TEXT.test[20:50])], axis=0)
    np.testing.assert_allclose(found["real"], real)
    # Who knows nothing writes what surprises, whatever came before.
    for name in ("given the real", "given its own"):
        assert np.mean(found[name]) > 2 * np.mean(found["real"])
