"""Tests that would reach into the notebook's process are found in their source."""

import pytest

from helpers.grading.intrusions import intrusions, unfit
from helpers.grading.scopes import Theirs, deleted_in_functions, imports_of, theirs

AUTHOR = """
import math

rate = 3
seen = {}

def squares(n):
    seen[n] = True
    return [rate * k for k in range(n)]

def total(n):
    return sum(squares(n))

answer = [rate for _ in range(3)]
"""


def test_names_that_matter_are_functions_and_what_they_read():
    found = theirs([AUTHOR, "%matplotlib inline", "not python"])
    assert found == Theirs(frozenset({"squares", "total", "rate", "seen"}), frozenset({"seen"}))


@pytest.mark.parametrize(
    "change",
    ["global n\n    n += 1", "n.append(1)", "n[0] = 1", "del n[0]", "n.x = 1", "n['a'].b.pop()"],
)
def test_what_a_function_changes(change):
    found = theirs([f"n = []\ndef f():\n    {change}\n"])
    assert found.changed == {"n"}


def test_a_function_s_own_variables_are_nobody_s():
    assert theirs(["n = 1\ndef f(n):\n    n = n + 1\n    return n"]).read == {"f"}


FOUND = {
    "def spy(n): return []\nsquares = spy": (2, "squares"),
    "def spy(n): return []\nkept, squares = squares, spy": (2, "squares"),
    "def squares(n): return []": (1, "squares"),
    "class squares: pass": (1, "squares"),
    "squares = lambda n: []": (1, "squares"),
    "rate = lambda: 3": (1, "rate"),
    "def make():\n    def spy(n): return []\n    return spy\nsquares = make()": (4, "squares"),
    "class Spy:\n    pass\n\nsquares = Spy()": (4, "squares"),
    "def f():\n    global squares\n    squares = f": (3, "squares"),
    "import functools\ndef spy(a, n): return a\nsquares = functools.partial(spy, 1)": (
        3,
        "squares",
    ),
    "from unittest.mock import Mock\nsquares = Mock(return_value=[])": (2, "squares"),
    "own = result\nresult = lambda: 3": (2, "result"),
    "def print(*args): pass": (1, "print"),
    "import numpy as np\nnp.dot = None": (2, "np.dot"),
    "import numpy as np\ndel np.dot": (2, "np.dot"),
    "math.sqrt = None": (1, "math.sqrt"),
    "import os.path\nos.path.exists = None": (2, "os.path.exists"),
    "import sys, io\nsys.stdin = io.StringIO('3')": (2, "sys.stdin"),
    "import builtins\nsetattr(builtins, 'sum', None)": (2, "builtins"),
    "from unittest.mock import patch\nwith patch('builtins.input'):\n    pass": (2, "input"),
    "from unittest import mock\nwith mock.patch.object(math, 'pi', 3):\n    pass": (2, "math"),
}
ALLOWED = [
    "kept = squares\ndel squares\ntry:\n    total(3)\nfinally:\n    squares = kept",
    "rate = 5\nassert total(2) == 5",
    "squares = None",
    "squares = total",
    "def helper(n): return n\nassert helper(3) == 3\nother = helper",
    "sum_of = lambda n: n",
    "import sys, io\nsys.stdout = io.StringIO()",
    "import io\nbuffer = io.StringIO()\nbuffer.name = 'x'",
    "max = 3",
    "this is no python",
    "%%time\nassert True",
]


@pytest.mark.parametrize("source", FOUND)
def test_what_reaches_into_the_notebook_is_named_with_its_line(source):
    line, name = FOUND[source]
    found = intrusions(source, theirs([AUTHOR]), "import math")
    assert [one.line for one in found] == [line]
    assert name in found[0].text


@pytest.mark.parametrize("source", ALLOWED)
def test_what_can_be_done_from_another_process_is_let_pass(source):
    assert intrusions(source, theirs([AUTHOR]), "import math") == []
    assert unfit(source) == ""


def test_only_what_is_not_found_out_by_running_is_refused_before():
    assert unfit("squares = lambda n: []") == ""
    told = unfit("x = 1\nmath.sqrt = None", "import math")
    assert told.startswith("Line 2 of this test changes `math.sqrt`")


def test_names_that_functions_delete():
    import ast

    source = "def f():\n    global a, b\n    del a\n    x = 1\n    del x"
    assert deleted_in_functions(ast.parse(source)) == {"a"}


def test_imports_are_repeated_once():
    assert imports_of(["import os", "def f():\n    import os\n    from a import b"]) == (
        "import os\nfrom a import b"
    )
