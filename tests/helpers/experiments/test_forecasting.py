import numpy as np
import pytest

from helpers.data import series as data
from helpers.experiments import forecasting

VALUES = data.load("embedded").values


def test_the_mean_size_grows_from_the_first_step():
    errors = np.array([[1.0, -3, 5], [-1, 3, -5]])
    assert forecasting.means(errors, (1, 2, 3)) == [1, 2, 3]


def test_no_forecast_leaves_its_part():
    origins = forecasting.origins_of(VALUES, 100, 200, 30)
    assert origins[0] == 100 and origins[-1] + 30 == 200
    assert forecasting.origins_of(VALUES, 100, 10**6, 30)[-1] + 30 == len(VALUES)
    np.testing.assert_array_equal(forecasting.answers(VALUES, origins, 30)[3], VALUES[103:133])


@pytest.mark.parametrize(("calendar", "direct"), [(False, False), (True, False), (True, True)])
def test_a_network_sees_nothing_that_comes(calendar, direct):
    origin = 400
    other = VALUES.copy()
    other[origin:] += 100
    found = []
    for values in (VALUES, other):
        network = forecasting.Forecaster(
            values[:500], origin, calendar=calendar, direct=direct, rate=0.01
        )
        weights = [np.full(w.shape, 0.01) for w in network.model.get_weights()]
        network.model.set_weights(weights)
        found.append(network.forecast(np.array([origin])))
    assert found[0].shape == (1, 30)
    np.testing.assert_allclose(*found)


def test_intervals_hold_about_what_they_promise():
    shares = forecasting.intervals(VALUES, 8 * 365, 9 * 365)
    assert all(0.7 < share < 0.9 for share in shares["0.8"])
    assert min(shares["0.95"]) > 0.88


def test_henon_is_what_its_equation_says():
    values = forecasting.henon(50, seed=1, noise=0)
    expected = 1 - 1.4 * values[1:-1] ** 2 + 0.3 * values[:-2]
    np.testing.assert_allclose(values[2:], expected, atol=1e-12)


def test_every_method_has_its_rows():
    found = forecasting.squares(seeds=[0, 1], rates=[0.01], steps=100, epochs=1)
    assert all(len(found[name]) == 2 for name in ("mean", "AR", "AR, squares"))
    assert len(found["LSTM"]["0.01"]["test"]) == 2
    assert forecasting.powers(np.ones((3, 4, 1)), 2).shape == (3, 9)


def test_all_methods_are_compared_at_all_horizons():
    found = forecasting.temperatures(seeds=[0], rates=[0.01], epochs=1, source="embedded")
    assert found["linear"]["AR, calendar"][0] < found["linear"]["last value"][0]
    for rates in found["networks"].values():
        assert np.shape(rates["0.01"]["test"]) == (1, 3)
