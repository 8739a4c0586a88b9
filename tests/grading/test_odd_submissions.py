"""A class of odd submissions between two honest ones: each gets its row, and the class goes on."""

from __future__ import annotations

import copy
import csv
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from helpers.grading.submission import shown
from tests.exercises.course import scores
from tests.grading import toy
from tests.grading.test_course import run

pytestmark = pytest.mark.skipif(bool(toy.NO_SANDBOX), reason=toy.NO_SANDBOX)
GOOD = toy.submission(toy.SOLUTION)
DOUBLE, REST = toy.SOLUTION.split("\n\n\n")
TIME = "2027-03-01 14:05:00 UTC"


def edited(change: Callable[[list[dict[str, Any]]], object]) -> bytes:
    """The honest notebook after this was done to its cells."""
    notebook = copy.deepcopy(GOOD)
    change(notebook["cells"])
    return json.dumps(notebook).encode()


def solution(source: str) -> bytes:
    return edited(lambda cells: cells[1].update(source=source))


def outputs(*found: dict[str, Any]) -> bytes:
    return edited(lambda cells: cells[1].update(outputs=list(found)))


def stripped(*numbers: int) -> bytes:
    def strip(cells):
        for number in numbers:
            cells[number].update(metadata={})
            cells[number].pop("id", None)

    return edited(strip)


def own(source: str) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": []}


def copied(source: str) -> dict[str, Any]:
    return {**copy.deepcopy(GOOD["cells"][1]), "source": source}


def old_format() -> bytes:
    cells = copy.deepcopy(GOOD["cells"])
    for cell in cells:
        cell["input"] = cell.pop("source")
    return json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]}).encode()


def nested(depth: int) -> Any:
    return json.loads("[" * depth + "]" * depth)


