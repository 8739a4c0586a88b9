from functools import partial

import keras
import numpy as np
import pytest
from keras import layers
from numpy.testing import assert_allclose, assert_array_equal

from helpers.models import build_text_classifier
from helpers.training import StepLosses, StopBelow, fit_repeatedly, milliseconds, repeat


def line(n_samples, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n_samples, 3)).astype("float32")
    return x, x @ np.array([[1.0], [-2.0], [0.5]], dtype="float32")


def linear_model(metrics=()):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.05), "mse", metrics=list(metrics))
    return model


def test_it_learns_and_scores_on_held_out_data():
    runs = repeat(linear_model, line, seeds=range(2), steps=150)
    assert runs.loss.shape == (2, 150)
    assert (runs.loss[:, -1] < runs.loss[:, 0] / 100).all()
    assert runs.score.shape == (2,)
    assert (runs.score < 0.01).all()


def test_a_seed_gives_the_same_run_whatever_came_before_it():
    together = repeat(linear_model, line, seeds=[3, 7], steps=20)
    alone = repeat(linear_model, line, seeds=[7], steps=20)
    assert_allclose(together.loss[1], alone.loss[0], rtol=1e-5)
    assert not np.allclose(together.loss[0], together.loss[1])


def test_accuracy_is_the_score_if_the_model_has_it():
    def sign(n_samples, seed):
        x, y = line(n_samples, seed)
        return x, (y > 0).astype("float32")

    def classifier():
        model = keras.Sequential([keras.Input((3,)), layers.Dense(1, activation="sigmoid")])
        model.compile(keras.optimizers.Adam(0.1), "binary_crossentropy", metrics=["accuracy"])
        return model

    assert repeat(classifier, sign, seeds=[0], steps=200).score[0] > 0.9


def test_every_step_has_its_own_loss():
    x, y = line(40, seed=0)
    model = linear_model()
    model.compile(keras.optimizers.SGD(0.0), "mse")  # nothing moves, so each batch can be checked
    losses = StepLosses()
    model.fit(x, y, batch_size=8, epochs=2, shuffle=False, verbose=0, callbacks=[losses])
    expected = [model.evaluate(x[i : i + 8], y[i : i + 8], verbose=0) for i in (0, 8, 16, 24, 32)]
    assert_allclose(losses.losses, expected * 2, rtol=1e-4)


@pytest.mark.parametrize("seed", [0, 1])
def test_batches_are_drawn_with_the_seed(seed):
    drawn = []

    def task(n_samples, seed):
        drawn.append((n_samples, seed))
        return line(n_samples, seed)

    repeat(linear_model, partial(task), seeds=[seed], steps=2, batch_size=4)
    assert_array_equal(drawn, [(8, seed), (1000, seed + 10_000)])


def test_stop_below_ends_the_run_once_the_mean_loss_is_low_and_the_rest_is_nan():
    stop = StopBelow(0.05, window=5)
    runs = repeat(linear_model, line, seeds=range(2), steps=300, callbacks=[stop])
    for losses in runs.loss:
        (ran,) = np.isfinite(losses).nonzero()
        assert 5 <= len(ran) < 300
        assert losses[ran[-5:]].mean() < 0.05 <= losses[ran[-6:-1]].mean()


def test_fits_of_the_same_data_are_watched_on_other_data():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 2)).astype("float32")
    y = x[:, :1] > 0

    def build():
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation="sigmoid")])
        model.compile(keras.optimizers.Adam(0.1), "binary_crossentropy", metrics=["accuracy"])
        return model

    def fits(patience):
        return fit_repeatedly(
            build,
            (x[:150], y[:150]),
            (x[150:], y[150:]),
            seeds=(0, 1),
            epochs=6,
            batch_size=16,
            callbacks=lambda: [keras.callbacks.EarlyStopping("loss", 10, patience=patience)],
        )

    whole, again, stopped = fits(9), fits(9), fits(0)
    assert whole["val_accuracy"].shape == whole["loss"].shape == (2, 6)
    assert whole["val_accuracy"][:, -1].min() > 0.8
    assert_array_equal(whole["loss"], again["loss"])
    assert whole["loss"][0, 0] != whole["loss"][1, 0]
    assert_array_equal(stopped["loss"][:, :2], whole["loss"][:, :2])
    assert np.isnan(stopped["val_loss"][:, 2:]).all(), "an early stop leaves NaN"


def test_a_fit_does_not_depend_on_the_seeds_before_it_though_they_share_one_graph():
    rng = np.random.default_rng(0)
    x = rng.integers(1, 20, (60, 7))
    y = x[:, 0] > 10
    built = []

    def build():
        layer = {"units": 4, "dropout": 0.3, "recurrent_dropout": 0.3}
        built.append(build_text_classifier(20, dim=4, learning_rate=0.05, **layer))
        return built[-1]

    def fits(seeds):
        return fit_repeatedly(build, (x, y), (x, y), seeds=seeds, epochs=2, batch_size=16)

    together, alone = fits([3, 7]), fits([7])
    for key, runs in alone.items():
        assert_allclose(together[key][1], runs[0], rtol=1e-5)
    assert [int(model.optimizer.iterations) for model in built] == [8, 0, 8]


def test_models_take_turns_and_the_least_time_of_each_counts(monkeypatch):
    clock = iter([0, 3, 0, 7, 0, 2, 0, 4, 0, 9, 0, 5])
    turns = []

    class Stub:
        def train_on_batch(self, x, y):
            turns.append(self)

    first, second = Stub(), Stub()
    monkeypatch.setattr("helpers.training.time.process_time", lambda: next(clock))
    assert milliseconds({"a": first, "b": second}, None, None, rounds=3) == {"a": 2000, "b": 4000}
    assert turns[-6:] == [first, second] * 3
