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


def test_over_seeds_draws_the_mean_in_a_band_from_smallest_to_largest():
    values = np.array([[1.0, 2.0, 4.0], [3.0, 2.0, 0.0]])
    _, ax = plt.subplots()
    plots.over_seeds({"LSTM": values, "SimpleRNN, clipped": values + 1}, ylabel="loss", ax=ax)
    lines = ax.get_lines()
    np.testing.assert_allclose(lines[0].get_xydata(), [[1, 2], [2, 2], [3, 2]])
    assert [line.get_color() for line in lines] == ["#D55E00", "#CC79A7"]
    band = ax.collections[0].get_paths()[0].vertices
    assert band[:, 1].min() == 0 and band[:, 1].max() == 4


def test_a_variant_has_the_colour_of_its_cell_unless_it_has_its_own():
    assert plots.colour_of("GRU, bias 3") == plots.COLOURS["GRU"]
    assert plots.colour_of("SimpleRNN, gain 0.5") != plots.COLOURS["SimpleRNN"]
    assert plots.colour_of("anything") == plots.COLOURS["theory"]


def test_a_heat_map_writes_each_note_readably_on_its_colour():
    values = np.array([[1.0, 1000.0], [np.nan, 10.0]])
    _, ax = plt.subplots()
    notes = [["a", "b"], ["never", "c"]]
    plots.heat_map(values, notes, rows=["r", "s"], columns=[5, 10], label="steps", ax=ax)
    inks = {text.get_text(): text.get_color() for text in ax.texts}
    assert inks == {"a": plots.INK, "b": "white", "never": plots.INK, "c": plots.INK}
    assert [label.get_text() for label in ax.get_xticklabels()] == ["5", "10"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["r", "s"]
