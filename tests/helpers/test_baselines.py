import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import baselines

RNG = np.random.default_rng(0)
SERIES = RNG.normal(size=200).cumsum()
FITTED = [
    baselines.Linear.fit(SERIES[:100], lags=lags, harmonics=harmonics, period=20)
    for lags, harmonics in ((3, 0), (0, 2), (4, 1))
]
FORECASTS = [
    baselines.last_value,
    lambda values, origins, horizon: baselines.seasonal_naive(values, origins, horizon, 20),
    *[linear.forecast for linear in FITTED],
]


@given(st.integers(20, 180), st.integers(1, 30), st.sampled_from(range(len(FORECASTS))))
def test_no_forecast_sees_what_comes(origin, horizon, which):
    other = SERIES.copy()
    other[origin:] = 1e6
    origins = np.array([origin])
    found = FORECASTS[which](SERIES, origins, horizon)
    assert found.shape == (1, horizon)
    np.testing.assert_array_equal(found, FORECASTS[which](other, origins, horizon))


def test_naive_forecasts():
    values = np.arange(10.0)
    np.testing.assert_array_equal(
        baselines.last_value(values, np.array([4, 10]), 2), [[3, 3], [9, 9]]
    )
    np.testing.assert_array_equal(
        baselines.seasonal_naive(values, np.array([4]), 5, 3), [[1, 2, 3, 1, 2]]
    )


def test_least_squares_finds_the_recurrence():
    values = np.zeros(300)
    values[:2] = 1, 2
    season = baselines.calendar(np.arange(300), 12, 1) @ [1.0, 2]
    for t in range(2, 300):
        values[t] = 0.5 * values[t - 1] - 0.3 * values[t - 2] + season[t] + 1
    model = baselines.Linear.fit(values[:200], lags=2, harmonics=1, period=12)
    np.testing.assert_allclose(model.weights, [-0.3, 0.5, 1, 2, 1], atol=1e-8)
    found = model.forecast(values, np.array([200, 250]), 20)
    np.testing.assert_allclose(found, [values[200:220], values[250:270]], atol=1e-7)


def test_the_calendar_repeats():
    days = np.arange(730)
    found = baselines.calendar(days)
    assert found.shape == (730, 4)
    np.testing.assert_allclose(found[:365], found[365:], atol=1e-9)


def test_holt_winters_goes_on_as_statsmodels_does():
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    values = baselines.calendar(np.arange(120), 12)[:, 0] + RNG.normal(0, 0.3, 120)
    kinds = {"seasonal": "add", "seasonal_periods": 12, "initialization_method": "heuristic"}
    theirs = ExponentialSmoothing(values, **kinds).fit()
    ours = baselines.holt_winters(values, 120, np.array([70, 120]), 5, 12)
    np.testing.assert_allclose(ours[0, 0], theirs.fittedvalues[70], atol=1e-6)
    np.testing.assert_allclose(ours[1], theirs.forecast(5), atol=1e-6)


@pytest.mark.parametrize(
    ("forecast", "says"),
    [
        (lambda: baselines.last_value(SERIES, np.array([0]), 1), "needs 1 values before it"),
        (lambda: baselines.last_value(SERIES, np.array([201]), 1), "201"),
        (lambda: baselines.last_value(SERIES, np.array([5]), 0), "horizon is 0"),
        (lambda: baselines.last_value(SERIES[:, None], np.array([5]), 1), "one axis"),
        (lambda: baselines.seasonal_naive(SERIES, np.array([5]), 1, 6), "needs 6"),
        (lambda: baselines.seasonal_naive(SERIES, np.array([5]), 1, 0), "period is 0"),
        (lambda: baselines.holt_winters(SERIES, 20, np.array([50]), 5, 12), "two periods"),
        (lambda: baselines.holt_winters(SERIES, 100, np.array([50]), 13, 12), "horizon of one"),
        (lambda: baselines.Linear.fit(SERIES, lags=-1), "none or more"),
        (lambda: baselines.Linear.fit(SERIES[:7], lags=3), "needs at least 8"),
        (lambda: baselines.Linear.fit([1.0, np.nan, 3], harmonics=0), "missing"),
    ],
)
def test_what_cannot_be_foretold_is_refused(forecast, says):
    with pytest.raises(ValueError, match=says):
        forecast()
