"""A small assignment, to attack the engine with: three answers, three tests, one data file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import yaml

from helpers.grading import intake
from helpers.grading.session import Limits

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
FULL = {"test-double": 2.0, "test-answer": 1.0, "test-values": 1.0}


def _cell(source: str, grade_id: str, **about: Any) -> Any:
    facts = {"schema_version": 3, "task": False, "grade": False, "locked": True, "solution": False}
    metadata = {"nbgrader": facts | {"grade_id": grade_id} | about}
    return nbformat.v4.new_code_cell(source, metadata=metadata)


def _notebook(solution: str, *, released: bool) -> Any:
    hidden = re.compile(r"### BEGIN HIDDEN.*?### END HIDDEN TESTS\n", re.DOTALL)
    cells = [
        _cell("import numpy as np", "given"),
        _cell(solution, "solve", solution=True, locked=False),
    ]
    for name, source in TESTS.items():
        source = hidden.sub("", source) if released else source
        cells.append(_cell(source, name, grade=True, points=FULL[name]))
    kernel = {"name": "python3", "display_name": "Python 3"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


TOY = intake.Assignment(
    "toy",
    _notebook(SOLUTION, released=False),
    _notebook(STUB, released=True),
    {"data.txt": b"1\n2\n3\n"},
)


def submission(solution: str = STUB) -> dict[str, Any]:
    """The released notebook with this in its solution cell, as JSON data."""
    return json.loads(nbformat.writes(_notebook(solution, released=True)))


def job(notebook: dict[str, Any], **limits: Any) -> Any:
    """What the engine would grade."""
    rebuilt = intake.rebuild(TOY, notebook["cells"], "toy.ipynb")
    return intake.job(rebuilt, TOY, LIMITS, sandbox=True)


def attack(path: Path) -> tuple[str, str]:
    """What an attack does, and its code."""
    head, body = path.read_text().removeprefix("---\n").split("\n---\n", 1)
    [code] = re.findall(r"^```python solve\n(.*?)^```$", body, re.DOTALL | re.MULTILINE)
    return yaml.safe_load(head)["does"], code
