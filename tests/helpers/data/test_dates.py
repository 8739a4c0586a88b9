"""Dates in ten ways: what a parser of each way reads is the target."""

from datetime import datetime

import pytest

from helpers.data import dates

PATTERNS = (
    "%d %B %Y", "%B %d, %Y", "%d %b %Y", "%d.%m.%Y", "%d/%m/%Y", "%A, %d %B %Y", "%Y, %B %d",
    "%d-%b-%Y", "%b %d, %Y", "%d of %B %Y",
)  # fmt: skip


def parse(text: str) -> str:
    """Independent of the module: strptime, after the ordinals' letters are gone."""
    plain = text.replace("august", "AUGUST")
    for letters in ("st", "nd", "rd", "th"):
        for digit in "0123456789":
            plain = plain.replace(f"{digit}{letters}", digit)
    for pattern in PATTERNS:
        try:
            return datetime.strptime(plain, pattern).date().isoformat()
        except ValueError:
            continue
    raise AssertionError(text)


def test_every_source_means_its_target():
    data = dates.load(2000, 500, seed=3)
    for source, target in zip(data.train_sources, data.train_targets, strict=True):
        assert parse(source) == target
    assert len(dates.FORMATS) == 10


def test_examples_are_what_their_way_writes():
    day = datetime(1987, 3, 3).date()
    assert all(write(day) == example for example, write in dates.FORMATS.items())


@pytest.mark.parametrize(
    ("day", "word"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (12, "12th"), (13, "13th"), (21, "21st")],
)
def test_ordinals(day, word):
    written = dates.FORMATS["3rd of march 1987"](datetime(2000, 5, day).date())
    assert written == f"{word} of may 2000"


def test_no_day_is_on_both_sides():
    data = dates.load(20_000, 2000)
    assert not {*data.train_targets} & {*data.test_targets}
    assert len(data.train_sources) == 20_000 and len(data.test_targets) == 2000


def test_the_seed_decides():
    assert dates.load(50, 5, seed=1) == dates.load(50, 5, seed=1)
    assert dates.load(50, 5, seed=1) != dates.load(50, 5, seed=2)


@pytest.mark.parametrize("change", [{"n_train": 0}, {"n_test": -1}])
def test_too_few_are_refused(change):
    with pytest.raises(ValueError, match="expected at least 1"):
        dates.load(**change)
