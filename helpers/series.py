"""Series and their forecasts: windows, scales, several steps ahead, errors, intervals.

A *forecast* here is made at an origin: the index of the first value that is not known yet. Nothing
at or after an origin may be looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Predict = Callable[[np.ndarray], np.ndarray]


def checked(values: np.ndarray, at_least: int = 1) -> np.ndarray:
    """The values as floats, if there are enough of them and none is missing.

    Raises
    ------
    ValueError
        If there are fewer values than needed, or one is not a finite number.
    """
    values = np.asarray(values, float)
    if values.ndim not in (1, 2):
        raise ValueError(f"series has shape {values.shape}, expected (steps,) or (steps, features)")
    if len(values) < at_least:
        raise ValueError(
            f"series has {len(values)} steps, needs at least {at_least}: "
            "take a shorter window or horizon, or more data"
        )
    wrong = np.argwhere(~np.isfinite(values))
    if len(wrong):
        raise ValueError(
            f"series has {len(wrong)} missing or infinite values, the first at step {wrong[0][0]}: "
            "fill them with what was known at the time, or cut the series there"
        )
    return values


def create_sequences(
    values: np.ndarray, window: int, horizon: int = 1, *, start: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Windows of a series, and what follows each of them.

    Parameters
    ----------
    values : array, shape (steps,) or (steps, features)
    window : int
        Steps that the forecast may look at.
    horizon : int
        Steps that it has to foretell.
    start : int, optional
        The first step that may be a target. Windows reach back before it: what has happened is
        known, and only targets have to be new. Default: the first step that has a whole window.

    Returns
    -------
    x : array, shape (n, window, features)
    y : array, shape (n, horizon) or (n, horizon, features)
        One axis fewer for a series of one axis.

    Raises
    ------
    ValueError
        If window or horizon is not positive, or the series is too short or has gaps.
    """
    for name, size in (("window", window), ("horizon", horizon)):
        if size < 1:
            raise ValueError(f"{name} is {size}, expected at least 1")
    values = checked(values, window + horizon)
    first = window if start is None else start
    if not window <= first <= len(values) - horizon:
        raise ValueError(
            f"start is {first}, expected between {window} (a whole window before it) "
            f"and {len(values) - horizon} (a whole horizon after it)"
        )
    origins = np.arange(first, len(values) - horizon + 1)
    x = values[origins[:, None] + np.arange(-window, 0)]
    y = values[origins[:, None] + np.arange(horizon)]
    return (x[..., None] if values.ndim == 1 else x), y


@dataclass(frozen=True)
class Scaler:
    """Mean and deviation of each feature, of the part that it was fitted on."""

    mean: np.ndarray
    deviation: np.ndarray

    @classmethod
    def fit(cls, values: np.ndarray) -> Scaler:
        """Measure the training part: a constant feature gets the deviation one."""
        values = checked(values)
        deviation = values.std(axis=0)
        return cls(values.mean(axis=0), np.where(deviation > 0, deviation, 1.0))

    def scale(self, values: np.ndarray) -> np.ndarray:
        """To mean zero and deviation one, as far as the training part's numbers go."""
        return (np.asarray(values, float) - self.mean) / self.deviation

    def restore(self, values: np.ndarray) -> np.ndarray:
        """Back to the series' own unit."""
        return np.asarray(values, float) * self.deviation + self.mean


def generate_synthetic_timeseries(
    steps: int = 1000,
    *,
    trend: float = 0.01,
    season: float = 10.0,
    period: int = 50,
    noise: float = 2.0,
    spikes: int = 1,
    dips: int = 1,
    seed: int = 0,
) -> np.ndarray:
    """A trend, a season, noise, and a few single events.

    Parameters
    ----------
    steps : int
    trend : float
        Rise a step.
    season : float
        Amplitude of a sine that repeats every ``period`` steps.
    period : int
    noise : float
        Standard deviation of independent normal noise: its square is the least mean squared error
        that any forecast can have.
    spikes, dips : int
        Events of ten steps, fifteen up or down, at places drawn by seed.
    seed : int

    Returns
    -------
    array, shape (steps,)

    Raises
    ------
    ValueError
        If there are no steps, the period is not positive, or the noise is negative.
    """
    for name, value, least in (("steps", steps, 1), ("period", period, 1), ("noise", noise, 0)):
        if value < least:
            raise ValueError(f"{name} is {value}, expected at least {least}")
    rng = np.random.default_rng(seed)
    t = np.arange(steps)
    values = trend * t + season * np.sin(2 * np.pi * t / period) + rng.normal(0, noise, steps)
    for sign, count in ((1, spikes), (-1, dips)):
        for begin in rng.integers(0, max(steps - 10, 1), count):
            values[begin : begin + 10] += 15 * sign
    return values


