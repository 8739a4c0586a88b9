import numpy as np
import pytest

from helpers import samples
from helpers.data import prose
from helpers.models import build_text_generator
from helpers.ngrams import KneserNey

TRAIN, TEST = "the cat sat on the mat.\n" * 60, "a cat sat on a mat.\n" * 20


def counts(text, order=3):
    return KneserNey(text, order=order, alphabet=prose.ALPHABET)


def test_counts_write_what_they_have_seen_and_do_not_look_further_back():
    model = counts("\nabcabcabcabc" * 3)
    texts = samples.write(samples.counted_step(model), samples.nothing_read(2), 2, 9, temperature=0)
    assert texts == ["abcabcabc"] * 2
    step = samples.counted_step(model)
    log_p, _ = step(prose.encode("b"), np.array([prose.encode("zzza")]))
    np.testing.assert_allclose(np.exp(log_p[0]), model.distribution("ab"))


@pytest.mark.parametrize(
    ("text", "period"),
    [("so it is" + " and" * 3, 4), ("abcabcabc", 3), ("aaa", 1), ("abcabcab", 0), ("", 0)],
)
def test_a_loop_comes_three_times(text, period):
    assert samples.loop(text) == period


def test_known_and_distinct_are_shares():
    assert samples.words("nd the cat's ma") == ["the", "cat's"]
    assert samples.known(["x the cut x"], {"the"}) == 0.5
    assert samples.known(["x"], {"the"}) == 0
    assert samples.distinct(["x one two one two one two x"], 2) == pytest.approx(2 / 5)
    assert samples.distinct(["x one x"]) == 0


def test_drift_judges_at_every_place():
    generator = build_text_generator(len(prose.ALPHABET), units=8)
    found = samples.drift(generator, counts(TRAIN), [TEST[:30], TEST[20:50]])
    assert {len(values) for values in found.values()} == {30}
    judge = counts(TRAIN)
    real = np.mean([judge.bits(t) for t in (TEST[:30], TEST[20:50])], axis=0)
    np.testing.assert_allclose(found["real"], real)
    # Who knows nothing writes what surprises, whatever came before.
    for name in ("given the real", "given its own"):
        assert np.mean(found[name]) > 2 * np.mean(found["real"])
