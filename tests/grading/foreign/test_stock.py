"""Assignments as other people write them get from the engine what stock nbgrader gives them."""

import csv
import io
import shutil

import nbformat
import pytest
from nbgrader.api import Gradebook

from helpers.grading import intake, pipeline
from helpers.grading.ledger import Row
from helpers.kernels import warm
from tests.exercises.course import nbgrader
from tests.grading import toy
from tests.grading.foreign import course as foreign

pytestmark = pytest.mark.skipif(bool(toy.NO_SANDBOX), reason=toy.NO_SANDBOX)

NUMBERS = """
def odd_numbers(count):
    return [2 * k + 1 for k in range(count)]


def square(side):
    return sum(odd_numbers(side))


def greet(name):
    print("Good morning,", name)


visits = 0


def visit():
    global visits
    visits += 1


def scaled(x):
    return FACTOR * x


def roll(times):
    import random

    return [random.randint(1, 6) for _ in range(times)]
"""
ALONE = NUMBERS.replace("sum(odd_numbers(side))", "side * side")
WRONG = """
def odd_numbers(count):
    return list(range(count))


def square(side):
    return side


def greet(name):
    return "Good morning, " + name


def visit():
    pass


def scaled(x):
    return 3 * x
"""
CELLS = (
    foreign.cell("# Odd numbers", kind="markdown"),
    foreign.cell("import math\nFACTOR = 3"),  # not one of nbgrader's cells at all
    foreign.cell("import contextlib\nimport io\nimport sys", "given"),
    foreign.solution(NUMBERS, "numbers"),
    foreign.test("assert odd_numbers(3) == [1, 3, 5]", "simple", 2),
    # Does one function use the other?
    foreign.test(
        """
kept = odd_numbers
del odd_numbers
try:
    square(3)
except NameError:
    pass
else:
    raise AssertionError("square does not use odd_numbers")
finally:
    odd_numbers = kept
### BEGIN HIDDEN TESTS
assert square(7) == 49
### END HIDDEN TESTS
""",
        "uses",
        3,
    ),
    foreign.test(
        """
kept, odd_numbers = odd_numbers, None
try:
    square(2)
    raise AssertionError("square does not use odd_numbers")
except TypeError:
    pass
finally:
    odd_numbers = kept
assert square(2) == 4
""",
        "uses-none",
    ),
    foreign.test(
        """
FACTOR = 10
assert scaled(2) == 20, "the factor is a global"
FACTOR = 3
assert math.isclose(scaled(0.5), 1.5)
""",
        "global",
        1.5,
    ),
    foreign.test(
        """
with contextlib.redirect_stdout(io.StringIO()) as printed:
    greet("Ada")
assert printed.getvalue() == "Good morning, Ada\\n"
""",
        "printed",
    ),
    foreign.test("before = visits\nvisit()\nvisit()\nassert visits == before + 2", "counted"),
    foreign.test(
        """
earned = 0
if odd_numbers(2) == [1, 3]:
    earned += 0.5
if square(3) == 9:
    earned += 1
earned
""",
        "partly",
        2,
    ),
    foreign.test(
        """
import random
random.seed(8)
wanted = [random.randint(1, 6) for _ in range(20)]
random.seed(8)
assert roll(12) + roll(8) == wanted
""",
        "seeded",
        0.5,
    ),
    foreign.test("assert square(4) == 16", "for-nothing", 0),
    foreign.test("%precision 3\nassert odd_numbers(0) == []", "magic"),
    foreign.by_hand("Why is it a square? YOUR ANSWER HERE", "why", 2),
    foreign.by_hand("picture = 'YOUR CODE HERE'", "picture", 1, kind="code"),
    foreign.cell("Draw it.", "drawing", kind="markdown", task=True, points=4),
)
CLASS = {
    "all": {"numbers": NUMBERS, "why": "Each shell is odd.", "picture": "picture = '**'"},
    "alone": {"numbers": ALONE, "+drawing": "![my drawing](no.png)"},
    "wrong": {"numbers": WRONG, "why": "No idea."},
    "blank": {},
}


