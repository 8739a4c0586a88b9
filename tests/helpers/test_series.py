import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view

from helpers import series


@given(st.integers(1, 6), st.integers(1, 5), st.integers(0, 10))
def test_windows_are_those_of_numpy_and_meet_their_targets(window, horizon, more):
    values = np.arange(window + horizon + more, dtype=float)
    x, y = series.create_sequences(values, window, horizon)
    whole = sliding_window_view(values, window + horizon)
    np.testing.assert_array_equal(np.concatenate([x[..., 0], y], axis=1), whole)
    assert x.shape == (more + 1, window, 1) and y.shape == (more + 1, horizon)


@given(st.integers(1, 6), st.integers(1, 5), st.integers(0, 10), st.data())
def test_no_target_lies_before_the_start_and_none_is_left_out(window, horizon, more, data):
    values = np.arange(window + horizon + more, dtype=float)
    start = data.draw(st.integers(window, len(values) - horizon))
    x, y = series.create_sequences(values, window, horizon, start=start)
    assert y.min() == start and y.max() == len(values) - 1
    assert (x.max(axis=(1, 2)) == y[:, 0] - 1).all()


def test_several_features_stay_side_by_side():
    values = np.stack([np.arange(9.0), np.arange(9.0) * 10], axis=1)
    x, y = series.create_sequences(values, 4, 2)
    assert x.shape == (4, 4, 2) and y.shape == (4, 2, 2)
    np.testing.assert_array_equal(y[0], [[4, 40], [5, 50]])


@pytest.mark.parametrize(
    ("values", "window", "horizon", "start", "says"),
    [
        (np.ones(3), 3, 1, None, "3 steps, needs at least 4"),
        (np.ones(9), 3, 0, None, "horizon is 0"),
        (np.ones(9), 0, 1, None, "window is 0"),
        (np.ones(9), 3, 1, 2, "start is 2, expected between 3"),
        (np.ones(9), 3, 2, 8, "and 7"),
        (np.array([1, 2, np.nan, 4, np.inf]), 1, 1, None, "2 missing .* first at step 2"),
        (np.ones((2, 2, 2)), 1, 1, None, "shape"),
    ],
)
def test_what_cannot_be_cut_is_refused(values, window, horizon, start, says):
    with pytest.raises(ValueError, match=says):
        series.create_sequences(values, window, horizon, start=start)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_scales_come_back(values):
    scaler = series.Scaler.fit(np.array(values))
    np.testing.assert_allclose(scaler.restore(scaler.scale(values)), values, atol=1e-6)


def test_a_scaler_knows_its_part_only():
    values = np.array([[0.0, 5], [2, 5]])
    scaler = series.Scaler.fit(values)
    np.testing.assert_array_equal(scaler.scale([[3, 5]]), [[2, 0]])


def test_a_synthetic_series_is_the_sum_of_its_parts():
    plain = {"noise": 0, "spikes": 0, "dips": 0}
    values = series.generate_synthetic_timeseries(200, trend=0.5, season=0, **plain)
    np.testing.assert_allclose(np.diff(values), 0.5)
    season = series.generate_synthetic_timeseries(200, trend=0, **plain)
    np.testing.assert_allclose(season[50:], season[:-50], atol=1e-9)
    quiet = series.generate_synthetic_timeseries(200, seed=3, spikes=0, dips=0)
    struck = series.generate_synthetic_timeseries(200, seed=3)
    assert set(np.abs(struck - quiet).round(6)) == {0, 15}
    noise = series.generate_synthetic_timeseries(5000, trend=0, season=0, spikes=0, dips=0)
    assert abs(noise.std() - 2) < 0.1


@pytest.mark.parametrize("wrong", [{"steps": 0}, {"period": 0}, {"noise": -1}])
def test_a_series_of_nothing_is_refused(wrong):
    with pytest.raises(ValueError, match="expected at least"):
        series.generate_synthetic_timeseries(**wrong)


def test_several_steps_feed_on_their_own_answers():
    windows = np.array([[[1.0], [2]], [[3], [5]]])
    before = windows.copy()
    found = series.multi_step_forecast(lambda x: x.sum(axis=1), windows, 4)
    np.testing.assert_array_equal(found[..., 0], [[3, 5, 8, 13], [8, 13, 21, 34]])
    np.testing.assert_array_equal(windows, before)


def test_what_is_known_beforehand_rides_along():
    windows = np.array([[[1.0, 10]]])
    known = np.array([[[20.0], [30], [40]]])
    found = series.multi_step_forecast(
        lambda x: x.sum(axis=(1, 2))[:, None], windows, 3, known=known
    )
    np.testing.assert_array_equal(found[0, :, 0], [11, 31, 61])


def test_steps_that_do_not_fit_are_refused():
    windows = np.ones((2, 3, 2))
    with pytest.raises(ValueError, match="horizon is 0"):
        series.multi_step_forecast(lambda x: x[:, -1], windows, 0)
    with pytest.raises(ValueError, match="2 features, the step after them 1"):
        series.multi_step_forecast(lambda x: x[:, -1, :1], windows, 2)
    with pytest.raises(ValueError, match="expected \\(batch, features\\)"):
        series.multi_step_forecast(lambda x: x[:, -1, 0], windows, 2)


def test_the_scale_of_an_error_is_that_of_the_naive_forecast():
    training = np.array([0.0, 2, 0, 2, 1])
    assert series.mase(np.array([3.5]), training) == pytest.approx(3.5 / 1.75)
    assert series.mase(np.array([1.0]), training, period=2) == pytest.approx(3)
    with pytest.raises(ValueError, match="no scale"):
        series.mase(np.ones(2), np.ones(5))
    with pytest.raises(ValueError, match="period is 0"):
        series.mase(np.ones(2), np.ones(5), 0)
    with pytest.raises(ValueError, match="needs at least"):
        series.mase(np.ones(2), np.ones(5), 5)


@given(st.integers(5, 60), st.sampled_from([0.5, 0.8, 0.9]))
def test_of_errors_in_any_order_the_interval_holds_its_share(n, coverage):
    """Leave each of n + 1 errors out in turn: exactly the promised share, or more, is held."""
    errors = np.random.default_rng(n).normal(size=n + 1)
    held = [
        abs(errors[i]) <= series.conformal_radius(np.delete(errors, i), coverage)
        for i in range(n + 1)
    ]
    assert np.mean(held) >= coverage - 1e-12


def test_too_few_errors_promise_nothing():
    assert np.isinf(series.conformal_radius(np.ones((3, 2)), 0.9)).all()
    with pytest.raises(ValueError, match="coverage is 1"):
        series.conformal_radius(np.ones(3), 1)
    with pytest.raises(ValueError, match="no errors"):
        series.conformal_radius(np.ones(0), 0.5)
