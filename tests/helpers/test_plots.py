import keras
import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt

from helpers import plots, session


@pytest.fixture(autouse=True)
def figure(monkeypatch):
    mpl.use("agg")
    plt.close("all")
    session.start(seed=1)
    yield
    plt.close("all")


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_by_lag_labels_its_curves_and_draws_seeds_as_a_band():
    runs = 0.9 ** np.arange(30) * np.array([[1.0], [2.0]])
    ax = plots.by_lag({"SimpleRNN": runs, "theory 0.9": 0.9 ** np.arange(30)}, ylabel="norm")
    assert sorted(texts(ax)) == ["SimpleRNN", "theory 0.9"]
    assert ax.get_yscale() == "log"
    assert len(ax.collections) == 1
    line, theory = ax.lines
    assert line.get_color() == plots.COLOURS["SimpleRNN"]
    assert theory.get_linestyle() == "--"
    np.testing.assert_allclose(line.get_ydata(), np.sqrt(2) * 0.9 ** np.arange(30))


def test_by_lag_survives_zeros_and_keeps_labels_apart():
    ax = plots.by_lag({name: np.zeros(5) for name in ("GRU", "LSTM", "SimpleRNN")}, ylabel="n")
    heights = sorted(text.get_position()[1] for text in ax.texts)
    assert min(np.diff(heights)) > 0.05


def test_the_unrolled_network_has_one_column_for_each_step_and_one_loop():
    ax = plots.unrolled_network(timesteps=3, ax=plt.gca())
    assert {"$x_1$", "$h_2$", "$y_3$", "$h$", "$h_0$"} <= set(texts(ax))
    assert "$x_4$" not in texts(ax)


def test_input_output_shapes_draws_only_what_there_is():
    ax = plots.input_output_shapes([("many-to-one", "xxx", "..x")], ax=plt.gca())
    circles = [patch for patch in ax.patches if isinstance(patch, mpl.patches.Circle)]
    assert len(circles) == 3 + 3 + 1


def test_start_seeds_everything():
    session.start(seed=5)
    first = keras.initializers.GlorotUniform()((2, 2))
    session.start(seed=5)
    np.testing.assert_array_equal(keras.initializers.GlorotUniform()((2, 2)), first)


def test_describe_names_versions_and_data(monkeypatch):
    monkeypatch.setenv("RNN_DATA", "real")
    monkeypatch.setenv("RNN_DATA_DIR", "/somewhere")
    told = session.describe()
    assert "TensorFlow" in told
    assert "real" in told
    assert "/somewhere" in told
