from pathlib import Path

import numpy as np
import pytest

from helpers.data import series

SHARED = Path(__file__).parents[4] / "shared" / "data"
GOOD = '"Date","Temp"\n"1984-12-29",20.7\n"1984-12-30",17.9\n"1985-01-01",18.8\n'


def test_the_embedded_series_is_ten_years_of_365_days():
    found = series.load("embedded")
    assert len(found.dates) == len(found.values) == 3650 == len(set(found.dates))
    assert [found.year(1981), found.year(1990)] == [0, 9 * 365]
    np.testing.assert_array_equal(found.values, series.load("embedded").values)
    assert (found.values != series.load("embedded", seed=1).values).any()


def test_a_file_is_read(tmp_path, monkeypatch):
    path = tmp_path / series.NAME
    path.write_text(GOOD)
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("RNN_DATA", "real")
    found = series.load()
    assert found.source == "real" and found.values.tolist() == [20.7, 17.9, 18.8]
    with pytest.raises(ValueError, match="1986 is not in the series"):
        found.year(1986)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD.replace(",", ";"), "line 1 .*separate by commas"),
        (GOOD.split("\n", 1)[1], "line 1 .*keep the header"),
        ("", "line 1"),
        ('"Date","Temp"\n', "no days"),
        (GOOD.replace("1984-12-30", "1984-12-29"), "line 3 .* repeats 1984-12-29"),
        (GOOD.replace("1985-01-01", "1985-01-02"), "line 4 .* expected 1985-01-01: sort"),
        (GOOD.replace("17.9", "?0.2"), "line 3 .*no temperature"),
        (GOOD.replace("17.9", "nan"), "line 3 .*no temperature"),
        (GOOD.replace("17.9", ""), "line 3 .*no temperature"),
        (GOOD.replace("1984-12-30", "30.12.1984"), "line 3 .*no date"),
        (GOOD.replace("17.9", "17,9"), "line 3 .*3 columns"),
        (GOOD.replace('"1985-01-01",18.8\n', "\n"), "line 4 .*0 columns"),
    ],
)
def test_a_bad_line_is_named_with_its_remedy(text, says, tmp_path):
    path = tmp_path / series.NAME
    path.write_text(text)
    with pytest.raises(ValueError, match=says):
        series.read(path)


def test_an_unknown_source_is_refused():
    with pytest.raises(ValueError, match="unknown source of temperatures 'csv'"):
        series.load("csv")


@pytest.mark.skipif(not (SHARED / series.NAME).is_file(), reason="needs the real file")
def test_the_real_file_is_whole():
    found = series.read(SHARED / series.NAME)
    assert len(found.values) == 3650 and found.year(1990) == 3285
    assert found.values.min() == 0 and found.values.max() == 26.3