HONEST = json.dumps(GOOD).encode()
NOTEBOOK = "toy/toy.ipynb"
# Student: the files of the folder, the status, the points, and words of the message.
ODD: dict[str, tuple[dict[str, bytes], str, float, str]] = {
    # what honest tools do
    "metadata-lost-on-one": ({NOTEBOOK: stripped(1)}, "graded", 10, ""),
    "metadata-lost-on-all": ({NOTEBOOK: stripped(*range(5))}, "graded", 10, ""),
    "typed-again": (
        {NOTEBOOK: edited(lambda c: c.__setitem__(1, own(toy.SOLUTION)))},
        "graded",
        10,
        "",
    ),
    "typed-again-at-the-top": (
        {NOTEBOOK: edited(lambda c: (c.pop(1), c.insert(0, own(toy.SOLUTION))))},
        "graded",
        10,
        "'solve' is not there",
    ),
    "split": (
        {NOTEBOOK: edited(lambda c: (c.__setitem__(1, copied(DOUBLE)), c.insert(2, copied(REST))))},
        "graded",
        10,
        "'solve' is there 2 times",
    ),
    "split-without-metadata": (
        {NOTEBOOK: edited(lambda c: (c.__setitem__(1, own(DOUBLE)), c.insert(2, own(REST))))},
        "graded",
        10,
        "",
    ),
    "two-versions": (
        {
            NOTEBOOK: edited(
                lambda c: (
                    c.__setitem__(1, copied("answer = 1")),
                    c.insert(2, copied(toy.SOLUTION)),
                )
            )
        },
        "graded",
        10,
        "2 times",
    ),
    "stub-kept-beside": (
        {
            NOTEBOOK: edited(
                lambda c: (c.__setitem__(1, copied(toy.STUB)), c.insert(2, own(toy.SOLUTION)))
            )
        },
        "graded",
        10,
        "",
    ),
    "browser-suffix": ({"toy/toy (1).ipynb": HONEST}, "graded", 10, "taken from toy (1).ipynb"),
    "copy-suffix": ({"toy/toy-Copy1.ipynb": HONEST}, "graded", 10, "toy-Copy1.ipynb"),
    "upper-case": ({"TOY/TOY.IPYNB": HONEST}, "graded", 10, "TOY.IPYNB"),
    "text-ending": ({"toy/toy.ipynb.txt": HONEST}, "graded", 10, "toy.ipynb.txt"),
    "one-deeper": ({"toy/homework/toy.ipynb": HONEST}, "graded", 10, ""),
    "beside-its-folder": ({"toy.ipynb": HONEST}, "graded", 10, ""),
    "two-files": (
        {NOTEBOOK: solution("answer = 1"), "toy/toy-final.ipynb": HONEST},
        "graded",
        10,
        "the newest that fits of 2 files",
    ),
    "newest-is-another": (
        {NOTEBOOK: HONEST, "toy/zzz.ipynb": b'{"cells": []}'},
        "graded",
        10,
        "the newest that fits of 2 files",
    ),
    "checkpoint-beside": (
        {"toy/.ipynb_checkpoints/toy-checkpoint.ipynb": b"{}", NOTEBOOK: HONEST},
        "graded",
        10,
        "",
    ),
    "byte-order-mark": ({NOTEBOOK: b"\xef\xbb\xbf" + HONEST}, "graded", 10, ""),
    "utf-16": ({NOTEBOOK: HONEST.decode().encode("utf-16")}, "graded", 10, ""),
    "format-3": ({NOTEBOOK: old_format()}, "graded", 10, ""),
    "large-outputs": (
        {
            NOTEBOOK: outputs(
                {
                    "output_type": "display_data",
                    "metadata": {},
                    "data": {"image/png": "A" * 30_000_000},
                }
            )
        },
        "graded",
        10,
        "",
    ),
    "not-a-number": ({NOTEBOOK: outputs({"data": {"x": float("nan")}})}, "graded", 10, ""),
    # what is named for what it is
    "another-assignment": (
        {
            NOTEBOOK: edited(
                lambda c: [
                    cell.update(metadata={}, id="", source=f"other = {cell['source']!r}")
                    for cell in c
                ]
            )
        },
        "rejected",
        0,
        "is not a notebook of 'toy'",
    ),
    "no-solution": ({NOTEBOOK: edited(lambda c: c.pop(1))}, "rejected", 0, "no solution cell"),
    "nothing": ({"toy/readme.md": b"later"}, "rejected", 0, "there is readme.md"),
    "empty": ({NOTEBOOK: b""}, "rejected", 0, "it is empty"),
    "cut": ({NOTEBOOK: HONEST[:500]}, "rejected", 0, "ends in the middle"),
    "merge": ({NOTEBOOK: b"<<<<<<< HEAD\n" + HONEST}, "rejected", 0, "unresolved merge"),
    "login-page": ({NOTEBOOK: b"<html>Log in</html>"}, "rejected", 0, "a web page"),
    "zip": ({NOTEBOOK: b"PK\x03\x04"}, "rejected", 0, "zip archive"),
    "deep": ({NOTEBOOK: b"[" * 100_000}, "rejected", 0, "nested too deeply"),
    "source-is-a-number": (
        {NOTEBOOK: edited(lambda c: c[1].update(source=3))},
        "rejected",
        0,
        "cell 2: its source is not text",
    ),
    # what nothing can store, print or compile
    "half-a-character": ({NOTEBOOK: solution(toy.SOLUTION + "# '\ud800'")}, "graded", 10, ""),
    "half-a-character-in-a-text": (
        {NOTEBOOK: solution("mark = '\ud83d'\n" + toy.SOLUTION)},
        "graded",
        10,
        "",
    ),
    "null-character": ({NOTEBOOK: solution(toy.SOLUTION + "# \0")}, "graded", 10, ""),
    "half-a-character-shown": (
        {
            NOTEBOOK: solution(
                toy.SOLUTION + "for _ in range(50): print('\\ud800 \\udc80 \\x00', flush=True)"
            )
        },
        "graded",
        10,
        "",
    ),
    "half-a-character-in-an-answer": (
        {NOTEBOOK: solution(toy.SOLUTION.replace("42", "'\\ud800'"))},
        "graded",
        8,
        "",
    ),
    "half-a-character-raised": (
        {NOTEBOOK: solution(toy.SOLUTION + "raise ValueError('\\ud800\\x00')")},
        "graded",
        10,
        "",
    ),
    "json-700-deep": (
        {
            NOTEBOOK: solution(
                toy.SOLUTION + "from IPython.display import display\n"
                "x = 1\nfor _ in range(700): x = [x]\n"
                "display({'application/json': x, 'text/plain': 'deep'}, raw=True)"
            )
        },
        "graded",
        10,
        "",
    ),
    "forged-outputs": (
        {
            NOTEBOOK: outputs(
                {"output_type": "display_data", "data": {"application/json": nested(700)}}
            )
        },
        "graded",
        10,
        "",
    ),
    "magic-that-is-none": ({NOTEBOOK: solution("%nonsense\n" + toy.SOLUTION)}, "graded", 0, ""),
    "syntax-error": ({NOTEBOOK: solution("def double(x:\n")}, "graded", 0, ""),
    "hidden-marker": (
        {NOTEBOOK: solution(toy.SOLUTION + "### BEGIN HIDDEN TESTS\n")},
        "graded",
        10,
        "",
    ),
    # timestamps
    "late": ({NOTEBOOK: HONEST, "toy/timestamp.txt": TIME.encode()}, "graded", 10, ""),
    "time-empty": ({NOTEBOOK: HONEST, "toy/timestamp.txt": b""}, "graded", 10, "says no time"),
    "time-binary": (
        {NOTEBOOK: HONEST, "toy/timestamp.txt": b"\xff\xfe\0\0\x80"},
        "graded",
        10,
        "says no time such as '2027",
    ),
    "time-large": (
        {NOTEBOOK: HONEST, "toy/timestamp.txt": b"1" * 30_000_000},
        "graded",
        10,
        "says no time",
    ),
    "time-words": (
        {NOTEBOOK: HONEST, "toy/timestamp.txt": b"last Tuesday"},
        "graded",
        10,
        "says no time",
    ),
    # names
    "s" * 250: ({NOTEBOOK: HONEST}, "graded", 10, ""),
    "Ünïcödé 学生": ({NOTEBOOK: HONEST}, "graded", 10, ""),
    "o'hara; --{0}%s+a,b=c@d.e": ({NOTEBOOK: HONEST}, "graded", 10, ""),
    "-": ({NOTEBOOK: HONEST}, "graded", 10, ""),
    "[a-z]*": ({NOTEBOOK: HONEST}, "rejected", 0, "takes for a pattern"),
    " padded ": ({NOTEBOOK: HONEST}, "rejected", 0, "rename it"),
    "two\nlines": ({NOTEBOOK: HONEST}, "rejected", 0, "rename it"),
    os.fsdecode(b"caf\xe9"): ({NOTEBOOK: HONEST}, "rejected", 0, "not text in UTF-8"),
}


