"""Whatever is handed in, what is graded is the author's notebook with the student's solutions."""

import copy
import random

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.grading import intake
from helpers.grading.cells import facts, grade_id
from helpers.grading.rebuild import rebuild, recognise
from helpers.grading.sources import cleared
from helpers.grading.submission import Rejected, parse
from tests.grading import toy
from tools import release_exercises

GOOD = "def double(x):\n    return 2 * x\n\nanswer, values = 42, [1.0, 2.0, 3.0]"
OWN = {"cell_type": "code", "metadata": {}, "source": ["x = 1\n", "y = 2"]}


def code(notebook):
    """Source of every code cell by name; cells of the student's own by their position."""
    cells = enumerate(c for c in toy.rebuilt(notebook)[0].cells if c.cell_type == "code")
    return {grade_id(cell) or f"own-{n}": cell.source for n, cell in cells}


def run_order(notebook):
    """The sources that the student's kernel runs, in order, less what there is nothing of."""
    cells = toy.job(notebook).cells
    return [cell.source for cell in cells if cell.points is None and cell.source]


HONEST = code(toy.submission(GOOD))
GIVEN = "import numpy as np"


def edit(name, **changes):
    """A submission in which the facts of one cell are changed."""
    notebook = toy.submission(GOOD)
    for cell in notebook["cells"]:
        if cell["metadata"]["nbgrader"]["grade_id"] == name:
            cell["metadata"]["nbgrader"] |= changes
    return notebook


def strip(notebook, *numbers, ids=True):
    """The notebook after a tool that keeps no metadata, of some cells or of all."""
    for number in numbers or range(len(notebook["cells"])):
        cell = notebook["cells"][number]
        cell["metadata"] = {}
        if not ids:
            cell.pop("id", None)
        elif number < len(toy.TOY.source.cells):
            cell["id"] = grade_id(toy.TOY.source.cells[number])
    return notebook


def test_solutions_are_taken_and_tests_are_the_authors():
    assert HONEST["solve"] == GOOD
    assert toy.SECRET in HONEST["test-double"]
    job = toy.job(toy.submission(GOOD))
    assert [cell.points for cell in job.cells] == [None, None, 5.0, 2.0, 3.0]
    assert job.imports == "import numpy as np" and set(job.files) == {"data.txt"}
    assert toy.rebuilt(toy.submission(GOOD))[1] == []


@pytest.mark.parametrize(
    "notebook",
    [
        edit("test-double", points=1000),
        edit("test-double", grade=False),
        edit("test-double", schema_version=99),
        edit("solve", schema_version="x"),
        edit("solve", locked=True, solution=False, grade=True, points=50),
        edit("given", solution=True, locked=False),
        {**toy.submission(GOOD), "metadata": {"kernelspec": {"name": "evil"}}},
        {**toy.submission(GOOD), "nbformat": 99, "nbformat_minor": None},
    ],
)
def test_what_a_student_changes_about_cells_changes_nothing(notebook):
    assert code(notebook) == HONEST


def test_tags_and_outputs_are_left_behind():
    notebook = toy.submission(GOOD)
    for cell in notebook["cells"]:
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception"]
        cell["outputs"] = [{"output_type": "execute_result", "data": {"text/plain": "2.0"}}]
    assert code(notebook) == HONEST
    cells = toy.rebuilt(notebook)[0].cells
    assert not any(cell.metadata.get("tags") or cell.get("outputs") for cell in cells)


def test_tests_that_were_changed_deleted_or_retyped_are_put_back():
    notebook = toy.submission(GOOD)
    notebook["cells"][2]["source"] = "pass"
    notebook["cells"][3]["cell_type"] = "markdown"
    del notebook["cells"][4]
    assert code(notebook) == HONEST


def test_cells_of_ones_own_stay_where_they_were():
    notebook = toy.submission(GOOD)
    notebook["cells"].insert(1, OWN)
    notebook["cells"].insert(0, {**OWN, "source": "first"})
    notebook["cells"].append({"cell_type": "markdown", "metadata": {}, "source": "a note"})
    assert list(code(notebook).items())[:4] == [
        ("own-0", "first"),
        ("given", GIVEN),
        ("own-2", "x = 1\ny = 2"),
        ("solve", GOOD),
    ]


@pytest.mark.parametrize("ids", [True, False])
@pytest.mark.parametrize("numbers", [(), (1,), (1, 2), (0, 1), (2, 3, 4)])
def test_lost_metadata_cost_nothing(numbers, ids):
    assert code(strip(toy.submission(GOOD), *numbers, ids=ids)) == HONEST


@given(st.sets(st.integers(0, 4)), st.randoms(use_true_random=False))
def test_whichever_cells_lose_whatever_names_they_had(numbers, luck):
    notebook = toy.submission(GOOD)
    for number in numbers:
        strip(notebook, number, ids=luck.random() < 0.5)
    assert code(notebook) == HONEST


@pytest.mark.parametrize("stripped", [False, True])
def test_a_solution_typed_again_in_a_new_cell_is_not_undone_by_its_stub(stripped):
    notebook = toy.submission(GOOD)
    notebook["cells"][1] = {**OWN, "source": GOOD}
    if stripped:
        strip(notebook, ids=False)
    assert run_order(notebook) == [GIVEN, GOOD]
    notebook["cells"].append(notebook["cells"].pop(1))  # at the end, after the tests
    assert run_order(notebook) == [GIVEN, GOOD]


