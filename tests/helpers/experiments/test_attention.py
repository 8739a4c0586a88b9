import keras
import numpy as np
import pytest

from helpers import models
from helpers.attention import AttentionPooling
from helpers.experiments import attention


@pytest.fixture(scope="module")
def finder():
    keras.utils.set_random_seed(0)
    model = models.build_attention_model(2, units=8, learning_rate=0.03)
    found = attention.learn(model, seed=0, steps=80, timesteps=10, every=40)
    assert len(found) == 2 and found[-1] > 0.8
    return model


def test_one_step_is_marked_and_its_sign_is_the_answer():
    x, y = attention.marked_step(200, 7, seed=3)
    assert x.shape == (200, 7, 2) and set(np.unique(x[..., 1])) == {0, 1}
    np.testing.assert_array_equal(x[..., 1].sum(axis=1), 1)
    np.testing.assert_array_equal((x[..., 0] * x[..., 1]).sum(axis=1) > 0, y == 1)


def test_the_first_look_at_the_goal_counts():
    assert attention.first_at([0.5, 0.99, 0.7], 0.98, 25) == 50
    assert attention.first_at([0.5], 0.98, 25) == -1


def test_weights_are_those_that_make_the_answer(finder):
    x, _ = attention.marked_step(20, 10, seed=4)
    weights = attention.weights_of(finder, x)
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-5)
    states, dense = finder.layers[0](x).numpy(), finder.layers[-1]
    context = np.einsum("bt,btd->bd", weights, states)
    np.testing.assert_allclose(dense(context), finder(x), atol=1e-5)
    assert np.all(attention.on_the_mark(finder, x) <= 1)


def test_evened_is_the_same_network_with_equal_weights(finder):
    x, _ = attention.marked_step(20, 10, seed=5)
    states, dense = finder.layers[0](x).numpy(), finder.layers[-1]
    np.testing.assert_allclose(attention.evened(finder)(x), dense(states.mean(axis=1)), atol=1e-5)


def test_a_network_without_attention_is_refused():
    with pytest.raises(ValueError, match="no AttentionPooling"):
        attention.pooling_of(models.build_attention_model(2, score="average"))


def test_lengths_have_a_row_for_each_seed():
    found = attention.lengths(["dot"], rates=[0.03], seeds=[0, 1], steps=25, timesteps=(5, 9))
    row = found["dot"]["0.03"]
    assert np.shape(row["accuracy"]) == np.shape(row["order"]) == (2, 2)
    assert len(row["reached"]) == len(row["held out"]) == 2


def test_a_stretched_score_is_the_squashed_one_times_a_number():
    model = attention.build("stretched", 0.01)
    layer = attention.pooling_of(model)
    states = np.random.default_rng(6).normal(size=(3, 4, 32)).astype("float32")
    plain = AttentionPooling.scores(layer, states)
    np.testing.assert_allclose(layer.scores(states), attention.STRETCH * plain, rtol=1e-6)
    assert np.abs(plain).max() <= 1


def test_the_order_of_answers_ignores_where_they_lie(finder):
    x, y = attention.marked_step(300, 10, seed=7)
    before = attention.order_kept(finder, x, y)
    kernel, bias = finder.layers[-1].get_weights()
    p = attention.answers(finder, x)
    lowest = np.log(p / (1 - p)).min()
    finder.layers[-1].set_weights([kernel, bias - lowest + 0.1])  # now every answer is yes
    assert attention.accuracy(finder, x, y) == pytest.approx(y.mean())
    assert attention.order_kept(finder, x, y) == pytest.approx(before, abs=0.02)
    finder.layers[-1].set_weights([kernel, bias])


def test_a_new_last_layer_mends_a_broken_one(finder):
    train, test = (attention.marked_step(300, 10, seed=seed) for seed in (8, 9))
    weights = finder.layers[-1].get_weights()
    finder.layers[-1].set_weights([-value for value in weights])
    assert attention.accuracy(finder, *test) < 0.5
    assert attention.refitted(finder, train, test) > 0.8
    finder.layers[-1].set_weights(weights)


def test_maps_have_an_entry_for_each_seed():
    found = attention.maps(seeds=[0], steps=2)
    assert {*found} == {"Dense", "GRU", "LSTM"}
    assert all(len(values) == 1 for row in found.values() for values in row.values())


def test_costs_are_there_for_each_length():
    found = attention.layer_costs([4, 8], units=8, batch=1)
    assert found["timesteps"] == [4, 8]
    assert all(len(found[name]) == 2 for name in ("LSTM", "self-attention"))
