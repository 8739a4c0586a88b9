import keras
import numpy as np
import pytest

from helpers.data import chorales
from helpers.experiments import music
from helpers.models.composer import build_composer, frame_nll
from helpers.music import voices_of

DATA = chorales.load("embedded")
TRAIN, TEST = chorales.rolls(DATA.train[:30], 1), chorales.rolls(DATA.test[:10], 1)


@pytest.mark.parametrize("rule", [music.independent, music.stay_or_change])
def test_a_rule_judges_each_frame_but_the_first(rule):
    found = rule(TRAIN, TEST)
    assert [len(row) for row in found] == [len(roll) - 1 for roll in TEST]
    assert all((row > 0).all() and np.isfinite(row).all() for row in found)


def test_the_rules_are_best_where_they_were_counted():
    """Frequencies are the most probable ones: any other table costs more on its own frames."""
    after = np.concatenate([roll[1:] for roll in TRAIN])
    counted = music.mean(music.independent(TRAIN, TRAIN))
    for factor in (0.8, 1.25):
        p = np.clip((after.sum(axis=0) + 0.5) / (len(after) + 1) * factor, 0, 1 - 1e-6)
        assert music.bernoulli_nll(p, after).mean() > counted
    assert music.mean(music.stay_or_change(TRAIN, TRAIN)) < counted


def test_on_a_finer_grid_staying_costs_less():
    fine = [chorales.rolls(part[:20], 4) for part in (DATA.train, DATA.test)]
    found = music.stay_or_change(*fine)
    assert music.mean(found) < music.mean(music.stay_or_change(TRAIN, TEST)) - 2
    places = music.by_place(found)
    assert places[0] == max(places) and len(places) == 4


def test_places_are_counted_from_the_first_frame():
    rows = [np.arange(1.0, 8.0), np.arange(1.0, 4.0)]
    assert music.by_place(rows) == [4.0, np.mean([1, 5, 1]), np.mean([2, 6, 2]), np.mean([3, 7, 3])]


def test_a_network_and_a_table_are_charged_alike():
    logits = np.random.default_rng(0).normal(size=(5, 88))
    roll = TRAIN[0][:5]
    np.testing.assert_allclose(
        music.bernoulli_nll(1 / (1 + np.exp(-logits)), roll), frame_nll(logits, roll)
    )


@pytest.fixture(scope="module")
def composer():
    keras.utils.set_random_seed(0)
    return build_composer("LSTM", units=5)


def test_composing_goes_on_and_repeats_itself_with_the_seed(composer):
    begun = np.stack([TRAIN[0][:3], TRAIN[1][:3]])
    one, two = (
        music.compose(composer, begun, 6, rng=np.random.default_rng(0), voices=4) for _ in range(2)
    )
    assert one.shape == (2, 6, 88) and (one.sum(axis=-1) == 4).all()
    np.testing.assert_array_equal(one, two)
    with pytest.raises(ValueError, match="temperature is 0"):
        music.compose(composer, begun, 3, rng=np.random.default_rng(0), temperature=0)


@pytest.mark.parametrize("temperature", [0.5, 2.0])
def test_each_key_is_drawn_with_its_probability(composer, temperature):
    begun = np.repeat(TRAIN[0][None, :3], 4000, axis=0)
    found = music.compose(composer, begun, 1, rng=np.random.default_rng(0), temperature=temperature)
    p = 1 / (1 + np.exp(-composer.read(begun[:1])[0][0, -1] / temperature))
    np.testing.assert_allclose(found[:, 0].mean(axis=0), p, atol=0.05)


def test_one_voice_is_a_draw_by_odds(composer):
    begun = np.repeat(TRAIN[0][None, :3], 4000, axis=0)
    found = music.compose(composer, begun, 1, rng=np.random.default_rng(0), voices=1)
    odds = np.exp(composer.read(begun[:1])[0][0, -1])
    np.testing.assert_allclose(found[:, 0].mean(axis=0), odds / odds.sum(), atol=0.02)


def test_shares_of_frames_by_their_keys():
    rolls = np.zeros((1, 4, 88))
    rolls[0, 1, :3] = rolls[0, 2, :10] = rolls[0, 3, :3] = 1
    assert music.shares(rolls) == [0.25, 0, 0, 0.5, 0, 0, 0, 0, 0.25]


def test_the_corpus_is_all_its_own_copy():
    found = music.judged(TRAIN[:5], [voices_of(roll) for roll in TRAIN])
    assert found["copied"] == 1 and 3 < found["keys"] <= 4
    assert 0 < found["unchanged"] < 1 and 0 < found["repeated"] < 1
