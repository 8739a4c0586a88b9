"""What every chapter does first."""

import random

import keras
import matplotlib
import numpy as np
import pytest
import tensorflow as tf

from helpers import session


@pytest.fixture(autouse=True)
def as_before():
    """Leave the process as it was: all tests share it."""
    options = tf.config.optimizer.get_experimental_options()
    with matplotlib.rc_context():
        yield
    tf.config.optimizer.set_experimental_options(
        {"disable_meta_optimizer": options.get("disable_meta_optimizer", False)}
    )


def draws() -> list[float]:
    """One number from each source of chance."""
    weight = keras.layers.Dense(1)(np.ones((1, 1)))
    drawn = (tf.random.uniform(()), keras.random.uniform(()), weight)
    return [random.random(), np.random.rand(), *(float(np.squeeze(t)) for t in drawn)]  # noqa: NPY002


def test_a_seed_gives_every_library_the_same_numbers_again():
    session.start(seed=3)
    first = draws()
    session.start(seed=3)
    assert draws() == first
    session.start(seed=4)
    assert all(one != other for one, other in zip(draws(), first, strict=True))


def test_figures_have_the_house_style_and_graphs_are_left_as_they_are():
    matplotlib.rcdefaults()
    before = dict(matplotlib.rcParams)
    session.start()
    assert dict(matplotlib.rcParams) != before
    assert tf.config.optimizer.get_experimental_options()["disable_meta_optimizer"]


def test_it_says_what_it_runs_on(monkeypatch):
    monkeypatch.setenv("RNN_DATA", "real")
    told = dict(line.split(maxsplit=1) for line in session.describe().splitlines()[:4])
    assert told["TensorFlow"] == tf.__version__ and told["NumPy"] == np.__version__
    assert "data        real" in session.describe()
