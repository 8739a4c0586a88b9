"""Messages are the same in all but their last digits, or they are not."""

import hypothesis.strategies as st
from hypothesis import given

from helpers.grading.report.complaints import (
    LONGEST,
    commonest,
    numbers,
    same,
    specimen,
    template,
    undone,
)
from helpers.grading.report.results import Outcome, Result

finite = st.floats(-1e6, 1e6)
words = st.text("abcdefgh `:,.?", max_size=30)


@given(words, finite, finite, words)
def test_the_template_does_not_depend_on_the_numbers(before, one, other, after):
    texts = [f"{before} {number!r} {after}" for number in (one, other)]
    assert template(texts[0]) == template(texts[1])
    assert one in numbers(texts[0])


@given(words, st.lists(finite, min_size=1, max_size=4), st.integers(0, 3))
def test_the_last_digits_do_not_count_and_the_first_do(text, values, at):
    at %= len(values)
    nearly = [value * (1 + 1e-5) for value in values]
    other = values[:at] + [values[at] * 2 + 1] + values[at + 1 :]
    assert same(f"{text} {values}", f"{text} {nearly}")
    assert same(f"{text} {values}", f"{text} {other}") == (abs(values[at] + 1) <= 2e-3)


def test_what_a_word_says_counts():
    assert not same("changed the array x_t", "changed the array h")
    assert not same("row 0: nan", "row 0: 1.0") and same("row 0: nan", "row 0: nan")
    assert numbers("W2 has 3 rows of h_4 and -1.5e-3") == (3.0, -1.5e-3)
    assert template("shape (3, 4), not (4,)") == template("shape (5, 6), not (1,)")


def test_the_learners_own_line_does_not_count():
    said = "The cell `step` stopped with TypeError: bad\n    in its line: {}\nAssertionError: no"
    assert same(said.format("x = my_own(1)"), said.format("return [2, 3]"))


@given(st.text(max_size=2000))
def test_a_specimen_can_be_shown_whatever_was_said(text):
    shown = specimen(text)
    assert len(shown) <= LONGEST + 4
    assert all(line.isprintable() for line in shown.split("\n"))


def test_the_commonest_come_first_with_one_of_their_messages():
    def result(name, **said):
        return Result(name, "graded", 0, tests={t: Outcome(0, 1, m) for t, m in said.items()})

    class_ = [
        result("ada", one="row 1 is wrong", two="no"),
        result("bob", one="row 2 is wrong", two="no, not so"),
        result("eve", one="row 3 is wrong", two="not reached: the time was up"),
        Result("zoe", "graded", 1, tests={"one": Outcome(1, 1)}),
    ]
    first, *rest = commonest(class_, 2)
    assert (first.test, first.count, first.specimen) == ("one", 3, "row 1 is wrong")
    assert [complaint.count for complaint in rest] == [1]


def test_a_task_that_was_not_begun_is_known():
    assert undone("Task 3 is not done yet") and undone("The cell `x` is not done yet")
    assert not undone("AssertionError: the task is to add, not to subtract")