# --- several steps ahead --------------------------------------------------------------------------


def multi_step_forecast(
    predict: Predict, windows: np.ndarray, horizon: int, *, known: np.ndarray | None = None
) -> np.ndarray:
    """Foretell one step, take it for true, and go on.

    Parameters
    ----------
    predict : callable
        Of windows, shape (batch, window, features), to the next step of all features that are not
        known beforehand, shape (batch, unknown).
    windows : array, shape (batch, window, features)
        The last values that are known. Left as they are.
    horizon : int
    known : array, shape (batch, horizon, features - unknown), optional
        The last features at the steps to come, where these are known: a calendar.

    Returns
    -------
    array, shape (batch, horizon, unknown)

    Raises
    ------
    ValueError
        If the horizon is not positive, or the features do not add up.
    """
    if horizon < 1:
        raise ValueError(f"horizon is {horizon}, expected at least 1")
    windows = np.array(windows)
    answers = []
    for step in range(horizon):
        answer = np.asarray(predict(windows))
        if answer.ndim != 2:
            raise ValueError(f"predict gave shape {answer.shape}, expected (batch, features)")
        after = answer if known is None else np.concatenate([answer, known[:, step]], axis=1)
        if after.shape[1] != windows.shape[2]:
            raise ValueError(
                f"windows have {windows.shape[2]} features, the step after them {after.shape[1]}: "
                "predict must give all that `known` does not"
            )
        answers.append(answer)
        windows = np.concatenate([windows[:, 1:], after[:, None]], axis=1)
    return np.stack(answers, axis=1)


# --- how good it is -------------------------------------------------------------------------------


def mase(errors: np.ndarray, training: np.ndarray, period: int = 1) -> float:
    """Mean absolute error, over that of the seasonal naive forecast on the training part.

    Parameters
    ----------
    errors : array
        Of any shape.
    training : array, shape (steps,)
    period : int
        One compares with the last value, a year with that of a year ago: say which.

    Raises
    ------
    ValueError
        If the training part is no longer than the period, or repeats itself exactly.

    Notes
    -----
    Hyndman and Koehler (2006).
    """
    if period < 1:
        raise ValueError(f"period is {period}, expected at least 1")
    training = checked(training, period + 1)
    scale = np.abs(training[period:] - training[:-period]).mean()
    if scale == 0:
        raise ValueError(f"training part repeats exactly every {period} steps: no scale in it")
    return float(np.abs(errors).mean() / scale)


def conformal_radius(errors: np.ndarray, coverage: float) -> np.ndarray:
    """Half the width of an interval that holds the next error with the given probability.

    Parameters
    ----------
    errors : array, shape (n, ...)
        Forecast errors on data that the forecast was not fitted on.
    coverage : float
        Between zero and one.

    Returns
    -------
    array, shape (...)
        The ``ceil((n + 1) coverage)``-th smallest size; infinite where ``n`` is too small for it.

    Raises
    ------
    ValueError
        If the coverage is no probability, or there are no errors.

    Notes
    -----
    Split conformal prediction: Vovk, Gammerman and Shafer (2005). The promise holds for errors
    whose order does not matter; those of a series are only nearly so.
    """
    if not 0 < coverage < 1:
        raise ValueError(f"coverage is {coverage}, expected between 0 and 1")
    sizes = np.sort(np.abs(errors), axis=0)
    if not len(sizes):
        raise ValueError("no errors to measure: keep a calibration part")
    rank = int(np.ceil((len(sizes) + 1) * coverage))
    return sizes[rank - 1] if rank <= len(sizes) else np.full(sizes.shape[1:], np.inf)
