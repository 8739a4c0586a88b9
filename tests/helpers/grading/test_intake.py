"""Whatever is handed in, what is graded is the author's notebook with the student's solutions."""

import json
import os

import pytest

from helpers.grading import intake
from tests.grading import toy

GOOD = "def double(x):\n    return 2 * x\n\nanswer, values = 42, [1.0, 2.0, 3.0]"


def rebuilt(notebook):
    """Source of every code cell by name; cells of the student's own by their position."""
    book = intake.rebuild(toy.TOY, notebook["cells"], "toy.ipynb")
    cells = enumerate(cell for cell in book.cells if cell.cell_type == "code")
    return {intake.grade_id(cell) or f"own-{n}": cell.source for n, cell in cells}


HONEST = rebuilt(toy.submission(GOOD))


def edit(name, **changes):
    """A submission in which the facts of one cell are changed."""
    notebook = toy.submission(GOOD)
    for cell in notebook["cells"]:
        if cell["metadata"]["nbgrader"]["grade_id"] == name:
            cell["metadata"]["nbgrader"] |= changes
    return notebook


def test_solutions_are_taken_and_tests_are_the_authors():
    assert HONEST["solve"] == GOOD
    assert toy.SECRET in HONEST["test-double"]
    job = toy.job(toy.submission(GOOD))
    assert [cell.points for cell in job.cells] == [None, None, 5.0, 2.0, 3.0]
    assert job.imports == "import numpy as np" and set(job.files) == {"data.txt"}


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
    assert rebuilt(notebook) == HONEST


def test_tags_and_outputs_are_left_behind():
    notebook = toy.submission(GOOD)
    for cell in notebook["cells"]:
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception"]
        cell["outputs"] = [{"output_type": "execute_result", "data": {"text/plain": "2.0"}}]
    book = intake.rebuild(toy.TOY, notebook["cells"], "toy.ipynb")
    assert rebuilt(notebook) == HONEST
    assert not any(cell.metadata.get("tags") or cell.get("outputs") for cell in book.cells)


def test_tests_that_were_changed_deleted_or_retyped_are_put_back():
    notebook = toy.submission(GOOD)
    notebook["cells"][2]["source"] = "pass"
    notebook["cells"][3]["cell_type"] = "markdown"
    del notebook["cells"][4]
    assert rebuilt(notebook) == HONEST


def test_a_deleted_or_renamed_solution_counts_as_left_blank():
    notebook = toy.submission(GOOD)
    notebook["cells"][1]["metadata"]["nbgrader"]["grade_id"] = "renamed"
    assert rebuilt(notebook)["solve"] == toy.STUB
    del notebook["cells"][1]
    assert rebuilt(notebook)["solve"] == toy.STUB


def test_cells_of_ones_own_stay_where_they_were():
    notebook = toy.submission(GOOD)
    own = {"cell_type": "code", "metadata": {}, "source": ["x = 1\n", "y = 2"]}
    notebook["cells"].insert(1, own)
    notebook["cells"].insert(0, {**own, "source": "first"})
    notebook["cells"].append({"cell_type": "markdown", "metadata": {}, "source": "a note"})
    assert list(rebuilt(notebook).items())[:4] == [
        ("own-0", "first"),
        ("given", "import numpy as np"),
        ("own-2", "x = 1\ny = 2"),
        ("solve", GOOD),
    ]


def test_a_solution_twice_is_rejected_by_name():
    notebook = toy.submission(GOOD)
    notebook["cells"].append(notebook["cells"][1])
    with pytest.raises(intake.Rejected, match="cell 6: the cell 'solve' is there twice"):
        rebuilt(notebook)


@pytest.mark.parametrize("source", [None, 3, ["a", 1], {"a": 1}])
def test_a_source_that_is_not_text_is_rejected(source):
    notebook = toy.submission(GOOD)
    notebook["cells"][1]["source"] = source
    with pytest.raises(intake.Rejected, match="cell 2: its source is not text"):
        rebuilt(notebook)


@pytest.mark.parametrize(
    "metadata", [None, [], {"nbgrader": []}, {"nbgrader": {"grade_id": ["a"]}}]
)
def test_metadata_of_any_shape_are_survived(metadata):
    notebook = toy.submission(GOOD)
    notebook["cells"][1]["metadata"] = metadata
    assert rebuilt(notebook)["solve"] == toy.STUB


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is not a notebook"),
        (b"{not json", "is not a notebook"),
        (b"\xff\xfe\x00", "is not a notebook"),
        (b"[" * 200_000, "is not a notebook"),
        (b"[]", "no list of cells"),
        (b'{"cells": {}}', "no list of cells"),
        (b'{"cells": [1]}', "no list of cells"),
        (json.dumps({"cells": [{}] * 3000}).encode(), "3000 cells"),
    ],
)
def test_what_is_no_notebook_is_rejected_with_a_reason(tmp_path, content, why):
    path = tmp_path / "toy.ipynb"
    path.write_bytes(content)
    with pytest.raises(intake.Rejected, match=why) as caught:
        intake.read_submission(path)
    assert "toy.ipynb" in str(caught.value)


def test_only_regular_files_of_reasonable_size_are_opened(tmp_path):
    secret = tmp_path / "secret.ipynb"
    notebook = toy.submission(GOOD)
    secret.write_text(json.dumps(notebook))
    (tmp_path / "link.ipynb").symlink_to(secret)
    os.mkfifo(tmp_path / "pipe.ipynb")
    (tmp_path / "folder.ipynb").mkdir()
    for name in ("link", "pipe", "folder"):
        with pytest.raises(intake.Rejected, match="not a regular file"):
            intake.read_submission(tmp_path / f"{name}.ipynb")
    with (tmp_path / "big.ipynb").open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(intake.Rejected, match="200,000,000 bytes"):
        intake.read_submission(tmp_path / "big.ipynb")
    with pytest.raises(intake.Rejected, match="was not handed in"):
        intake.read_submission(tmp_path / "none.ipynb")
    assert intake.read_submission(secret) == notebook["cells"]


def test_an_assignment_that_was_not_released_is_named(tmp_path):
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "known.md").touch()
    with pytest.raises(FileNotFoundError, match="make exercises.*known"):
        intake.read_assignment(tmp_path, "other")
