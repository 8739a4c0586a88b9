"""Attacks in a student's cells: none scores, none sees a hidden line, none touches anything."""

import json
import os
from pathlib import Path

import psutil
import pytest

from helpers.grading import warm
from helpers.grading.verdict import grade
from tests.grading import toy

pytestmark = pytest.mark.skipif(bool(toy.NO_SANDBOX), reason=toy.NO_SANDBOX)
ATTACKS = sorted(toy.ATTACKS.glob("*.md"))
# What ends a notebook, and how it is called.
ENDS = {
    "endless-loop": "timed_out",
    "sleeps": "timed_out",
    "function-never-ends": "timed_out",
    "ignores-interrupts": "timed_out",
    "memory-hog": "out_of_memory",
    "os-exit": "crashed",
    "deep-json": "crashed",
    "huge-answer-frame": "crashed",
    "many-frames": "crashed",
    "no-message": "crashed",
    "own-zmtp": "crashed",
    "prints-megabytes-forever": "crashed",
}
# Words that an attack prints when it got somewhere.
TRIUMPHS = ("REACHED", "PASSWD", "WROTE", "UNSHARED", "MOUNTED", "ROOT")


@pytest.fixture(scope="module", autouse=True)
def server():
    """A sandboxed server that all attacks share, as submissions of one class do."""
    with warm.private_servers() as folder:
        yield folder


def _solved():
    verdict = grade(toy.job(toy.submission(toy.SOLUTION)))
    assert verdict["status"] == "graded", verdict["message"]
    return {name: test["points"] for name, test in verdict["tests"].items()}


def test_the_solution_gets_everything_and_the_blank_nothing(server):
    assert _solved() == toy.FULL
    blank = grade(toy.job(toy.submission()))
    assert {test["points"] for test in blank["tests"].values()} == {0}


@pytest.mark.parametrize("path", ATTACKS, ids=lambda path: path.stem)
def test_attack(path, server):
    _, code = toy.attack(path)
    before = {folder: set(os.listdir(folder)) for folder in ("/", "/tmp", "/usr", "/dev/shm")}
    verdict = grade(toy.job(toy.submission(code)))
    told = json.dumps(verdict)
    assert {test["points"] for test in verdict["tests"].values()} == {0.0}, verdict["tests"]
    assert verdict["status"] == ENDS.get(path.stem, verdict["status"])
    assert verdict["status"] in {"graded", "crashed", "timed_out", "out_of_memory"}
    assert toy.SECRET not in told and "BEGIN HIDDEN" not in told
    assert not [word for word in TRIUMPHS if word in told]
    assert len(told) < 3_000_000
    for folder, names in before.items():
        new = set(os.listdir(folder)) - names
        assert not {name for name in new if "owned" in name or name == "big"}, (folder, new)
    left = [p for p in psutil.process_iter(["cmdline"]) if "left behind" in str(p.info["cmdline"])]
    assert not left
    assert not list(Path(server).glob("k*"))  # the places of ended kernels
    # The next student, on the same server, is none the worse for it.
    assert _solved() == toy.FULL
