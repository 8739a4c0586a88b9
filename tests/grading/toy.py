"""A small assignment, to attack the engine with: three answers, three tests, one data file."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import yaml

from helpers.grading import intake
from helpers.grading.limits import Limits
from helpers.grading.rebuild import rebuild
from helpers.grading.submission import parse
from helpers.kernels import sandbox
from tools import release_exercises


def no_sandbox() -> str:
    """Why students' code cannot be locked in here, if so."""
    try:
        sandbox.probe()
    except sandbox.NoSandbox as reason:
        return f"{reason}".splitlines()[0]
    return ""


ROOT = Path(__file__).resolve().parents[2]
NO_SANDBOX = no_sandbox()
SECRET = "SECRET-b41c"  # stands in hidden lines alone
ATTACKS = Path(__file__).resolve().parent / "attacks"
LIMITS = Limits(seconds=10, memory=1_500_000_000, disk=50_000_000, file_size=20_000_000)
SOLUTION = """def double(x):
    return 2 * x


answer = 42
values = [1.0, 2.0, 3.0]
"""
STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
TESTS = {
    "test-double": f"""
assert double(2) == 4, "twice two is four"
### BEGIN HIDDEN TESTS
hidden = "{SECRET}"
for x in np.random.default_rng(1).normal(size=5):
    assert abs(double(float(x)) - 2 * x) < 1e-9, f"wrong for {{x}}"
### END HIDDEN TESTS
""",
    "test-answer": f"""
### BEGIN HIDDEN TESTS
hidden = "{SECRET}"
assert answer == 42, "not the answer"
### END HIDDEN TESTS
""",
    "test-values": f"""
assert len(values) == 3, "three values"
### BEGIN HIDDEN TESTS
hidden = "{SECRET}"
truth = [float(line) for line in open("data.txt")]
assert np.allclose(values, truth), "not the values of the file"
### END HIDDEN TESTS
""",
}
FULL = {"test-double": 5.0, "test-answer": 2.0, "test-values": 3.0}


def _cell(source: str, grade_id: str, **about: Any) -> Any:
    facts = {"schema_version": 3, "task": False, "grade": False, "locked": True, "solution": False}
    metadata = {"nbgrader": facts | {"grade_id": grade_id} | about}
    return nbformat.v4.new_code_cell(source, metadata=metadata)


def _notebook(solution: str, *, released: bool, later: str = "") -> Any:
    hidden = re.compile(r"### BEGIN HIDDEN.*?### END HIDDEN TESTS\n", re.DOTALL)
    cells = [
        _cell("import numpy as np", "given"),
        _cell(solution, "solve", solution=True, locked=False),
    ]
    for name, source in TESTS.items():
        source = hidden.sub("", source) if released else source
        cells.append(_cell(source, name, grade=True, points=FULL[name]))
    if later:
        cells.insert(3, nbformat.v4.new_code_cell(later))  # behind the first test
    kernel = {"name": "python3", "display_name": "Python 3"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


TOY = intake.Assignment(
    "toy",
    _notebook(SOLUTION, released=False),
    _notebook(STUB, released=True),
    {"data.txt": b"1\n2\n3\n"},
)


def make_clone(folder: Path) -> Path:
    """A course with this one assignment, as it is cloned: nothing was released here."""
    notebook = _notebook(f"### BEGIN SOLUTION\n{SOLUTION}### END SOLUTION", released=False)
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell("# A toy"))
    notebook.metadata["jupytext"] = {"text_representation": {"format_name": "myst"}}
    (folder / "solutions" / "toy").mkdir(parents=True)
    (folder / "solutions" / "toy.md").write_text(jupytext.writes(notebook, "md:myst"))
    (folder / "solutions" / "toy" / "data.txt").write_bytes(TOY.files["data.txt"])
    if not (folder / "nbgrader_config.py").exists():
        shutil.copy(ROOT / "nbgrader_config.py", folder)
    return folder


def make_course(folder: Path) -> Path:
    """The same, released; nobody has handed in yet."""
    release_exercises.release(make_clone(folder))
    return folder


def hand_in(course: Path, student: str, content: bytes | str) -> None:
    """Put a solution, or the bytes of a whole file, where students' work arrives."""
    folder = course / "submitted" / student / "toy"
    folder.mkdir(parents=True, exist_ok=True)
    if isinstance(content, str):
        content = json.dumps(submission(content)).encode()
    (folder / "toy.ipynb").write_bytes(content)


def make_class(folder: Path, students: Iterable[str], content: bytes | str = SOLUTION) -> Path:
    """A course in which all of these have handed in the same."""
    course = make_course(folder)
    for student in students:
        hand_in(course, student, content)
    return course


def run(course: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Call the command `course` there, as an instructor does."""
    command = [str(Path(sys.executable).with_name("course")), "--course", str(course), *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=course)


def submission(solution: str = STUB, later: str = "") -> dict[str, Any]:
    """The released notebook with this in its solution cell, as JSON data.

    ``later`` is a cell of the student's own, behind the first test.
    """
    return json.loads(nbformat.writes(_notebook(solution, released=True, later=later)))


def job(notebook: dict[str, Any], **limits: Any) -> Any:
    """What the engine would grade."""
    return intake.job(rebuilt(notebook)[0], TOY, replace(LIMITS, **limits), sandbox=True)


def rebuilt(notebook: dict[str, Any]) -> tuple[Any, list[str]]:
    """What the engine makes of a notebook, and its notes."""
    return rebuild(TOY, parse(json.dumps(notebook).encode()), "toy.ipynb")


def attack(path: Path) -> tuple[str, str, str]:
    """What an attack does, its code, and that of a cell behind the first test, if it has one."""
    head, parts = _parts(path)
    return head["does"], parts["solve"], parts.get("later", "")


def follow_up(path: Path) -> tuple[str, bool]:
    """What a second submission looks for, if anything, and whether it runs beside the first."""
    head, parts = _parts(path)
    return parts.get("next", ""), head.get("together", False)


def _parts(path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    head, body = path.read_text().removeprefix("---\n").split("\n---\n", 1)
    parts = re.findall(r"^```python (\w+)\n(.*?)^```$", body, re.DOTALL | re.MULTILINE)
    return yaml.safe_load(head), dict(parts)