def hand_in(course: Path, student: str, files: dict[str, bytes]) -> None:
    for age, (name, content) in enumerate(files.items()):
        path = course / "submitted" / student / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (age, age))


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    course = toy.make_course(tmp_path_factory.mktemp("odd"))
    for student, (files, *_) in ODD.items():
        hand_in(course, student, files)
    for neighbour in ("aaa", "zzz"):
        hand_in(course, neighbour, {NOTEBOOK: HONEST})
    linked = course / "submitted" / "linked"
    linked.mkdir()
    (linked / "toy").symlink_to(course / "submitted" / "aaa" / "toy")
    (course / "submitted" / "piped" / "toy").mkdir(parents=True)
    os.mkfifo(course / "submitted" / "piped" / "toy" / "toy.ipynb")
    code, out, err = run(course, "grade", "toy", "--seconds", "60")
    _, told, _ = run(course, "status", "toy", "--csv")
    rows = {row["student"]: row for row in csv.DictReader(io.StringIO(told))}
    return course, code, out + err, rows


def test_every_submission_has_a_row_and_the_exit_code_tells(graded):
    _, code, told, rows = graded
    assert set(rows) == {*map(shown, ODD), "aaa", "zzz", "linked", "piped"}
    assert code == 1 and "need a person" in told
    assert "Traceback" not in told


def test_the_neighbours_are_none_the_worse(graded):
    course, _, _, rows = graded
    found = scores(course, "toy")
    for name in ("aaa", "zzz"):
        assert (rows[name]["status"], found[name]) == ("graded", toy.FULL)


@pytest.mark.parametrize("student", ODD, ids=lambda name: shown(name)[:40])
def test_an_odd_submission_ends_as_it_should(graded, student):
    course, _, _, rows = graded
    _, status, points, words = ODD[student]
    row = rows[shown(student)]
    assert (row["status"], float(row["score"])) == (status, points), row
    assert words in row["message"]
    if status == "graded":
        assert sum(scores(course, "toy")[student].values()) == points
    else:
        assert student not in scores(course, "toy") and row["message"]


def test_links_and_pipes_are_not_followed(graded):
    _, _, _, rows = graded
    assert rows["linked"]["status"] == rows["piped"]["status"] == "rejected"
    assert "link" in rows["linked"]["message"]
    assert "not a regular file" in rows["piped"]["message"]


def test_a_time_that_is_mended_is_recorded_without_grading_again(graded):
    from nbgrader.api import Gradebook

    course, *_ = graded
    [entry] = (course / "_build" / "grading" / "toy").glob("time-words.json")
    before = json.loads(entry.read_text())
    stamp = course / "submitted" / "time-words" / "toy" / "timestamp.txt"
    stamp.write_text(TIME)
    code, out, _ = run(course, "grade", "toy", "--seconds", "60", "--student", "time-words")
    assert code == 0 and "says no time" not in out
    assert json.loads(entry.read_text())["verdict"] == before["verdict"]
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        assert str(gradebook.find_submission("toy", "time-words").timestamp) == TIME[:19]


def test_everybody_with_a_grade_gets_a_page_and_the_rest_are_named(graded):
    course, _, _, rows = graded
    code, out, err = run(course, "feedback", "toy")
    assert "Traceback" not in out + err
    pages = {path.parents[1].name for path in (course / "feedback").glob("*/toy/toy.html")}
    assert pages == {
        name for name in [*ODD, "aaa", "zzz"] if rows[shown(name)]["status"] == "graded"
    }
    assert code == 1
    for name in set(ODD) - pages:
        assert shown(name) in err
    assert not list((course / "_build").glob("feedback-*"))
