"""Networks side by side for the same time."""

from itertools import islice

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import results
from helpers.data import reviews
from helpers.experiments import next as experiment


@settings(max_examples=25)
@given(st.integers(2, 30), st.integers(0, 1000))
def test_a_difference_is_the_later_number_minus_the_earlier(timesteps, seed):
    x, y = experiment.subtracting(5, timesteps, seed=seed)
    for row, answer in zip(x, y, strict=True):
        earlier, later = row[row[:, 1] == 1, 0]
        assert answer == pytest.approx(later - earlier)


def test_always_zero_costs_a_sixth():
    _, y = experiment.subtracting(20_000, 10, seed=0)
    assert np.mean(y**2) == pytest.approx(experiment.CONSTANT, abs=0.01)


def test_a_network_ends_with_the_weights_of_its_best_look():
    keras.utils.set_random_seed(0)
    model = experiment.gru(0.01, units=4)
    held_out = experiment.subtracting(200, 5, seed=1)
    batches = experiment.fresh(experiment.subtracting, 2, sequence_length=5)
    found = experiment.train_for(model, batches, held_out, seconds=0.2)
    assert found["steps"] > 1 and 1 <= len(found["held out"]) <= experiment.LOOKS
    assert experiment.score(model, held_out) == pytest.approx(min(found["held out"]), rel=1e-4)
    assert float(model.optimizer.learning_rate) < 0.01


def test_fresh_batches_are_never_the_same():
    batches = islice(experiment.fresh(experiment.subtracting, 0, sequence_length=4), 120)
    assert len({x.tobytes() for x, _ in batches}) == 120


def test_a_round_shows_every_example_once():
    x = np.arange(3 * experiment.BATCH)
    shown = [x for x, _ in islice(experiment.rounds(x, x, seed=0), 6)]
    assert {*np.concatenate(shown[:3])} == {*np.concatenate(shown[3:])} == {*x}
    assert not np.array_equal(shown[0], shown[3])


def test_each_network_gets_the_rate_that_suits_it():
    batches = experiment.fresh(experiment.subtracting, 0, sequence_length=4)
    data = experiment.subtracting(100, 4, seed=1)
    outcome = experiment.race(
        {"GRU": lambda rate: experiment.gru(rate, units=2)},
        lambda seed: (batches, data, data),
        seconds=0.02,
        rates=(0.001, 0.1),
        seeds=(0,),
    )
    row = outcome["GRU"]
    assert row["rates"][str(row["rate"])] == min(row["rates"].values())
    assert len(row["loss"]) == len(row["steps"]) == 1


def test_readers_are_chosen_by_a_tenth_of_the_training_reviews(monkeypatch):
    data = reviews.load("embedded", n_train=300, n_test=100)
    monkeypatch.setattr(experiment, "race", lambda contenders, draw, **_: (contenders, draw))
    contenders, draw = experiment.opinions(data, words=200, length=20)
    batches, (x, y), test = draw(0)
    assert len(x) == len(y) == 30 and len(test[0]) == 100
    shown = np.concatenate([x for x, _ in islice(batches, 4)])
    assert not {row.tobytes() for row in shown} & {row.tobytes() for row in x}
    weights = {name: build(0.01).count_params() for name, build in contenders.items()}
    assert weights["no positions"] == weights["Transformer"] > weights["average"]


@pytest.mark.parametrize("name", ["next_numbers", "next_reviews"])
def test_the_records_name_three_seeds(name):
    outcome = results.load(name)["outcome"]
    rows = (
        outcome.values()
        if name == "next_reviews"
        else (row for rows in outcome.values() for row in rows.values())
    )
    assert all(len(row["loss"]) == 3 for row in rows)
