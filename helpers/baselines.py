"""Forecasts without a network: last value, last season, the calendar, least squares.

Each takes a whole series and the origins of its forecasts, looks at nothing at or after an origin,
and answers with an array of shape (origins, horizon).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.series import checked, create_sequences, multi_step_forecast


def last_value(values: np.ndarray, origins: np.ndarray, horizon: int) -> np.ndarray:
    """Tomorrow will be like today, and so will be all days after it."""
    values, origins = _ready(values, origins, horizon, 1)
    return np.repeat(values[origins - 1, None], horizon, axis=1)


def seasonal_naive(
    values: np.ndarray, origins: np.ndarray, horizon: int, period: int
) -> np.ndarray:
    """As one period ago; beyond one period, the last one again.

    Raises
    ------
    ValueError
        If an origin has no whole period before it.
    """
    if period < 1:
        raise ValueError(f"period is {period}, expected at least 1")
    values, origins = _ready(values, origins, horizon, period)
    return values[origins[:, None] - period + np.arange(horizon) % period]


def holt_winters(
    values: np.ndarray, fitted: int, origins: np.ndarray, horizon: int, period: int
) -> np.ndarray:
    """Level and season, smoothed (Winters 1960): statsmodels fits, and each day carries on.

    Parameters
    ----------
    values : array, shape (steps,)
    fitted : int
        The smoothing's rates and first values are those of the steps before this one.
    origins : array of int
    horizon, period : int

    Returns
    -------
    array, shape (origins, horizon)

    Raises
    ------
    ValueError
        If the horizon is longer than the period, or fewer than two periods are to be fitted.
    """
    if not 2 * period <= fitted or horizon > period:
        raise ValueError(
            f"{fitted} steps to fit and a horizon of {horizon} for a period of {period}: expected "
            "two periods or more, and a horizon of one at most"
        )
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    values, origins = _ready(values, origins, horizon, 1)
    found = ExponentialSmoothing(
        values[:fitted],
        seasonal="add",
        seasonal_periods=period,
        initialization_method="heuristic",
    ).fit()
    level, season = _smoothed(
        values,
        found.params["initial_level"],
        found.params["initial_seasons"],
        found.params["smoothing_level"],
        found.params["smoothing_seasonal"],
    )
    return level[origins - 1, None] + season[origins[:, None] + np.arange(horizon)]


def _smoothed(
    values: np.ndarray,
    level: float,
    seasons: np.ndarray,
    smoothing_level: float,
    smoothing_seasonal: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Level after each step; the season that was expected for each step, one period before it."""
    levels, season = np.empty(len(values)), np.empty(len(values) + len(seasons))
    season[: len(seasons)] = seasons
    for t, value in enumerate(values):
        before = level
        level = smoothing_level * (value - season[t]) + (1 - smoothing_level) * before
        season[t + len(seasons)] = (
            smoothing_seasonal * (value - before) + (1 - smoothing_seasonal) * season[t]
        )
        levels[t] = level
    return levels, season


def calendar(days: np.ndarray, period: float = 365, harmonics: int = 2) -> np.ndarray:
    """Sines and cosines of the time of the year, shape (days, 2 * harmonics).

    >>> calendar([0, 365], harmonics=1)
    array([[0., 1.],
           [0., 1.]])
    """
    turns = np.asarray(days)[:, None] * np.arange(1, harmonics + 1) / period
    angles = 2 * np.pi * (turns % 1)
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)


@dataclass(frozen=True)
class Linear:
    """Least squares on the last values, on the calendar, or on both.

    Attributes
    ----------
    weights : array
        Of the lags (oldest first), of the calendar, and a constant.
    lags, harmonics : int
        No lags: a climatology. No harmonics: an autoregression alone.
    period : float
    """

    weights: np.ndarray
    lags: int
    harmonics: int
    period: float

    @classmethod
    def fit(
        cls, values: np.ndarray, *, lags: int = 0, harmonics: int = 0, period: float = 365
    ) -> Linear:
        """Fit to a training part.

        Raises
        ------
        ValueError
            If lags or harmonics are negative, or the part is too short.
        """
        if min(lags, harmonics) < 0:
            raise ValueError(f"{lags} lags, {harmonics} harmonics: expected none or more")
        values = checked(values, 2 * lags + 2 * harmonics + 2)
        past = np.empty((len(values), 0))
        if lags:
            past = create_sequences(values, lags)[0][..., 0]
        dates = calendar(np.arange(lags, len(values)), period, harmonics)
        inputs = np.hstack([past, dates, np.ones((len(past), 1))])
        weights, *_ = np.linalg.lstsq(inputs, values[lags:])
        return cls(weights, lags, harmonics, period)

    def forecast(self, values: np.ndarray, origins: np.ndarray, horizon: int) -> np.ndarray:
        """Step by step from each origin, shape (origins, horizon)."""
        values, origins = _ready(values, origins, horizon, self.lags)
        steps = origins[:, None] + np.arange(horizon)
        dates = calendar(steps.ravel(), self.period, self.harmonics)
        season = np.hstack([dates, np.ones((len(dates), 1))]) @ self.weights[self.lags :]
        season = season.reshape(steps.shape)
        if not self.lags:
            return season
        # The season of the step to come rides along as a second feature of the window's last step.
        past = values[origins[:, None] + np.arange(-self.lags, 0)]
        windows = np.stack([past, np.zeros_like(past)], axis=-1)
        windows[:, -1, 1] = season[:, 0]
        later = np.concatenate([season[:, 1:], season[:, -1:]], axis=1)[..., None]
        answers = multi_step_forecast(self._next, windows, horizon, known=later)
        return answers[..., 0]

    def _next(self, windows: np.ndarray) -> np.ndarray:
        return (windows[..., 0] @ self.weights[: self.lags] + windows[:, -1, 1])[:, None]


def _ready(
    values: np.ndarray, origins: np.ndarray, horizon: int, before: int
) -> tuple[np.ndarray, np.ndarray]:
    values, origins = checked(values), np.atleast_1d(origins)
    if horizon < 1:
        raise ValueError(f"horizon is {horizon}, expected at least 1")
    if values.ndim != 1:
        raise ValueError(f"series has shape {values.shape}, expected one axis")
    if origins.min() < before or origins.max() > len(values):
        raise ValueError(
            f"origins from {origins.min()} to {origins.max()}, expected between {before} and "
            f"{len(values)}: each needs {before} values before it"
        )
    return values, origins
