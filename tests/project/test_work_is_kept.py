"""No command of a clone or of a kit changes a byte that a person wrote where people work."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest

from helpers.grading.course import main
from helpers.grading.sources import convert
from tests.grading import toy

PARTS = ["helpers", "solutions", "tools"]  # not exercises/, where somebody may be at work
FILES = ["LICENSE", "Makefile", "nbgrader_config.py", "pyproject.toml", "requirements.txt"]
# Too long for a test, or in need of a terminal: of these it is read what they would do.
READ = {"book", "pdf", "watch", "test", "quick", "corpora", "weights", "results"}
IF_NEEDED = re.compile(r".* -m tools\.release_exercises --if-needed\n")  # which `make kit` proves
READ |= {"bench", "diagrams", "lab", "lock", "lint", "system"}
BIN = Path(sys.executable).parent
PROGRAMS = {
    "python": f"'{sys.executable}'",
    "course": f"'{BIN}/course' --course '{{folder}}'",
    "nbgrader": f"'{BIN}/nbgrader'",
}
MARKERS = re.compile(r"^\s*### (BEGIN|END) SOLUTION\n?", re.MULTILINE)


def environment(folder):
    """Programs where the Makefile looks for an environment: ours, at work on this folder."""
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name, words in PROGRAMS.items():
        (programs / name).write_text(f'#!/bin/sh\nexec {words.format(folder=folder)} "$@"\n')
        (programs / name).chmod(0o755)


def run(folder, *command):
    own = {**os.environ, "HOME": str(folder.parent)}
    done = subprocess.run(command, cwd=folder, env=own, capture_output=True, text=True)
    assert "Traceback" not in done.stderr
    return done


def make(folder, *words):
    """Run make with the environment above, which it takes for current."""
    done = run(folder, "make", "-o", "environment", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def course(folder, *words):
    return run(folder, folder / ".venv" / "bin" / "course", *words)


def work(folder, solutions):
    """A completed notebook in every exercise, notes beside it, and what editors leave."""
    for path in sorted(folder.glob("exercises/*/*.ipynb")):
        notebook, source = nbformat.read(path, as_version=4), solutions / f"{path.stem}.md"
        solved = {cell.id: MARKERS.sub("", cell.source) for cell in convert(source).cells}
        for cell in notebook.cells:
            if cell.metadata.get("nbgrader", {}).get("solution"):
                cell.source = solved[cell.id]
        nbformat.write(notebook, path)
        (path.parent / "note.txt").write_text(f"what I think of {path.stem}")
        (path.parent / ".ipynb_checkpoints").mkdir()
        (path.parent / ".ipynb_checkpoints" / path.name).write_text("an older state")
        (path.parent / "__pycache__").mkdir()
        (path.parent / "__pycache__" / "mine.pyc").write_text("somebody's")
    for path in folder.glob("exercises/*/*.json"):
        path.write_text("{}")
    (folder / "exercises" / "scratch.ipynb").write_text("a notebook of one's own")


def contents(*folders):
    """Every file, but the list of releases, which is the course's own."""
    return {
        path: path.read_bytes()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and path.name != "releases.json"
    }


def targets(makefile):
    return set(re.findall(r"^([a-z]+):.*## ", makefile.read_text(encoding="utf-8"), re.MULTILINE))


@pytest.fixture
def clone(root, tmp_path):
    """What of the course releases and grades, with a small assignment more."""
    folder = tmp_path / "clone"
    for name in PARTS:
        products = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
        shutil.copytree(root / name, folder / name, ignore=products)
    for name in FILES:
        shutil.copy(root / name, folder)
    environment(folder)
    return toy.make_clone(folder)


@pytest.mark.skipif(bool(toy.NO_SANDBOX), reason=toy.NO_SANDBOX)
def test_in_a_clone_every_byte_is_still_there(clone):
    make(clone, "exercises")
    work(clone, clone / "solutions")
    toy.hand_in(clone, "ada", toy.SOLUTION)
    (clone / "exchange" / "note.txt").write_text("handed in by nbgrader's exchange")
    before = contents(clone / "exercises", clone / "submitted", clone / "exchange")
    ran = {"help", "exercises", "kit", "grade", "clean"}
    assert ran | READ == targets(clone / "Makefile"), "a new command: run it here, or read it"

    for target in ("help", "exercises", "kit"):
        make(clone, target)
    make(clone, "grade", "A=toy")
    now = contents(clone / "exercises", clone / "submitted", clone / "exchange")
    assert now == before, "nothing was released: everything was current"
    commands = {
        "check": ["exercises/toy/toy.ipynb"],
        "grade": ["toy", "--force"],
        "status": ["toy"],
        "feedback": ["toy"],
        "kit": [],
    }
    assert set(commands) == set(main.commands), "a new command: run it here"
    for name, words in commands.items():
        done = course(clone, name, *words)
        assert done.returncode == 0, done.stderr
    for name in READ:
        told = IF_NEEDED.sub("", make(clone, "-n", name))
        assert not re.search(r"release_exercises|rm |mv |cp |> *[\w/]*exercises", told), told
    for path in (clone / "solutions").glob("*.md"):  # the author goes on, and releases again
        path.write_text(path.read_text(encoding="utf-8") + "\nOne remark more.\n")
    told = make(clone, "exercises")
    assert told.count("was changed here: left as it is, the new release is") == len(
        list((clone / "solutions").glob("*.md"))
    )
    make(clone, "clean")
    now = contents(clone / "exercises", clone / "submitted", clone / "exchange")
    assert {path: now.get(path) for path in before} == before
    added = {path.name for path in now.keys() - before.keys()}
    assert added == {f"{path.stem} (new release).ipynb" for path in clone.glob("solutions/*.md")}
    assert (clone / "gradebook.db").is_file()


@pytest.mark.skipif(bool(toy.NO_SANDBOX), reason=toy.NO_SANDBOX)
def test_in_a_kit_every_byte_is_still_there(root, clone, tmp_path):
    shutil.copytree(root / "tools" / "kit", clone / "tools" / "kit", dirs_exist_ok=True)
    make(clone, "kit")
    with zipfile.ZipFile(clone / "_build" / "networks-that-remember.zip") as archive:
        archive.extractall(tmp_path)
    kit = tmp_path / "networks-that-remember"
    environment(kit)
    work(kit, clone / "solutions")
    before = contents(kit / "exercises", kit / "released")
    assert targets(kit / "Makefile") == {"help", "environment", "lab", "check", "clean"}
    make(kit, "help")
    assert "10 of 10" not in make(kit, "check", "N=toy"), "some of its tests are hidden"
    for name in main.commands:
        done = course(kit, name, "toy")
        assert done.returncode != 0
    assert not re.search(r"rm |mv |cp |>", make(kit, "-n", "lab"))
    make(kit, "clean")
    assert contents(kit / "exercises", kit / "released") == before
