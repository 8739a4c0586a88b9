import numpy as np
import pytest

from helpers.experiments import overfitting
from helpers.experiments.overfitting import (
    PLACES,
    REMEDIES,
    Remedy,
    build,
    compare,
    fit,
    recurrent,
    task,
)


def test_only_training_labels_are_false_and_the_rest_does_not_depend_on_their_number():
    small, large = task(200), task(1000)
    assert small.train[0].shape == (200, 50) and len(small.turned) == 200
    assert 0.08 < large.turned.mean() < 0.22
    for part in ("validation", "test"):
        x, y = getattr(small, part)
        assert x.shape == (1000, 50) and 0.4 < y.mean() < 0.6
        np.testing.assert_array_equal(y, getattr(large, part)[1])
    assert not task(200, label_noise=0).turned.any()


@pytest.mark.parametrize("n", [0, -3, 8001])
def test_a_number_of_texts_that_there_is_not_is_refused(n):
    with pytest.raises(ValueError, match=f"n is {n}, expected 1 to 8000"):
        task(n)


def test_each_dropout_drops_what_it_says():
    ids = np.random.default_rng(0).integers(1, 50, (2, 20))
    for option in ("vector_dropout", "word_dropout", "answer_dropout"):
        model = build(50, **{option: 0.5})
        answers = [np.asarray(model(ids, training=True)) for _ in range(2)]
        assert not np.allclose(*answers), option
        np.testing.assert_array_equal(model(ids), model(ids))
    plain = build(50)
    np.testing.assert_array_equal(plain(ids, training=True), plain(ids))


def test_l2_punishes_every_matrix():
    assert len(build(50).losses) == 0 and len(build(50, l2=0.1).losses) == 3


def test_without_a_remedy_false_labels_are_learned_by_heart():
    found = compare({"none": Remedy(texts=300), "stop": Remedy(texts=300, patience=1)}, seeds=[0])
    none, stop = found["none"], found["stop"]
    assert none["by_heart"][0] > 0.5 and len(none["loss"][0]) == 15
    assert len(stop["val_loss"][0]) < 15 and stop["by_heart"][0] < none["by_heart"][0]
    assert set(none) == {"loss", "val_loss", "accuracy", "test_loss", "by_heart"}


def test_the_loss_on_the_test_is_without_the_penalty():
    found = fit(task(100), Remedy({"l2": 1.0}), 0, epochs=1)
    assert found["val_loss"][-1] > 2 and abs(found["test_loss"] - np.log(2)) < 0.1


def test_a_seed_gives_the_same_fit_again():
    data, remedy = task(100), Remedy({"vector_dropout": 0.5})
    one, two = (fit(data, remedy, 3, epochs=2) for _ in range(2))
    np.testing.assert_allclose(one["loss"], two["loss"], rtol=1e-4)


def test_every_remedy_and_every_place_can_be_built():
    for remedy in REMEDIES.values():
        assert build(50, **remedy.options).count_params() > 0
    for where in PLACES.values():
        assert np.asarray(recurrent(50, **where)(np.ones((2, 5), "int32"))).shape == (2, 1)


def test_places_are_compared_over_seeds(monkeypatch):
    monkeypatch.setattr(overfitting, "task", lambda n, label_noise: task(64, label_noise=0))
    found = overfitting.compare_places({"none": {}}, seeds=iter(range(2)))
    assert len(found["none"]["accuracy"]) == len(found["none"]["loss"]) == 2


def test_more_texts_are_seen_in_as_many_steps():
    found = overfitting.fit_equal_steps(3000, 0, rounds=2)
    assert len(found["loss"]) == len(found["val_loss"]) == 2
    assert 0 <= found["by_heart"] <= 1 and found["accuracy"] > 0.4
