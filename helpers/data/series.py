"""Series: synthetic ones by seed, and ten years of daily minimum temperatures in Melbourne."""

from __future__ import annotations

import csv
import os
from calendar import isleap
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from helpers.data import downloads

NAME = "daily-min-temperatures.csv"
URLS = (f"https://raw.githubusercontent.com/jbrownlee/Datasets/master/{NAME}",)
CHECKSUM = "md5:5d343d678173fadff7c8474073145e73"
HEADER = ["Date", "Temp"]
YEAR = 365  # rows: the file leaves out the last day of a leap year
FIRST_YEAR, YEARS = 1981, 10
_MEAN, _SWING, _CARRY, _NOISE = 11.0, 4.5, 0.6, 2.2  # of the embedded series, in degrees


@dataclass(frozen=True, eq=False)
class Temperatures:
    """Daily minimum temperatures, 365 a year.

    Attributes
    ----------
    dates : tuple of datetime.date
    values : array, shape (days,)
    source : str
        ``"embedded"`` or ``"real"``.
    """

    dates: tuple[date, ...]
    values: np.ndarray
    source: str

    def year(self, year: int) -> int:
        """The step at which a year begins.

        Raises
        ------
        ValueError
            If the year is not in the series.
        """
        for step, day in enumerate(self.dates):
            if day.year == year:
                return step
        raise ValueError(f"{year} is not in the series, {self.dates[0]} to {self.dates[-1]}")


def load(source: str | None = None, *, seed: int = 0) -> Temperatures:
    """Load ten years of daily minimum temperatures.

    Parameters
    ----------
    source : {"embedded", "real"}, optional
        ``"embedded"`` draws a season and noise that remembers yesterday; ``"real"`` reads
        ``daily-min-temperatures.csv`` in the data folder, and downloads it if it is not there (see
        `helpers.data.downloads`). Default: the environment variable ``RNN_DATA``, else
        ``"embedded"``.
    seed : int
        Of the embedded series.

    Returns
    -------
    Temperatures

    Raises
    ------
    ValueError
        If the source is unknown, or the file is not what it should be.
    FileNotFoundError
        If ``RNN_DATA_DIR`` is not a folder, or the file is missing and cannot be downloaded.
    """
    source = source or os.environ.get("RNN_DATA") or "embedded"
    if source == "embedded":
        return _embedded(seed)
    if source == "real":
        return read(downloads.fetch(NAME, URLS, CHECKSUM))
    raise ValueError(
        f"unknown source of temperatures {source!r} (argument `source` or environment variable"
        ' RNN_DATA), expected "embedded" or "real"'
    )


def read(path: str | Path) -> Temperatures:
    """Read a file of dates and temperatures: one day a line, in order, 365 a year.

    Raises
    ------
    ValueError
        If a line is wrong: says which, what is wrong with it, and what to do.
    """
    path = Path(path)
    dates: list[date] = []
    values: list[float] = []
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.reader(file)
        header = next(rows, [])
        if header != HEADER:
            raise ValueError(
                f"line 1 of {path.name} is {header}, expected {HEADER}: "
                "separate by commas, and keep the header"
            )
        for row in rows:
            where = f"line {rows.line_num} of {path.name}"
            day, value = _parsed(row, where)
            if dates:
                _follows(dates[-1], day, where)
            dates.append(day)
            values.append(value)
    if not dates:
        raise ValueError(f"{path.name} has a header and no days: download it again")
    return Temperatures(tuple(dates), np.array(values), "real")


def _parsed(row: list[str], where: str) -> tuple[date, float]:
    if len(row) != len(HEADER):
        raise ValueError(f"{where} has {len(row)} columns, expected a date and a temperature")
    try:
        day = date.fromisoformat(row[0])
    except ValueError:
        raise ValueError(f"{where}: {row[0]!r} is no date, expected such as 1981-01-31") from None
    try:
        value = float(row[1])
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise ValueError(
            f"{where}: {row[1]!r} is no temperature: put in what was measured, "
            "or end the file before it"
        )
    return day, value


def _follows(before: date, day: date, where: str) -> None:
    if day == before:
        raise ValueError(f"{where} repeats {day}: keep one of the two")
    if day != _day_after(before):
        raise ValueError(
            f"{where}: {day} comes after {before}, expected {_day_after(before)}: "
            "sort the file, and fill the gap or cut the series there"
        )


def _day_after(day: date) -> date:
    after = day + timedelta(days=1)
    left_out = (after.month, after.day) == (12, 31) and isleap(after.year)
    return after + timedelta(days=1) if left_out else after


def _embedded(seed: int) -> Temperatures:
    rng = np.random.default_rng(seed)
    dates = [date(FIRST_YEAR, 1, 1)]
    while len(dates) < YEARS * YEAR:
        dates.append(_day_after(dates[-1]))
    weather = np.zeros(len(dates))
    shocks = rng.normal(0, _NOISE, len(dates))
    for t in range(1, len(dates)):
        weather[t] = _CARRY * weather[t - 1] + shocks[t]
    season = _SWING * np.cos(2 * np.pi * (np.arange(len(dates)) - 25) / YEAR)
    return Temperatures(tuple(dates), (_MEAN + season + weather).round(1), "embedded")