@pytest.fixture(scope="module", autouse=True)
def server():
    with warm.private_servers():
        yield


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A class graded twice: by stock nbgrader, and by ours, with what that said."""
    stock = foreign.make(tmp_path_factory.mktemp("stock"), *CELLS)
    for student, answers in CLASS.items():
        foreign.hand_in(stock, student, answers)
    ours = tmp_path_factory.mktemp("ours") / "course"
    shutil.copytree(stock, ours)
    done = nbgrader(stock, "autograde", "ps")
    assert done.returncode == 0, done.stderr[-3000:]
    return stock, ours, foreign.course(ours, "grade", "ps")


def test_the_gradebook_is_stocks_row_by_row(graded):
    stock, ours, (code, out, err) = graded
    assert foreign.gradebook(ours) == foreign.gradebook(stock), out + err
    assert code == 0, out + err


def test_the_class_was_worth_grading(graded):
    """Else two gradebooks could be equal for want of anything in them."""
    rows = {(row.student, row.cell): row for row in foreign.gradebook(graded[0])}
    tests = [cell.metadata.nbgrader.grade_id for cell in CELLS if "grade" in str(cell.metadata)]
    scores = {name: rows["all", name].score for name in tests if ("all", name) in rows}
    assert sum(filter(None, scores.values())) == 2 + 3 + 1 + 1.5 + 1 + 1 + 1.5 + 0.5 + 1
    assert rows["alone", "uses"].score == rows["alone", "uses-none"].score == 0
    assert rows["wrong", "partly"].score == 0 and rows["blank", "why"].score == 0
    assert rows["all", "why"].by_hand and rows["all", "drawing"].by_hand


def test_cells_by_hand_are_shown_until_somebody_grades_them(graded, tmp_path):
    _, ours, (_, out, err) = graded
    assert "  12.5 / 13 + 3 cells by hand" in out and "by hand: `make lab`, then Formgrader" in err
    course = tmp_path / "course"
    shutil.copytree(ours, course)
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        for name, points in (("why", 1.5), ("drawing", 4)):
            grade = book.find_grade(name, "ps", "ps", "all")
            grade.manual_score, grade.needs_manual_grade = points, False
        book.db.commit()
    _, out, _ = foreign.course(course, "status", "ps", "--csv")
    rows = {row["student"]: row for row in csv.DictReader(io.StringIO(out))}
    found = [rows["all"][key] for key in ("score", "max_score", "by_hand", "status")]
    assert found == ["18.0", "19.0", "1", "graded"]
    assert rows["blank"]["by_hand"] == "1"  # what was not touched has its 0 already


def test_a_task_is_handed_to_the_grader_with_the_students_text(graded):
    path = graded[1] / "autograded" / "alone" / "ps" / "ps.ipynb"
    texts = [cell.source for cell in nbformat.read(path, as_version=4).cells]
    assert "![my drawing](no.png)" in texts


SPY = """
def spy(count):
    spy.called = True
    return [1, 3]


kept, odd_numbers = odd_numbers, spy
try:
    assert square(2) == 4
finally:
    odd_numbers = kept
"""
PATCH = "import math\nmath.sqrt = None\nassert square(2) == 4"


def test_a_spy_is_left_to_a_person_and_never_a_silent_zero(tmp_path):
    tests = [foreign.test(SPY, "spy", 2), foreign.test(PATCH, "patch", 3)]
    folder = foreign.make(tmp_path, *CELLS[:5], *tests)
    foreign.hand_in(folder, "all", {"numbers": NUMBERS})
    [row] = foreign.grade_here(folder)
    assert row.status == "not tested" and row.status in pipeline.ATTENTION
    assert (row.score, row.of, row.waiting) == (2, 2, 2) and "spy, patch" in row.message
    told = (folder / "autograded" / "all" / "ps" / "ps.ipynb").read_text()
    assert "`odd_numbers`" in told and "math.sqrt" in told and "graded by a person" in told
    rows = {row.cell: row for row in foreign.gradebook(folder)}
    for name in ("spy", "patch"):
        assert rows[name].by_hand and rows[name].score is None
    assert rows["simple"] == foreign.Grade("all", "simple", 2, 2, False)


TEMPLATES = r"""
python3:
  setup: "from hashlib import sha1"
  hash: 'sha1({{snippet}}.encode("utf-8")+b"{{salt}}").hexdigest()'
  dispatch: "type({{snippet}})"
  normalize: "str({{snippet}})"
  check: 'assert {{snippet}} == "{{value}}", "{{message}}"'
  success: "print('Success!')"
  templates:
    default:
      - test: "type({{snippet}})"
        fail: "the type of {{snippet}} is not right"
      - test: "{{snippet}}"
        fail: "the value of {{snippet}} is not right"
"""


def test_tests_that_nbgrader_writes_itself(tmp_path):
    stock, ours = tmp_path / "stock", tmp_path / "ours"
    (stock / "source" / "ps").mkdir(parents=True)
    (stock / "source" / "ps" / "autotests.yml").write_text(TEMPLATES)
    cells = [
        *CELLS[:4],
        foreign.test("### AUTOTEST odd_numbers(4)", "written"),
        foreign.test("### HASHED AUTOTEST square(5)", "hashed", 2),
    ]
    foreign.make(stock, *cells)
    for student in ("all", "wrong"):
        foreign.hand_in(stock, student, CLASS[student])
    shutil.copytree(stock, ours)
    assert nbgrader(stock, "autograde", "ps").returncode == 0
    foreign.grade_here(ours)
    rows = foreign.gradebook(ours)
    assert rows == foreign.gradebook(stock)
    assert [row.score for row in rows] == [2, 1, 0, 0]
    (ours / "gradebook.db").unlink()
    with pytest.raises(intake.NotForUs, match="nbgrader generate_assignment ps"):
        intake.read_assignment(ours, "ps")


def test_several_notebooks_are_refused_with_a_reason(tmp_path):
    folder = foreign.make(tmp_path, *CELLS[:5], more=("second",))
    foreign.hand_in(folder, "all", {"numbers": NUMBERS})
    code, out, err = foreign.course(folder, "grade", "ps")
    assert code == 1 and "'second.ipynb'" in err and "nbgrader autograde ps" in err


def test_a_notebook_without_tests_is_taken(tmp_path):
    task = foreign.cell("Think.", "task", kind="markdown", task=True, points=3)
    folder = foreign.make(tmp_path, task)
    foreign.hand_in(folder, "a", {"+": "I did."})
    assert foreign.grade_here(folder) == [Row("a", "graded", 0, 0, "", 1)]
