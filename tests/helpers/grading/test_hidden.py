"""What is told of a student's kernel once hidden lines have called its functions."""

import pytest

from helpers.grading import agent
from helpers.grading.checker import Checker
from helpers.grading.hidden import BEGIN, END, TEXT_KEPT

HIDDEN = f"### {BEGIN}\n{{}}\n### {END}"
STUDENT = """
seen = []
limit = 3
def f(x):
    seen.append(x)
    if x > limit:
        raise ValueError(f"I saw {seen}")
    return x
"""


@pytest.fixture
def run(monkeypatch):
    """Run test cells, each of one point, against the student's code."""
    import __main__

    def run(*tests):
        names = {}
        exec(STUDENT, names)
        for name in ("seen", "limit", "f"):
            monkeypatch.setattr(__main__, name, names[name], raising=False)
        checker = Checker(agent.answer)
        return [checker.run(test, 1) for test in tests]

    return run


def test_what_a_visible_line_provokes_is_told(run):
    [result] = run("f(7)\n" + HIDDEN.format("f(77)"))
    assert result == {"points": 0.0, "max": 1, "message": "ValueError: I saw [7]"}


def test_what_a_hidden_line_provokes_is_told_by_its_kind_alone(run):
    [result] = run("f(2)\n" + HIDDEN.format("f(77)"))
    assert result["message"] == "ValueError: I saw [2, 77]"
    assert result["told"] == f"ValueError: {TEXT_KEPT}" and result["shared"]


def test_a_visible_line_of_a_later_cell_provokes_no_more(run):
    first, second = run(HIDDEN.format("f(1)"), "print('f again')\nf(7)")
    assert first["points"] == 1 and first["shared"]
    assert second["message"] == "f again\nValueError: I saw [1, 7]"
    assert second["told"] == f"f again\nValueError: {TEXT_KEPT}"


def test_a_function_of_hidden_lines_is_hidden_wherever_it_is_used(run):
    defines = HIDDEN.format("def hidden():\n    return f(77)")
    for lines in ([f"{defines}\nhidden()"], [defines, "hidden()"]):
        assert run(*lines)[-1]["told"] == f"ValueError: {TEXT_KEPT}"


def test_a_thread_of_the_test_counts_as_hidden(run):
    starts = "import threading\nt = threading.Thread(target=f, args=[1])\nt.start()\nt.join()"
    assert run("1 + 1;\n" + HIDDEN.format(starts))[0]["shared"]


def test_reading_a_value_shares_nothing(run):
    read, _ = run(HIDDEN.format("assert limit == 3"), "f(1)")
    assert "shared" not in read


def test_what_the_author_says_and_what_is_missing_is_told(run):
    *_, said, missing = run(HIDDEN.format("f(1)"), "assert f(2) == 3, 'no'", "g(1)")
    assert said["message"] == "AssertionError: no" and "told" not in said
    assert missing["message"] == "NameError: name 'g' is not defined" and "told" not in missing
