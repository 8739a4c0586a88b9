"""What learners get follows from ``solutions/`` and gives nothing away."""

import json
import re
import subprocess
import sys

import pytest

from tools import release_exercises
from tools.gates.sources import ROOT
from tools.publish import read_manifest

SOLUTIONS = sorted(path.stem for path in (ROOT / "solutions").glob("*.md"))
MARKED = re.compile(r"### BEGIN (HIDDEN TESTS|SOLUTION)\n(.*?)### END \1", re.DOTALL)


def secret_lines(source: str) -> set[str]:
    """Lines of solutions and hidden tests that stand nowhere in the open."""
    secret = {line.strip() for match in MARKED.finditer(source) for line in match[2].splitlines()}
    public = {line.strip() for line in MARKED.sub("", source).splitlines()}
    return {line for line in secret - public if len(line) > 7 and not line.startswith("#")}


def test_secret_lines_are_found():
    source = (
        "x = 12345\n### BEGIN SOLUTION\nx = 12345\nanswer = 42\n### END SOLUTION\n"
        "### BEGIN HIDDEN TESTS\nassert answer == 42\n### END HIDDEN TESTS\n"
    )
    assert secret_lines(source) == {"answer = 42", "assert answer == 42"}


def test_released_notebooks_are_in_step():
    """Of exercises/ it judges what was released and committed, not what somebody works on there."""
    done = subprocess.run(
        [sys.executable, "-m", "tools.release_exercises", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """What solutions/ releases, in a folder where nobody works."""
    folder = tmp_path_factory.mktemp("released")
    release_exercises.write_sources(ROOT / "solutions", folder / "source")
    release_exercises._assign(ROOT, folder / "source", folder / "release", database=False)
    return folder / "release"


def test_every_solution_is_released_and_nothing_else(released):
    assert SOLUTIONS
    assert sorted(path.parent.name for path in released.glob("*/*.ipynb")) == SOLUTIONS
    known = read_manifest(ROOT / "exercises")
    assert {name.partition("/")[0] for name in known} >= set(SOLUTIONS)


@pytest.mark.parametrize("name", SOLUTIONS)
def test_release_gives_nothing_away(released, name):
    source = (ROOT / f"solutions/{name}.md").read_text(encoding="utf-8")
    secrets = secret_lines(source)
    assert secrets, "no solution and no hidden test found"
    for path in (released / name).rglob("*.ipynb"):
        text = path.read_text(encoding="utf-8")
        assert "BEGIN SOLUTION" not in text and "BEGIN HIDDEN" not in text
        cells = json.loads(text)["cells"]
        lines = {line.strip() for cell in cells for line in "".join(cell["source"]).splitlines()}
        assert not secrets & lines
        assert not any(cell.get("outputs") for cell in cells), "released with outputs"
