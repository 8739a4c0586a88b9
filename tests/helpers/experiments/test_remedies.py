import json

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose

from helpers import models
from helpers.experiments import remedies


@pytest.mark.parametrize("name", remedies.REMEDIES)
def test_every_remedy_is_a_model_of_the_right_shape(name):
    model = models.memory_model(**remedies.REMEDIES[name])
    assert model.output_shape == (None, 1)
    assert model.layers[0].units == 64
    assert model.predict(np.zeros((2, 5, 1)), verbose=0).shape == (2, 1)


def test_remedies_are_what_they_are_called():
    def layer(name):
        return models.memory_model(**remedies.REMEDIES[name]).layers[0]

    singular = np.linalg.svd(layer("tanh, gain 0.5").cell.recurrent_kernel.numpy())[1]
    assert_allclose(singular, 0.5, rtol=1e-4)
    assert_allclose(layer("ReLU, identity").cell.recurrent_kernel.numpy(), np.eye(64))
    assert layer("sigmoid").activation is keras.activations.sigmoid
    assert layer("L2 0.01").recurrent_regularizer.l2 == pytest.approx(0.01)
    assert isinstance(layer("GRU"), keras.layers.GRU)
    clipped = models.memory_model(**remedies.REMEDIES["gain 0.5, clipped"])
    assert clipped.optimizer.global_clipnorm == 1.0


@pytest.mark.parametrize("name", remedies.EXPLODERS)
def test_every_exploder_is_a_model_of_the_right_shape(name):
    model = remedies.exploding_model(**remedies.EXPLODERS[name])
    assert model.output_shape == (None, 1)
    assert model.predict(np.zeros((2, 50, 2)), verbose=0).shape == (2, 1)


def test_exploders_are_what_they_are_called():
    def model(name):
        return remedies.exploding_model(**remedies.EXPLODERS[name])

    singular = np.linalg.svd(model("tanh, gain 2").layers[-2].cell.recurrent_kernel.numpy())[1]
    assert_allclose(singular, 2, rtol=1e-4)
    assert float(model("rate 0.01").optimizer.learning_rate) == pytest.approx(0.01)
    assert isinstance(model("Adam 0.01").optimizer, keras.optimizers.Adam)
    short, x = model("cut to 10"), np.random.default_rng(0).random((2, 50, 2))
    other = np.concatenate([np.zeros((2, 40, 2)), x[:, 40:]], axis=1)
    assert_allclose(short.predict(x, verbose=0), short.predict(other, verbose=0), rtol=1e-5)


@pytest.mark.parametrize("cell", ["SimpleRNN", "LSTM"])
def test_truncation_cuts_the_gradient_and_carries_the_state(cell):
    rng = np.random.default_rng(0)
    x, far = (rng.normal(size=(3, 20, 1)).astype("float32") for _ in range(2))
    far[:, -5:] = x[:, -5:]  # the same window, another past
    built = {
        kind: remedies.truncated_model(cell, kind, timesteps=20, window=5, units=8)
        for kind in ("cut", "carried", "full")
    }
    for model in built.values():
        model.set_weights(built["full"].get_weights())
    outputs = {kind: (model(x).numpy(), model(far).numpy()) for kind, model in built.items()}
    assert_allclose(outputs["carried"][0], outputs["full"][0], rtol=1e-5)
    assert not np.allclose(outputs["carried"][0], outputs["carried"][1])
    assert_allclose(outputs["cut"][0], outputs["cut"][1])


def test_a_short_run_of_each_experiment_is_fit_for_json():
    runs = [
        remedies.remedies(["tanh, orthogonal"], seeds=[0], steps=10, gap=3),
        remedies.clipping(["clipvalue"], seeds=[0, 1], steps=2),
        remedies.explosions(["cut to 10"], seeds=[0], steps=2),
        remedies.truncation(["SimpleRNN"], ["carried"], seeds=[0], steps=2),
        remedies.optimisers(["warm-up 0.01"], seeds=[0], steps=10),
    ]
    assert json.loads(json.dumps(runs, allow_nan=False)) == runs
    assert np.shape(runs[1]["clipvalue"]["norms"]) == (2, 2)


def test_explosions_are_recorded_as_none():
    run = remedies.clipping(["none"], seeds=[0], steps=40)["none"]
    assert run["norms"][0][0] > 100
    assert run["norms"][0][-1] is None
    assert run["final_loss"] == [None]


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [("cosine 0.01", 0.01, 0.0), ("warm-up 0.01", 0.0, 0.0), ("Adam 0.1", 0.1, 0.1)],
)
def test_schedules_begin_and_end_where_they_should(name, first, last):
    optimizer = remedies.make_optimiser(name, steps=100)
    assert float(optimizer.learning_rate) == pytest.approx(first, abs=1e-6)
    optimizer.iterations.assign(100)
    assert float(optimizer.learning_rate) == pytest.approx(last, abs=1e-4)


def test_an_unknown_optimiser_is_named():
    with pytest.raises(ValueError, match="optimiser 'Magic 1' is unknown"):
        remedies.make_optimiser("Magic 1", 10)
