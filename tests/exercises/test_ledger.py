"""The ledger of verdicts notices whatever a verdict depends on, and whoever lies in it."""

import json
import re
import shutil

import pytest

from tests.exercises import ledger
from tests.exercises.course import ROOT
from tests.exercises.ledger import Ledger

ASSIGNMENT = "vanishing"  # has data files


@pytest.fixture
def checkout(tmp_path):
    """A copy of what one assignment's verdicts depend on, all recorded."""
    answers = f"tests/exercises/{ASSIGNMENT}"
    for name in (f"solutions/{ASSIGNMENT}", answers, "helpers"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in (f"solutions/{ASSIGNMENT}.md", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    recorded = Ledger(ASSIGNMENT, tmp_path)
    recorded.write(declared(recorded))
    return tmp_path


def declared(of):
    """Verdicts as the answers declare them."""
    return {n: {"status": "graded", "points": a.points} for n, a in of.answers.items()}


def read(checkout):
    return Ledger(ASSIGNMENT, checkout)


def edit(checkout, change):
    """Falsify the file by hand."""
    path = read(checkout).path
    kept = json.loads(path.read_text())
    change(kept["answers"])
    path.write_text(json.dumps(kept))


def append(path, text="\n# changed\n"):
    path.write_bytes(path.read_bytes() + text.encode())


def test_nothing_is_wrong_with_what_was_just_recorded(checkout):
    current = read(checkout)
    assert not current.faults() and not current.unsettled()
    assert not current.contradictions(declared(current))
    assert set(current.entries) == set(current.answers)


@pytest.mark.parametrize(
    "name",
    [
        f"solutions/{ASSIGNMENT}/history.json",
        "helpers/weights.py",
        "helpers/cells/activations.py",  # three imports away
        "helpers/__init__.py",
    ],
)
def test_what_the_assignment_reaches_unsettles_all_answers(checkout, name):
    append(checkout / name)
    current = read(checkout)
    assert len(current.unsettled()) == len(current.answers)
    [fault] = current.faults()
    assert "make corpora" in fault


@pytest.mark.parametrize(
    ("of", "to"),
    [
        ("### BEGIN HIDDEN TESTS\n", "### BEGIN HIDDEN TESTS\nassert True\n"),
        ("  points: 2\n", "  points: 3\n"),
        ("### END SOLUTION\n", "### END SOLUTION\nanother = 1\n"),
    ],
)
def test_a_changed_cell_of_the_source_unsettles_all_answers(checkout, of, to):
    source = checkout / "solutions" / f"{ASSIGNMENT}.md"
    text = source.read_text()
    assert of in text
    source.write_text(text.replace(of, to, 1))
    current = read(checkout)
    assert len(current.unsettled()) == len(current.answers)


def test_what_the_source_only_says_unsettles_none(checkout):
    append(checkout / "solutions" / f"{ASSIGNMENT}.md", "\nGood luck, and mind the gap.\n")
    assert not read(checkout).unsettled()


@pytest.mark.parametrize(
    "name", ["helpers/grading/verdict.py", "helpers/grading/checker.py", "helpers/glove.py"]
)
def test_the_engine_and_what_is_not_reached_unsettle_none(checkout, name):
    append(checkout / name)
    assert not read(checkout).unsettled()


@pytest.mark.parametrize(("of", "to"), [(r"^numpy==.*\n", ""), (r"^numpy==\S+", "numpy==1.0")])
def test_a_version_that_is_gone_unsettles_all_answers(checkout, of, to):
    lock = checkout / "requirements.txt"
    lock.write_text(re.sub(of, to, lock.read_text(), flags=re.M))
    current = read(checkout)
    assert len(current.unsettled()) == len(current.answers)
    assert "versions" in current.faults()[0]


@pytest.mark.parametrize("text", ["    # via somebody\n", "newcomer==1.0\n"])
def test_a_comment_in_the_lock_or_a_new_package_unsettles_none(checkout, text):
    append(checkout / "requirements.txt", text)
    assert not read(checkout).unsettled()


def test_another_system_for_a_version_unsettles_none(checkout):
    lock = checkout / "requirements.txt"
    lock.write_text(
        re.sub(r"^(colorama==\S+).*", r"\1 ; sys_platform == 'plan9'", lock.read_text(), flags=re.M)
    )
    assert not read(checkout).unsettled()


def test_a_changed_answer_is_graded_again_and_owed_to_the_ledger(checkout):
    append(read(checkout).folder / "wrong-relu.md", "\n")
    current = read(checkout)
    assert [answer.name for answer in current.unsettled()] == ["wrong-relu"]
    [fault] = current.faults()
    assert "wrong-relu" in fault and "make corpora" in fault
    assert not current.contradictions(declared(current))  # it gets what it declares


def test_an_answer_has_keys_of_its_own_modules(checkout):
    answer = read(checkout).folder / "wrong-relu.md"
    append(answer, "\n```python more\nfrom helpers import (\n    glove as g,\n)\n```\n")
    recorded = read(checkout)
    recorded.write(declared(recorded))
    append(checkout / "helpers/glove.py")
    assert [answer.name for answer in read(checkout).unsettled()] == ["wrong-relu"]


def test_new_and_gone_answers_are_told(checkout):
    folder = read(checkout).folder
    (folder / "wrong-relu.md").rename(folder / "wrong-other.md")
    faults = "\n".join(read(checkout).faults())
    assert "wrong-relu: has a verdict" in faults and "wrong-other" in faults


def test_a_declared_score_that_differs_from_the_ledger_is_told(checkout):
    edit(checkout, lambda answers: answers["blank"].update(points={"test-run": 10}))
    [fault] = read(checkout).faults()
    assert fault.startswith("blank: declares")


def test_a_falsified_verdict_fails_the_sample_that_meets_it(checkout):
    """Even if the answer declares it too: a fresh verdict is believed."""

    def lie(answers):
        answers["wrong-lstm"]["points"] = answers["solution"]["points"]

    truth = declared(read(checkout))
    edit(checkout, lie)
    current = read(checkout)
    assert not current.unsettled()  # nothing but the sample will meet it
    met = []
    for seed in range(100):
        names = [answer.name for answer in current.sample(str(seed))]
        told = current.contradictions({name: truth[name] for name in names})
        assert bool(told) == ("wrong-lstm" in names)
        met += told
    assert met and all("wrong-lstm: the ledger has" in fault for fault in met)


def test_a_fresh_verdict_that_is_not_the_declared_one_is_told(checkout):
    current = read(checkout)
    late = {"status": "timed_out", "points": current.answers["solution"].points, "messages": {}}
    told = "\n".join(current.contradictions({"solution": late}))
    assert "solution: declares" in told and "the ledger has" in told and "timed_out" in told


def test_the_seed_decides_the_sample(checkout):
    current = read(checkout)
    drawn = [tuple(answer.name for answer in current.sample(str(seed))) for seed in range(400)]
    assert drawn[0] == tuple(answer.name for answer in current.sample("0"))
    assert all(len(set(names)) == ledger.SAMPLE for names in drawn)
    assert {name for names in drawn for name in names} == set(current.answers)


def test_the_same_verdicts_make_the_same_file(checkout):
    current = read(checkout)
    before = current.path.read_bytes()
    current.write(dict(reversed(declared(current).items())))
    assert current.path.read_bytes() == before
    assert before.count(b"\n") > len(current.answers)  # a line each


@pytest.mark.parametrize(
    ("text", "modules"),
    [
        ("from helpers.data import reviews", {"helpers.data", "helpers.data.reviews"}),
        ("from helpers.cells import LSTM", {"helpers.cells"}),
        ("import helpers.plots as p", {"helpers.plots"}),
        (
            "from helpers import (\n    plots,\n    text\n)",
            {"helpers", "helpers.plots", "helpers.text"},
        ),
        ("if broken(:\n  from helpers import text", {"helpers", "helpers.text"}),
        ('importlib.import_module("helpers.glove")', {"helpers.glove"}),
        ("import numpy", set()),
    ],
)  # fmt: skip
def test_what_a_text_names(text, modules):
    assert ledger.named(text) == modules
