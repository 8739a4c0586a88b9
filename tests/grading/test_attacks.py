"""Attacks in a student's cells: none scores, none sees a hidden line, none touches anything.

All of them run twice where root tests: on a grader that is root, and on one that is an ordinary
user, as on most instructors' machines.
"""

import json
import os
from collections import defaultdict

import psutil
import pytest

from tests.grading import toy
from tests.grading.grader import grader

pytestmark = pytest.mark.skipif(bool(toy.NO_SANDBOX), reason=toy.NO_SANDBOX)
ATTACKS = sorted(toy.ATTACKS.glob("*.md"))
WHO = ["root", "user"] if os.getuid() == 0 else ["user"]
# What ends a notebook, and how it is called.
ENDS = {
    "endless-loop": "timed_out",
    "sleeps": "timed_out",
    "function-never-ends": "timed_out",
    "ignores-interrupts": "timed_out",
    "memory-hog": "out_of_memory",
    "socket-buffers": "out_of_memory",
    "empty-pages": "out_of_memory",
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
OUTCOMES: dict[str, dict[str, str]] = defaultdict(dict)


@pytest.fixture(scope="module", params=WHO)
def server(request):
    """A grader with a sandboxed server that all attacks share, as submissions of a class do."""
    with grader(request.param) as found:
        yield found


def _points(verdict):
    return {name: test["points"] for name, test in verdict["tests"].items()}


def _for_the_student(verdict):
    """What of a verdict a student gets to see."""
    outputs = {name: out for name, out in verdict["outputs"].items() if name not in verdict["held"]}
    messages = [test.get("told", test["message"]) for test in verdict["tests"].values()]
    return [verdict["status"], verdict["message"], outputs, messages]


def test_the_solution_gets_everything_and_the_blank_nothing(server):
    solved, blank = server.grade((toy.SOLUTION, ""), (toy.STUB, ""))
    assert solved["status"] == "graded", solved["message"]
    assert _points(solved) == toy.FULL
    assert set(_points(blank).values()) == {0}


@pytest.mark.parametrize("path", ATTACKS, ids=lambda path: path.stem)
def test_attack(path, server):
    _, *attack = toy.attack(path)
    looks, together = toy.follow_up(path)
    # On a busy machine it may take long to take much memory.
    limits = {"seconds": 120} if ENDS.get(path.stem) == "out_of_memory" else {}
    before = {folder: set(os.listdir(folder)) for folder in ("/", "/tmp", "/usr", "/dev/shm")}
    # The next student, on the same server, is none the worse for it.
    neighbour = (toy.SOLUTION + looks, "")
    if together:
        verdict, other = server.grade(attack, neighbour, **limits)
    else:
        [verdict], [other] = server.grade(attack, **limits), server.grade(neighbour)
    OUTCOMES[path.stem][server.who] = f"{sum(_points(verdict).values()):g} {verdict['status']}"
    told = json.dumps([_for_the_student(verdict), other])
    assert set(_points(verdict).values()) == {0.0}, verdict["tests"]
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
    assert _points(other) == toy.FULL, other


def test_every_attack_was_tried_by_everybody():
    # Which limit stops a fork bomb first is a matter of moments; points are not.
    for name, outcomes in sorted(OUTCOMES.items()):
        print(f"{name:28}", *(f"{who}: {outcomes.get(who, '-'):18}" for who in WHO))
    assert all(set(outcomes) == set(WHO) for outcomes in OUTCOMES.values())
