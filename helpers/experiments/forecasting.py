"""Who foretells best, how far ahead, and where a network is worth its while."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import keras
import numpy as np

from helpers import baselines, models, series
from helpers.data import series as data

WINDOW, HORIZON = 30, 30
HORIZONS = (1, 7, 30)
RATES = (0.003, 0.01)  # of Adam, tried for every network alike, chosen on 1989
EPOCHS = 12
CALIBRATE, TEST = 1989, 1990
NETWORKS = {  # (looks at a calendar, answers all steps at once)
    "LSTM": (False, False),
    "LSTM, calendar": (True, False),
    "LSTM, calendar, direct": (True, True),
}


def means(errors: np.ndarray, horizons: Sequence[int] = HORIZONS) -> list[float]:
    """The mean size of the errors of all steps up to each horizon."""
    return [float(np.abs(errors[:, :horizon]).mean()) for horizon in horizons]


def origins_of(values: np.ndarray, start: int, stop: int, horizon: int = HORIZON) -> np.ndarray:
    """Where a forecast of so many steps may begin, if it is to lie in one part of the series."""
    return np.arange(start, min(stop, len(values)) - horizon + 1)


def answers(values: np.ndarray, origins: np.ndarray, horizon: int = HORIZON) -> np.ndarray:
    """What came, shape (origins, horizon)."""
    return values[origins[:, None] + np.arange(horizon)]


def linear_forecasts(values: np.ndarray, fitted: int, origins: np.ndarray) -> dict[str, np.ndarray]:
    """All forecasts that need no network, fitted before the step ``fitted``."""
    training = values[:fitted]
    climate = baselines.Linear.fit(training, harmonics=2)
    alone = baselines.Linear.fit(training, lags=WINDOW)
    both = baselines.Linear.fit(training, lags=WINDOW, harmonics=2)
    return {
        "last value": baselines.last_value(values, origins, HORIZON),
        "a year ago": baselines.seasonal_naive(values, origins, HORIZON, data.YEAR),
        "climatology": climate.forecast(values, origins, HORIZON),
        "AR": alone.forecast(values, origins, HORIZON),
        "AR, calendar": both.forecast(values, origins, HORIZON),
    }


class Forecaster:
    """A network with its scale and its calendar; training sees what lies before ``fitted``."""

    def __init__(
        self, values: np.ndarray, fitted: int, *, calendar: bool, direct: bool, rate: float
    ) -> None:
        self.scaler = series.Scaler.fit(values[:fitted])
        self.calendar, self.direct, self.fitted = calendar, direct, fitted
        self.inputs = self._inputs(values)
        self.model = models.build_forecasting_model(
            self.inputs.shape[1], outputs=HORIZON if direct else 1, learning_rate=rate
        )

    def _inputs(self, values: np.ndarray) -> np.ndarray:
        columns = [self.scaler.scale(values)[:, None]]
        if self.calendar:
            columns.append(baselines.calendar(np.arange(len(values))))
        return np.hstack(columns).astype("float32")

    def fit(self, epochs: int = EPOCHS) -> None:
        """On all windows whose targets lie in the training part."""
        horizon = HORIZON if self.direct else 1
        x, y = series.create_sequences(self.inputs[: self.fitted], WINDOW, horizon)
        self.model.fit(x, y[..., 0], batch_size=64, epochs=epochs, verbose=0)

    def forecast(self, origins: np.ndarray) -> np.ndarray:
        """Thirty steps from each origin, in the series' unit."""
        windows = self.inputs[origins[:, None] + np.arange(-WINDOW, 0)]
        if self.direct:
            return self.scaler.restore(self.model.predict_on_batch(windows))
        known = self.inputs[origins[:, None] + np.arange(HORIZON)][..., 1:]
        found = series.multi_step_forecast(
            self.model.predict_on_batch, windows, HORIZON, known=known
        )
        return self.scaler.restore(found[..., 0])


