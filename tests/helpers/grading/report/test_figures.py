"""The figures of a class are those of the textbooks."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import assume, given
from scipy.stats import pointbiserialr

from helpers.grading.report import figures
from helpers.grading.report.results import Outcome, Part, Result

marks = st.lists(
    st.tuples(st.booleans(), st.integers(0, 8), st.floats(0, 90)), min_size=1, max_size=40
)
PARTS = [Part("easy", 2.0, "Task 1"), Part("hard", 8.0)]


def results(drawn):
    return [
        Result(
            str(number),
            "graded",
            2.0 * easy + hard,
            seconds=seconds,
            tests={"easy": Outcome(2.0 * easy, 2.0), "hard": Outcome(hard, 8.0)},
        )
        for number, (easy, hard, seconds) in enumerate(drawn)
    ]


@given(marks)
def test_everybody_stands_in_one_bar(drawn):
    class_ = results(drawn)
    for spread in (figures.points(class_, 10.0), figures.seconds(class_)):
        assert sum(bar.count for bar in spread.bars) == spread.count == len(class_)
        assert len({bar.label for bar in spread.bars}) == len(spread.bars)
    points = figures.points(class_, 10.0)
    assert points.bars[-1].label == "10"
    assert points.bars[-1].count == sum(result.score == 10 for result in class_)
    assert points.mean == pytest.approx(np.mean([result.score for result in class_]))


@given(marks)
def test_discrimination_is_the_point_biserial_correlation_with_the_rest(drawn):
    easy, hard = (np.array([mark[i] for mark in drawn], float) for i in (0, 1))
    assume(np.ptp(easy) and np.ptp(hard))
    [item, _] = figures.items(results(drawn), PARTS)
    assert item.discrimination == pytest.approx(pointbiserialr(easy.astype(bool), hard)[0])
    assert item.passed == pytest.approx(easy.mean()) and item.part.task == "Task 1"


def test_what_cannot_be_said_is_not_said():
    class_ = results([(True, 3, 1.0), (True, 5, 1.0)])
    [easy, hard] = figures.items(class_, PARTS)
    assert easy.passed == 1.0 and easy.discrimination is None  # all pass it
    assert (hard.passed, hard.mean, hard.discrimination) == (0.0, 0.5, None)
    assert figures.items(class_, [Part("later", 1.0)]) == []
    assert figures.points([], 10.0) is None and figures.seconds([]) is None


def test_fractions_of_points_are_told_from_whole_ones():
    whole, parts = results([(False, 3, 1.0)]), [Result("a", "graded", 3.5)]
    assert figures.points(whole, 10.0).bars[3] == figures.Bar("3", 1)
    assert figures.points(parts, 10.0).bars[3] == figures.Bar("3 to < 4", 1)
    assert len(figures.points(whole, 100.0).bars) <= figures.BARS + 1
