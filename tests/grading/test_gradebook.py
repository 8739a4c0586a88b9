"""When the gradebook cannot be written, and when it is PostgreSQL."""

import csv
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from tests.grading import databases, toy

pytestmark = pytest.mark.skipif(bool(toy.NO_SANDBOX), reason=toy.NO_SANDBOX)
STUDENTS = [f"s{number}" for number in range(3)]


def course(folder: Path, *words: str) -> tuple[int, str, str]:
    command = [str(Path(sys.executable).with_name("course")), "--course", str(folder), *words]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=3000)
    return done.returncode, done.stdout, done.stderr


def statuses(folder: Path) -> list[str]:
    _, out, _ = course(folder, "status", "toy", "--csv")
    return [row["status"] for row in csv.DictReader(io.StringIO(out))]


def verdicts(folder: Path) -> dict[str, dict]:
    found = (folder / "_build" / "grading" / "toy").glob("*.json")
    return {path.stem: json.loads(path.read_text())["verdict"] for path in found}


def recorded(url: str) -> dict[str, float]:
    """Every submission in a gradebook; one that is there twice would be an error of nbgrader's."""
    with Gradebook(url) as gradebook:
        found = [(s.student.id, s.score) for s in gradebook.assignment_submissions("toy")]
    assert len(found) == len(dict(found))
    return dict(found)


def hand_in(folder: Path) -> Path:
    for name in STUDENTS:
        toy.hand_in(folder, name, toy.SOLUTION)
    return folder


def set_database(folder: Path, url: str) -> None:
    config = folder / "nbgrader_config.py"
    lines = config.read_text().splitlines()
    [number] = [n for n, line in enumerate(lines) if line.startswith("c.CourseDirectory.db_url")]
    lines[number] = f"c.CourseDirectory.db_url = {url!r}"
    config.write_text("\n".join(lines) + "\n")


def test_a_locked_gradebook_costs_no_verdict(tmp_path):
    folder = hand_in(toy.make_course(tmp_path))
    url = f"sqlite:///{folder / 'gradebook.db'}"
    set_database(folder, url + "?timeout=0.5")
    lock = sqlite3.connect(folder / "gradebook.db", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    code, out, _ = course(folder, "grade", "toy")
    assert code == 1 and "database is locked" in out
    assert statuses(folder) == ["not recorded"] * 3
    before = verdicts(folder)
    lock.execute("ROLLBACK")
    lock.close()
    code, _, err = course(folder, "grade", "toy")
    assert code == 0, err
    assert statuses(folder) == ["graded"] * 3
    assert verdicts(folder) == before  # to the second: recorded again, not graded again
    assert recorded(url) == dict.fromkeys(STUDENTS, 10.0)


def test_a_full_disk_costs_no_verdict_that_was_kept(tmp_path):
    mount = tmp_path / "small"
    mount.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(mount)]
    if os.geteuid() or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("a small disk can be mounted by root alone")
    try:
        folder = hand_in(toy.make_course(mount / "course"))
        filler = mount / "filler"
        with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space"):
            while True:
                file.write(b"x" * 4096)
        os.truncate(filler, filler.stat().st_size - 40_000)
        code, out, err = course(folder, "grade", "toy")
        assert code == 1 and "Traceback" not in err
        assert "No space left" in err or "disk is full" in out + err
        before = verdicts(folder)
        filler.unlink()
        code, _, err = course(folder, "grade", "toy")
        assert code == 0, err
        assert statuses(folder) == ["graded"] * 3
        after = verdicts(folder)
        assert before == {name: after[name] for name in before}
        assert recorded(f"sqlite:///{folder / 'gradebook.db'}") == dict.fromkeys(STUDENTS, 10.0)
    finally:
        subprocess.run(["umount", "--lazy", str(mount)], check=True)


def test_the_gradebook_may_be_postgresql(tmp_path):
    with databases.postgresql() as url:
        folder = tmp_path / "course"
        folder.mkdir()
        shutil.copy(toy.ROOT / "nbgrader_config.py", folder)
        set_database(folder, url)
        hand_in(toy.make_course(folder))
        code, out, err = course(folder, "grade", "toy")
        assert code == 0, out + err
        assert recorded(url) == dict.fromkeys(STUDENTS, 10.0)
        assert not (folder / "gradebook.db").exists()
