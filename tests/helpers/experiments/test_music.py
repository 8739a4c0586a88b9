import numpy as np
import pytest

from helpers.data import chorales
from helpers.experiments import music
from helpers.models.composer import frame_nll

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
