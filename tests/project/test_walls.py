"""The rooms of ``helpers/`` and the walls between them."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

LONGEST = 300  # lines of a module


@pytest.fixture(scope="module")
def rooms(root) -> set[str]:
    """Modules and packages right under ``helpers/``."""
    found = {path.stem for path in (root / "helpers").glob("*.py")}
    found |= {path.parent.name for path in (root / "helpers").glob("*/__init__.py")}
    return {f"helpers.{name}" for name in found - {"__init__"}}


def test_no_import_goes_through_a_wall(root):
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr


def test_the_walls_are_around_every_room(root, rooms):
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {each["name"]: each for each in project["tool"]["importlinter"]["contracts"]}
    library = contracts["Experiments stand on the library"]
    engine = contracts["Kernels and grading know nothing of what teaches"]
    assert rooms == {*library["source_modules"], *library["forbidden_modules"], "helpers.kernels"}
    assert rooms == {*engine["source_modules"], *engine["forbidden_modules"]}


def test_no_module_is_longer_than_it_can_be_read(root):
    modules = [*(root / "helpers").rglob("*.py"), *(root / "tools").rglob("*.py")]
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules}
    assert {path: n for path, n in lengths.items() if n > LONGEST} == {}


def test_every_experiment_is_a_chapters_and_says_what_it_records(root):
    chapters = {path.stem.replace("-", "_") for path in (root / "book").glob("*/*.md")}
    # Beside `sentiment` the contest on real reviews, its search, and what counting gives; beside
    # `remedies` what is frozen there, and the rates that `recurrence` shows, too; beside
    # `seq2seq` the sentences; beside `music` what is played; beside `glove` its rivals, and beside
    # `overfitting` the texts that are changed.
    beside = {"bags", "imdb", "tuning", "exploders", "french", "plays", "rates"}
    beside |= {"skipgram", "augmentation"}
    modules = {path.stem for path in (root / "helpers/experiments").glob("*.py")} - {"__init__"}
    assert modules - beside <= chapters


def test_tests_mirror_the_package(root):
    """Each folder of ``helpers/`` has one in ``tests/helpers/``, and no test lacks its module."""
    for path in (root / "tests" / "helpers").rglob("test_*.py"):
        folder = root / "helpers" / path.relative_to(root / "tests" / "helpers").parent
        assert folder.is_dir(), path
