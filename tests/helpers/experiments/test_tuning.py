"""The search for a setting within a budget."""

from functools import partial
from itertools import product

import numpy as np
import pytest

from helpers import models
from helpers.data.reviews import Reviews
from helpers.experiments.tuning import Family, settings, tune

CHOICES = {
    "learning_rate": (0.1, 0.01),
    "dim": (4,),
    "words": (8, 3),
    "length": (6,),
    "batch_size": (16,),
}
AVERAGE = Family(partial(models.build_text_classifier, encoder="average"), CHOICES)


def told_by_one_word(copies):
    texts = [f"a {word} film {n}" for n in range(copies) for word in ("warm", "cold")]
    return tuple(texts), np.array([1, 0] * copies)


@pytest.fixture(scope="module")
def data():
    return Reviews(*told_by_one_word(100), *told_by_one_word(3), "real")


def test_every_combination_comes_once_and_the_first_of_each_choice_at_the_head():
    choices = {"a": (3, 1, 2), "b": (True, False), "c": (0,)}
    found = [tuple(setting.values()) for setting in settings(choices)]
    assert found[0] == (3, True, 0)
    assert sorted(found) == sorted(product(*choices.values()))
    assert found == [tuple(setting.values()) for setting in settings(choices)]


def test_one_choice_of_each_is_one_setting():
    assert [*settings({"a": (1,), "b": (2,)})] == [{"a": 1, "b": 2}]


def test_the_setting_with_the_lowest_loss_is_fitted_anew_and_faces_a_rival(data):
    rival = np.array([True, True, True, False, False, False])
    found = tune(data, AVERAGE, seeds=iter(range(2)), budget=600.0, rival=rival)
    assert len(found["tried"]) == 4
    losses = [loss for loss, _ in found["tried"]]
    assert losses.index(min(losses)) == 0 and found["setting"]["words"] == 8
    assert found["accuracy"] == [1.0, 1.0] and found["against"] == [[3, 0], [3, 0]]
    assert max(found["loss"]) < 0.5 and min(found["seconds"]) > 0
    assert 1 <= found["epochs"] <= 10 and found["weights"] == 8 * 4 + 5


def test_a_budget_ends_the_search_and_one_epoch_is_fitted_whatever_it_is(data):
    found = tune(data, AVERAGE, seeds=[0], budget=0.0, rival=np.ones(6, bool))
    assert len(found["tried"]) == 1 and found["epochs"] == 1
    assert found["setting"] == {name: values[0] for name, values in CHOICES.items()}


def test_what_is_held_back_ends_a_fit():
    texts, labels = told_by_one_word(100)
    labels[180:] = 1 - labels[180:]  # what is held back contradicts: each epoch makes it worse
    data = Reviews(texts, labels, texts[:2], labels[:2], "real")
    first = Family(AVERAGE.build, {name: values[:1] for name, values in CHOICES.items()})
    found = tune(data, first, seeds=[0], budget=600.0, rival=np.ones(2, bool))
    assert found["epochs"] < 10


def test_rare_words_are_unknown_and_only_the_ends_are_read(data):
    """Nothing tells the verdicts apart where the telling words are too rare, or cut off."""
    for blind in ({"words": (3,)}, {"length": (1,)}):
        family = Family(AVERAGE.build, {**CHOICES, "learning_rate": (0.1,), **blind})
        found = tune(data, family, seeds=[0], budget=0.0, rival=np.ones(6, bool))
        assert found["accuracy"] == [0.5]


def test_a_family_that_asks_for_vectors_begins_with_them(data):
    vectors = {"warm": np.full(2, 5.0), "cold": np.full(2, -5.0)}
    seen = []

    def build(size, *, vectors, dim):
        seen.append(vectors)
        return models.build_text_classifier(size, dim=dim, encoder="average")

    choices = {"dim": (2,), "words": (8,), "length": (6,), "batch_size": (16,)}
    family = Family(build, choices, vectors=True)
    tune(data, family, seeds=[0], budget=0.0, rival=np.ones(6, bool), vectors=vectors)
    assert all(each.shape == (8, 2) for each in seen) and len(seen) == 2
    assert sorted(seen[0].sum(axis=1)) == [-10.0, 0, 0, 0, 0, 0, 0, 10.0]
