"""Test cells in the checker, with the agent answering in the same process."""

import json

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

from helpers.grading import agent
from helpers.grading.checker import Checker
from helpers.grading.scopes import imports_of
from helpers.grading.scoring import score

matplotlib.use("Agg")


@pytest.fixture
def run(monkeypatch):
    """Run a test cell against a student's code."""
    import __main__

    def run(student, *tests, imports="import numpy as np", points=2):
        names = dict(student) if isinstance(student, dict) else {}
        if not names:
            exec(student, names)
        for name, value in names.items():
            if not name.startswith("__"):
                monkeypatch.setattr(__main__, name, value, raising=False)
        checker = Checker(agent.answer, imports)
        verdicts = [checker.run(test, points) for test in tests]
        return verdicts[0] if len(tests) == 1 else verdicts

    yield run
    plt.close("all")  # a student's figure must not be another test's current one


def test_a_test_that_passes_gives_all_points(run):
    assert run("a = 3", "assert a == 3") == {"points": 2, "max": 2, "message": ""}


def test_a_failed_assertion_gives_its_message_and_nothing_else(run):
    verdict = run("a = 3", "hidden = 4\nassert a == hidden, f'a is {a}'")
    assert verdict == {"points": 0.0, "max": 2, "message": "AssertionError: a is 3"}


def test_what_a_test_prints_is_part_of_the_message(run):
    verdict = run("a = 3", "print('look at a')\nassert a == 4")
    assert verdict["message"] == "look at a\nAssertionError"


def test_nothing_is_said_under_a_test_that_passes(run):
    warns = "import logging\nlogging.getLogger('tensorflow').warning('retracing')\n"
    assert run("a = 3", f"{warns}print('fine')\nassert a == 3")["message"] == ""
    failed = run("a = 3", f"{warns}assert a == 4")
    assert failed["message"] == "AssertionError"


def test_partial_credit(run):
    source = "from helpers.grading.scoring import score\nscore(1, 4, 'one of four')"
    assert run("a = 3", source) == {"points": 0.5, "max": 2, "message": "one of four"}
    assert run("a = 3", "a + 1")["points"] == 2  # any other last expression is nothing special


@pytest.mark.parametrize(("earned", "of"), [(3, 2), (-1, 2), (0, 0)])
def test_a_score_that_makes_no_sense_is_an_error(earned, of):
    with pytest.raises(ValueError, match="expected 0 <= earned <= of"):
        score(earned, of)


def test_functions_run_where_they_are_and_raise_here(run):
    student = """
import numpy as np
def double(x):
    if np.ndim(x) == 0 and x < 0:
        raise ValueError("negative")
    return 2 * x
"""
    test = """
assert double(4) == 8 and callable(double)
assert np.array_equal(double(np.arange(3)), [0, 2, 4])
try:
    double(-1)
except ValueError as error:
    assert str(error) == "negative"
else:
    raise AssertionError("no error")
"""
    assert run(student, test)["message"] == ""


def test_what_a_function_does_to_its_arguments_shows(run):
    student = """
def spoil(array, numbers, table):
    array *= 2
    numbers.append(4)
    table["new"] = 1
    numbers[0][...] = 7

def innocent(array):
    return array + 1
"""
    test = """
array, inner, table = np.ones(2), np.zeros(1), {}
numbers = [inner]
spoil(array, numbers, table)
assert array.tolist() == [2, 2] and len(numbers) == 2 and table == {"new": 1}
innocent(array)
assert array.tolist() == [2, 2]
array, numbers, table = np.ones(2), [np.zeros(1)], {}
spoil(array, table=table, numbers=numbers)
assert array.tolist() == [2, 2] and len(numbers) == 2 and table == {"new": 1}
spoil(array=array, numbers=[np.zeros(1)], table={})
assert array.tolist() == [4, 4]
"""
    assert run(student, test)["message"] == ""


def test_figures_are_asked_through_handles(run):
    student = """
import matplotlib.pyplot as plt
fig, ax = plt.subplots()
ax.plot([1, 2], [3, 4], label="a")
ax.set_xlabel("epoch")
ax.legend()
"""
    test = """
assert ax.get_xlabel() == "epoch" and len(ax.get_lines()) == 1
assert [line.get_label() for line in ax.get_lines()] == ["a"]
assert np.array_equal(ax.get_lines()[0].get_ydata(), [3, 4])
assert ax.get_legend() is not None and ax.get_title() == ""
"""
    assert run(student, test)["message"] == ""


@pytest.mark.parametrize(
    "use", ["thing == 1", "bool(thing)", "thing != 1", "thing < 1", "hash(thing)"]
)
def test_a_handle_cannot_be_believed(run, use):
    student = "class Thing:\n    def __eq__(self, other): return True\nthing = Thing()"
    verdict = run(student, f"assert {use}")
    assert verdict["points"] == 0
    assert "not possible" in verdict["message"] or "unhashable" in verdict["message"]


def test_private_attributes_stay_private(run):
    verdict = run("def f(): return 1", "f.__globals__")
    assert "private" in verdict["message"] and verdict["points"] == 0


def test_a_missing_name_is_a_name_error(run):
    assert run("a = 1", "nowhere")["message"] == "NameError: name 'nowhere' is not defined"


def test_names_are_fetched_anew_and_definitions_stay(run, monkeypatch):
    import __main__

    monkeypatch.setattr(__main__, "count", 1, raising=False)
    checker = Checker(agent.answer)
    assert checker.run("kept = count + 1\nassert count == 1", 1)["points"] == 1
    __main__.count = 5
    assert checker.run("assert count == 5 and kept == 2", 1)["points"] == 1


def test_the_checkers_libraries_are_its_own(run):
    class Fake:
        """Would say yes to everything."""

        allclose = staticmethod(lambda *a: True)

    assert run({"np": Fake(), "a": 1.0}, "assert np.allclose(a, 2)")["points"] == 0


@pytest.mark.parametrize(
    "answer", ["", "17", "{}", '{"value": {"handle": "x"}}', '{"value": {}}', "["]
)
def test_answers_that_are_no_answers_fail_the_test(answer):
    verdict = Checker(lambda question: answer).run("assert a == 1", 3)
    assert verdict["points"] == 0 and verdict["message"]


def test_a_long_message_is_cut():
    assert len(Checker(lambda q: "{}").run("raise ValueError('x' * 10**6)", 1)["message"]) <= 4000


def test_imports_are_those_of_the_author():
    sources = ["import numpy as np\nx = 1", "%matplotlib inline", "def f():\n    import os"]
    assert imports_of(sources) == "import numpy as np\nimport os"


def test_questions_are_plain_json():
    reply = json.loads(agent.answer("not json"))
    assert reply["error"]["type"] == "Refused"
    assert json.loads(agent.answer('{"delete": 1}'))["error"]["type"] == "ValueError"
    assert isinstance(np.pi, float)