def test_pieces_of_a_solution_run_in_the_notebooks_order():
    one, two = GOOD.split("\n\n")
    notebook = toy.submission(one)
    piece = copy.deepcopy(notebook["cells"][1])
    notebook["cells"][2:2] = [OWN, {**piece, "source": two}]
    assert run_order(notebook) == [GIVEN, one, "x = 1\ny = 2", two]
    assert toy.rebuilt(notebook)[1] == ["'solve' is there 2 times: run in the notebook's order"]
    strip(notebook, 1, 2, 3, ids=False)
    assert run_order(notebook) == [GIVEN, one, "x = 1\ny = 2", two]


def test_of_two_versions_the_later_has_the_last_word():
    notebook = toy.submission("def double(x):\n    return x")
    later = {**copy.deepcopy(notebook["cells"][1]), "source": GOOD}
    notebook["cells"].insert(2, later)
    assert run_order(notebook)[-1] == GOOD
    notebook["cells"].append(notebook["cells"].pop(2))  # copied to the end, after the tests
    names = [cell.grade_id for cell in toy.job(notebook).cells]
    assert names[:5] == ["given", "solve", "test-double", "test-answer", "test-values"]
    assert run_order(notebook)[-1] == GOOD


def test_a_solution_that_is_gone_leaves_nothing_and_is_told():
    notebook = toy.submission(GOOD)
    notebook["cells"][1] = {**OWN, "cell_type": "markdown"}
    notebook["cells"].insert(0, OWN)
    assert run_order(notebook) == ["x = 1\ny = 2", GIVEN]
    assert toy.rebuilt(notebook)[1] == ["'solve' is not there"]


def test_a_name_of_nobodys_does_not_hide_a_cell():
    notebook = edit("solve", grade_id="renamed")
    assert run_order(notebook) == [GIVEN, GOOD]


def test_without_any_solution_it_is_rejected():
    notebook = toy.submission(GOOD)
    del notebook["cells"][1]
    with pytest.raises(Rejected, match="has no solution cell of 'toy'"):
        toy.rebuilt(notebook)


def other_assignment():
    """Another assignment, which has a test of the same name."""
    notebook = copy.deepcopy(toy.TOY.released)
    for cell in notebook.cells[:-1]:
        cell.metadata["nbgrader"]["grade_id"] += "-2"
        cell.source += "  # of the other"
    return notebook


def test_a_notebook_of_another_assignment_or_of_none_is_rejected_by_name():
    other = other_assignment()
    known = {"toy": toy.TOY.released, "other": other}
    cells = parse(nbformat.writes(other).encode())
    with pytest.raises(Rejected, match="x.ipynb is not a notebook of 'toy': it is of 'other'"):
        rebuild(toy.TOY, cells, "x.ipynb", known)
    with pytest.raises(Rejected, match="none of its cells is known"):
        toy.rebuilt({"cells": [OWN]})


@given(st.randoms(use_true_random=False))
def test_an_assignment_is_recognised_by_what_is_left_of_it(luck):
    known = {"toy": toy.TOY.released, "other": other_assignment()}
    name = luck.choice(["toy", "other"])
    cells = parse(nbformat.writes(known[name]).encode())
    for cell in cells:
        if luck.random() < 0.5:
            cell["metadata"] = {}
        cell["id"] = ""
    kept = random.Random(luck.random()).sample(cells[:-1], 2)
    assert recognise(kept, known) == name


@pytest.mark.parametrize("source", [None, 3, ["a", 1], {"a": 1}])
def test_a_source_that_is_not_text_is_rejected(source):
    notebook = toy.submission(GOOD)
    notebook["cells"][1]["source"] = source
    with pytest.raises(Rejected, match="cell 2: its source is not text"):
        toy.rebuilt(notebook)


@pytest.mark.parametrize(
    "metadata", [None, [], {"nbgrader": []}, {"nbgrader": {"grade_id": ["a"]}}]
)
def test_metadata_of_any_shape_are_survived(metadata):
    notebook = toy.submission(GOOD)
    notebook["cells"][1]["metadata"] = metadata
    assert code(notebook) == HONEST


@pytest.fixture(scope="module")
def authors(root, tmp_path_factory):
    """The course's own assignments, each with a solved submission."""
    folder = tmp_path_factory.mktemp("authors") / "source"
    release_exercises.write_sources(root / "solutions", folder)
    found = {}
    for path in folder.glob("*/*.ipynb"):
        name, source = path.stem, nbformat.read(path, as_version=4)
        released = cleared(source)
        solved = copy.deepcopy(released)
        for at, cell in enumerate(source.cells):
            if facts(cell).get("solution"):
                solved.cells[at].source = f"# {name}\n{cell.source}"
        found[name] = intake.Assignment(name, source, released, {}), solved
    return found


def test_the_courses_assignments_are_told_apart_and_survive_lost_metadata(authors):
    known = {name: author.released for name, (author, _) in authors.items()}
    assert len(known) >= 10
    for name, (author, solved) in authors.items():
        cells = parse(nbformat.writes(solved).encode())
        whole, notes = rebuild(author, cells, name, known)
        assert notes == []
        luck = random.Random(name)
        for share in (1.0, 0.5):
            lost = [
                {**cell, "metadata": {}, "id": ""} if luck.random() <= share else cell
                for cell in cells
            ]
            assert recognise(lost, known) == name
            assert rebuild(author, lost, name, known) == (whole, [])


def test_no_assignment_takes_another_for_its_own(authors):
    known = {name: author.released for name, (author, _) in authors.items()}
    for name, (author, _) in authors.items():
        for other, (_, solved) in authors.items():
            if other != name:
                cells = parse(nbformat.writes(solved).encode())
                with pytest.raises(Rejected, match=f"it is of '{other}'"):
                    rebuild(author, cells, name, known)