def temperatures(
    *,
    seeds: Iterable[int] = range(5),
    rates: Iterable[float] = RATES,
    epochs: int = EPOCHS,
    source: str = "real",
) -> dict[str, Any]:
    """Mean absolute errors in 1990, fitted before 1989 and chosen on it, by method and horizon.

    Returns
    -------
    dict
        ``"linear"``: ``{method: errors up to each horizon}``. ``"networks"``: ``{network:
        {rate: {"chosen on": rows, "test": rows}}}``, a row for each seed. ``"intervals"``: the
        share of 1990's values that conformal intervals held, by promise, at each horizon's step.
        ``"scales"``: what the mean absolute error is divided by in MASE, by period.
    """
    found = data.load(source)
    values, held, test = found.values, found.year(CALIBRATE), found.year(TEST)
    parts = {"chosen on": origins_of(values, held, test), "test": origins_of(values, test, 10**6)}
    linear = {
        name: means(forecast - answers(values, parts["test"]))
        for name, forecast in {
            **linear_forecasts(values, held, parts["test"]),
            "Holt-Winters": baselines.holt_winters(values, held, parts["test"], HORIZON, data.YEAR),
        }.items()
    }
    networks: dict[str, Any] = {}
    seeds, rates = list(seeds), list(rates)
    for name, (calendar, direct) in NETWORKS.items():
        networks[name] = {}
        for rate in rates:
            rows: dict[str, list[list[float]]] = {part: [] for part in parts}
            for seed in seeds:
                keras.backend.clear_session()
                keras.utils.set_random_seed(seed)
                network = Forecaster(values, held, calendar=calendar, direct=direct, rate=rate)
                network.fit(epochs)
                for part, origins in parts.items():
                    rows[part].append(means(network.forecast(origins) - answers(values, origins)))
            networks[name][str(rate)] = rows
    scales = {
        str(period): 1 / series.mase(np.ones(1), values[:held], period) for period in (1, data.YEAR)
    }
    return {
        "linear": linear,
        "networks": networks,
        "intervals": intervals(values, held, test),
        "scales": scales,
    }


def intervals(
    values: np.ndarray, held: int, test: int, promises: Sequence[float] = (0.8, 0.95)
) -> dict[str, list[float]]:
    """How many of the test values lie within the radius that the held-out year gives."""
    model = baselines.Linear.fit(values[:held], lags=WINDOW, harmonics=2)
    errors = []
    for origins in (origins_of(values, held, test), origins_of(values, test, 10**6)):
        errors.append(model.forecast(values, origins, HORIZON) - answers(values, origins))
    shares = {}
    for promise in promises:
        radius = series.conformal_radius(errors[0], promise)
        within = (np.abs(errors[1]) <= radius).mean(axis=0)
        shares[str(promise)] = [float(within[step - 1]) for step in HORIZONS]
    return shares


def henon(steps: int, *, seed: int = 0, noise: float = 0.02) -> np.ndarray:
    """A system whose next value hangs on the square of the last: Hénon (1976), measured with noise.

    Parameters
    ----------
    steps : int
    seed : int
        Of the beginning and of the noise.
    noise : float
        Standard deviation of what is added to each value after the system has made it.

    Returns
    -------
    array, shape (steps,)
    """
    rng = np.random.default_rng(seed)
    values = np.zeros(steps + 100)
    values[:2] = rng.uniform(-0.1, 0.1, 2)
    for t in range(2, len(values)):
        values[t] = 1 - 1.4 * values[t - 1] ** 2 + 0.3 * values[t - 2]
    return values[100:] + rng.normal(0, noise, steps)


def squares(
    *,
    seeds: Iterable[int] = range(5),
    rates: Iterable[float] = (0.01, 0.03),
    steps: int = 2000,
    epochs: int = 20,
    window: int = 8,
) -> dict[str, Any]:
    """One step ahead on Hénon's system: straight lines, lines with squares, and a network.

    Returns
    -------
    dict
        ``{method: [MAE by seed]}``; for the network by rate, and the training part's last fifth,
        on which the rate is chosen, beside the test. Every seed has a series of its own.
    """
    outcome: dict[str, Any] = {"mean": [], "AR": [], "AR, squares": [], "LSTM": {}}
    rates = list(rates)
    for rate in rates:
        outcome["LSTM"][str(rate)] = {"chosen on": [], "test": []}
    for seed in seeds:
        values = henon(steps + steps // 4, seed=seed).astype("float32")
        held = steps * 4 // 5
        x, y = series.create_sequences(values[:held], window)
        parts = {
            "chosen on": series.create_sequences(values[:steps], window, start=held),
            "test": series.create_sequences(values, window, start=steps),
        }
        test_x, test_y = parts["test"]
        outcome["mean"].append(float(np.abs(test_y - y.mean()).mean()))
        for name, power in (("AR", 1), ("AR, squares", 2)):
            weights, *_ = np.linalg.lstsq(powers(x, power), y[:, 0])
            outcome[name].append(
                float(np.abs(powers(test_x, power) @ weights - test_y[:, 0]).mean())
            )
        for rate in rates:
            keras.backend.clear_session()
            keras.utils.set_random_seed(seed)
            model = models.build_forecasting_model(units=16, learning_rate=rate)
            model.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
            for part, (inputs, targets) in parts.items():
                error = float(np.abs(model(inputs).numpy() - targets).mean())
                outcome["LSTM"][str(rate)][part].append(error)
    return outcome


def powers(x: np.ndarray, power: int) -> np.ndarray:
    """The last values, each to all powers up to the given one, and a constant."""
    lags = x[..., 0]
    return np.hstack([lags**k for k in range(1, power + 1)] + [np.ones((len(lags), 1))])


RECORDS = {"temperatures": temperatures, "squares": squares}
