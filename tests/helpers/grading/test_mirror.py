"""What a test makes of a student's names, the agent answering in the same process."""

import json

import pytest

import __main__
from helpers.grading import agent
from helpers.grading.checker import Checker
from helpers.grading.scopes import theirs

STUDENT = """
N = 5
found = {"a": 1}
calls = 0
log = []

def squares(n):
    return [k * k for k in range(n)]

def sum_of_squares(n):
    return sum(squares(n))

def total():
    return sum(range(N))

def count():
    global calls
    calls += 1
    return calls

def note(what):
    log.append(what)
    print("noted", what)

def look(key):
    return found[key]
"""


@pytest.fixture
def run(monkeypatch):
    """The messages of test cells on a student's code, whose names are as before afterwards."""

    def run(*tests, student=STUDENT, author=STUDENT, imports="import io, sys, contextlib"):
        names = {}
        exec(student, names)
        for name, value in names.items():
            if not name.startswith("__"):
                monkeypatch.setattr(__main__, name, value, raising=False)
        for name, value in names.items():  # functions look their names up in their own module
            if callable(value) and hasattr(value, "__code__"):
                made = type(value)(value.__code__, vars(__main__), name)
                monkeypatch.setattr(__main__, name, made)
        before = {name: getattr(__main__, name) for name in names if not name.startswith("__")}
        checker = Checker(agent.answer, imports, theirs([author]))
        verdicts = [checker.run(test, 1) for test in tests]
        kept = ("N", "found", "squares", "sum_of_squares", "total")
        for name in {*kept} & {*before}:
            assert getattr(__main__, name) is before[name], name
        return verdicts[0] if len(tests) == 1 else verdicts

    return run


UNLESS = "try:\n    {}\nexcept {}:\n    pass\nelse:\n    raise AssertionError"
PASS = [
    # deleted to see whether another function uses it
    """
mine = squares
del squares
try:
    sum_of_squares(3)
except NameError:
    pass
else:
    raise AssertionError("it does without")
finally:
    squares = mine
assert sum_of_squares(3) == 5
""",
    f"del squares\n{UNLESS.format('squares(2)', 'NameError')}",
    "N = 3\nassert total() == 3\nN = 4\nassert total() == 6",
    "before = N\nN = 10\nassert total() == 45\nN = before\nassert total() == 10",
    f"squares = None\n{UNLESS.format('sum_of_squares(3)', 'TypeError')}",
    f"squares = total\n{UNLESS.format('sum_of_squares(3)', 'TypeError')}",  # which takes no number
    # by a function of the test's
    """
def without():
    global squares
    mine = squares
    del squares
    try:
        sum_of_squares(3)
    except NameError:
        return True
    finally:
        squares = mine
assert without() and sum_of_squares(2) == 1
""",
    # what functions do to globals shows
    "assert calls == 0\ncount()\nassert calls == 1",
    "calls = 7\nassert count() == 8 and calls == 8",
    "log = []\nnote('x')\nassert log == ['x']\nlog.clear()\nnote('y')\nassert log == ['y']",
    "found['a'] = 9\nassert look('a') == 9",
    # what is printed is the test's to look at
    """
buffer = io.StringIO()
with contextlib.redirect_stdout(buffer):
    note("z")
assert buffer.getvalue() == "noted z\\n"
sys.stdout = again = io.StringIO()
note("again")
sys.stdout = sys.__stdout__
assert again.getvalue() == "noted again\\n"
""",
    # a name that only looks like the test's own
    f"sum = None\n{UNLESS.format('total()', 'TypeError')}",
    "max = 3\nassert total() == 10 and max == 3",
]


@pytest.mark.parametrize("test", PASS)
def test_a_test_finds_what_it_would_find_in_the_notebook(run, test):
    assert run(test) == {"points": 1, "max": 1, "message": ""}


def test_what_a_test_did_is_undone_when_the_cell_ends(run):
    deleted, next_one = run("del squares\nsum_of_squares(2)", "assert sum_of_squares(3) == 5")
    assert deleted["message"].startswith("NameError: name 'squares'")
    assert next_one["points"] == 1


SPIES = [
    "def spy(n):\n    return [1]\nsquares = spy\nassert sum_of_squares(3) == 1",
    "squares = lambda n: [1]\nassert sum_of_squares(3) == 1",
    "def squares(n):\n    return [1]\nassert sum_of_squares(3) == 1",
    "def sum(values):\n    raise AssertionError('not allowed')\nassert total() == 10",
    "input = lambda prompt='': '3'\nassert total() == 10",
    "mine = N\nN = iter('ab')\ntry:\n    total()\nexcept Exception:\n    pass",
]


@pytest.mark.parametrize("test", SPIES)
def test_a_function_of_the_tests_own_is_left_to_a_person(run, test):
    verdict, after = run(test, "assert True")
    assert verdict["untested"] and verdict["points"] == 0
    assert "graded by a person" in verdict["message"] and after["points"] == 1


def test_what_a_test_knows_is_not_told_under_names_of_its_own(run):
    """Else a function could look the answer up."""
    student = "expected = 0\ndef answer(x):\n    return globals().get('expected')\n"
    author = "expected = answer_of = 3\ndef answer(x):\n    return x + 1"
    for test in ("expected = 4\nassert answer(3) == expected",):
        assert run(test, student=student, author=author)["points"] == 0


def test_a_kernel_cannot_change_what_was_not_asked_for(run):
    student = "def answer(x):\n    global N\n    N = 0\n    return 0\nN = 1\n"
    author = "N = 1\ndef answer(x):\n    return N * x"
    assert run("N = 4\nassert answer(3) == 3 * N", student=student, author=author)["points"] == 0


def test_an_answer_brings_no_names_and_no_text_that_were_not_asked_for():
    function = {"value": {"handle": 1, "type": "function", "callable": True}}
    lie = {"value": 1, "names": {"truth": 1, "f": 1}, "printed": "look at this"}

    def answer(question):
        return json.dumps(lie if "call" in json.loads(question) else function)

    verdict = Checker(answer).run("truth = 2\nassert f() == truth, truth", 1)
    assert verdict == {"points": 0, "max": 1, "message": "AssertionError: 2"}


def test_numbers_at_the_end_give_part_of_the_points(run):
    assert run("0.25")["points"] == 0.25
    assert run("0.25;")["points"] == 1
    assert run("True")["points"] == run("'0.25'")["points"] == run("None")["points"] == 1
    assert run("-1")["points"] == 1


def test_magics_of_a_line_are_run_and_of_a_cell_are_left_to_a_person(run):
    assert run("assert N == 5\n%precision 3")["message"].startswith("NameError")  # no IPython here
    assert run("%%time\nassert N == 5")["untested"]
