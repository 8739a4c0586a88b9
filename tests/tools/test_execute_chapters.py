"""Executing chapters: in parallel, into a cache that stays sound whatever happens to a kernel."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from jupyter_cache import get_cache
from myst_nb.core.read import myst_nb_reader_plugin

from helpers.kernels import warm
from tests.helpers.kernels.kernels import alive, eventually
from tools import execute_chapters

ROOT = Path(__file__).resolve().parents[2]
FRONT = """---
jupytext: {text_representation: {format_name: myst}}
kernelspec: {display_name: Python 3, name: python3}
%s
---

# A page

"""

DEADLY = "os.kill(os.getppid(), signal.SIGKILL)\nimport time\ntime.sleep(30)"


@pytest.fixture
def chapter(tmp_path):
    """Write a chapter of the given cells."""

    def write(name, *cells, front="") -> Path:
        path = tmp_path / f"{name}.md"
        body = "\n".join(f"```{{code-cell}} python\n{cell}\n```\n" for cell in cells)
        path.write_text(FRONT.replace("%s", front) + body)
        return path

    return write


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


def execute(chapters, cache, key=""):
    keys = {path: path.stem + key for path in chapters}
    return execute_chapters.execute(keys, cache, os.environ)


def test_chapters_run_once_and_at_the_same_time(chapter, cache, tmp_path):
    waits = "import pathlib, time\nmark = pathlib.Path({!r})\npathlib.Path({!r}).touch()\n\
while not mark.exists():\n    time.sleep(0.05)"
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    chapters = [chapter("a", waits.format(one, two)), chapter("b", waits.format(two, one))]
    seconds, failures = execute(chapters, cache)  # each waits for the other
    assert not failures and set(seconds) == set(chapters)
    assert execute(chapters, cache) == ({}, [])
    records = get_cache(str(cache)).list_cache_records()
    assert [record.data["execution_seconds"] > 0 for record in records] == [True, True]


def test_a_chapter_whose_key_changed_runs_again_alone(chapter, cache):
    one, other = chapter("one", "print(1)"), chapter("other", "print(2)")
    keys = {one: "a", other: "b"}
    execute_chapters.execute(keys, cache, os.environ)
    ran, _ = execute_chapters.execute(keys | {one: "c"}, cache, os.environ)
    assert list(ran) == [one]
    # And once more on the way back: what is kept was made with the other key.
    ran, _ = execute_chapters.execute(keys, cache, os.environ)
    assert list(ran) == [one]
    assert execute_chapters.execute(keys, cache, os.environ) == ({}, [])


def test_code_that_comes_back_does_not_bring_back_outputs_of_another_key(chapter, cache):
    for cell, key in (("print(1)", "a"), ("print(2)", "b"), ("print(1)", "c")):
        ran, _ = execute([chapter("page", cell)], cache, key)
        assert ran, (cell, key)


def test_a_chapter_that_failed_under_a_new_key_stays_due(chapter, cache, tmp_path):
    mark = tmp_path / "mark"
    path = chapter("page", f"open({str(mark)!r}).read()")
    mark.touch()
    execute([path], cache, "a")
    mark.unlink()
    for _ in range(2):
        assert execute([path], cache, "b")[1]
    mark.touch()
    assert execute([path], cache, "b")[0]


@pytest.mark.parametrize(
    "options", [":tags: [hide-input]\n\n", "---\nmystnb: {figure: {caption: C, name: n}}\n---\n"]
)
def test_another_caption_or_tag_takes_over_the_outputs(chapter, cache, options):
    execute([chapter("page", "print(6 * 7)")], cache)
    path = chapter("page", options + "print(6 * 7)")
    assert execute([path], cache) == ({}, [])
    stored = get_cache(str(cache))
    record = stored.match_cache_notebook(myst_nb_reader_plugin(str(path)))
    [cell] = [c for c in stored.get_cache_bundle(record.pk).nb.cells if c.cell_type == "code"]
    assert cell.outputs[0].text == "42\n" and record.data["execution_seconds"] > 0


def test_a_full_disk_while_outputs_are_taken_over_costs_no_more_than_a_run(
    chapter, cache, monkeypatch
):
    execute([chapter("page", "print(1)")], cache)
    path, write = chapter("page", ":tags: [hide-input]\n\nprint(1)"), Path.write_text
    room = iter([False])

    def full_once(self, *arguments, **options):
        if self.name == "base.ipynb" and not next(room, True):
            raise OSError(28, "No space left on device")
        return write(self, *arguments, **options)

    monkeypatch.setattr(Path, "write_text", full_once)
    seconds, failures = execute([path], cache)
    assert list(seconds) == [path] and not failures


def test_a_note_that_is_cut_off_costs_nothing(chapter, cache):
    path = chapter("page", "print(1)")
    execute([path], cache)
    execute([path], cache)
    (cache / "kept.json").write_text('{"half')
    assert execute([path], cache) == ({}, [])


def test_a_page_without_cells_is_left_alone(chapter, cache):
    assert execute([chapter("prose")], cache) == ({}, [])


def test_one_failure_stops_no_other_chapter(chapter, cache):
    bad, good = chapter("bad", "x = 1", "x / 0"), chapter("good", "print(1)")
    seconds, failures = execute([bad, good], cache)
    assert list(seconds) == [good]
    assert [(failure.chapter, failure.line) for failure in failures] == [(bad, 14)]
    assert "ZeroDivisionError" in failures[0].what


def test_a_loop_without_end_meets_the_limit_of_its_front_matter(chapter, cache):
    limit = "mystnb: {execution_timeout: 1}"
    path = chapter("loop", "print(1)", "while True: pass", front=limit)
    _, [failure] = execute([path], cache)
    assert failure.line == 14 and "still running after 1 s" in failure.what


def test_waiting_on_a_busy_machine_uses_nothing_up(chapter, cache):
    limit = "mystnb: {execution_timeout: 1}"
    path = chapter("waits", "import time", "time.sleep(3)", front=limit)
    seconds, failures = execute([path], cache)
    assert not failures and seconds[path] > 3


def test_a_cell_that_waits_for_ever_is_ended_all_the_same(chapter, cache, monkeypatch):
    monkeypatch.setattr(execute_chapters, "HANG", 2)
    limit = "mystnb: {execution_timeout: 1}"
    path = chapter("hangs", "import threading", "threading.Event().wait()", front=limit)
    _, [failure] = execute([path], cache)
    assert "still running" in failure.what


@pytest.mark.parametrize(
    ("last", "told"),
    [
        ("os._exit(3)", "exit code 3"),
        ("os.kill(os.getpid(), 9)", "perhaps for want of memory"),
    ],
)
def test_a_kernel_that_ends_is_reported_with_its_cell(chapter, cache, last, told):
    _, [failure] = execute([chapter("gone", "import os", last)], cache)
    assert failure.line == 14 and "the kernel ended in this cell" in failure.what
    assert told in failure.what


def test_a_kernel_that_is_not_there_is_reported(chapter, cache, tmp_path):
    path = chapter("other", "1")
    path.write_text(path.read_text().replace("name: python3", "name: cobol"))
    _, [failure] = execute([path], cache)
    assert "cobol" in failure.what


def test_a_full_disk_costs_the_chapter_and_not_the_cache(chapter, cache, monkeypatch):
    execute([chapter("earlier", "print(0)")], cache)
    path = chapter("page", "print(1)")

    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full)
        _, [failure] = execute([path], cache)
    assert "No space left on device" in failure.what
    seconds, failures = execute([path], cache)
    assert list(seconds) == [path] and not failures


@pytest.mark.parametrize("kept", [0.0, 0.1, 0.9, "all but the end", None])
def test_a_damaged_entry_runs_again(chapter, cache, kept):
    path = chapter("page", "print(1)")
    execute([path], cache)
    [entry] = cache.glob("executed/*/base.ipynb")
    text = entry.read_text()
    if kept is None:
        entry.unlink()
    else:
        entry.write_text(
            text[: text.rindex("}") if kept == "all but the end" else int(len(text) * kept)]
        )
    seconds, failures = execute([path], cache)
    assert list(seconds) == [path] and not failures


def test_a_damaged_database_starts_a_new_cache(chapter, cache):
    path = chapter("page", "print(1)")
    execute([path], cache)
    (cache / "global.db").write_bytes(b"not a database" * 1000)
    seconds, failures = execute([path], cache)
    assert list(seconds) == [path] and not failures


def test_ctrl_c_ends_every_kernel_and_keeps_what_ran(chapter, cache, tmp_path):
    mark = tmp_path / "pid"
    quick = chapter("quick", "print(1)")
    tells = f"pathlib.Path({str(mark)!r}).write_text(str(os.getpid()))"
    slow = chapter("slow", f"import os, pathlib, time\n{tells}", "time.sleep(3600)")
    code = "import os, sys; from pathlib import Path; from tools.execute_chapters import execute\n\
*chapters, cache = map(Path, sys.argv[1:])\n\
execute({path: path.stem for path in chapters}, cache, os.environ)"
    command = [sys.executable, "-c", code, str(quick), str(slow), str(cache)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert process.stdout is not None
    assert b"quick" in process.stdout.readline()
    assert eventually(lambda: mark.exists() and mark.read_text(), 60)
    process.send_signal(signal.SIGINT)
    process.wait(300)  # and not until the cell is done
    assert eventually(lambda: not alive(int(mark.read_text())))
    [record] = get_cache(str(cache)).list_cache_records()
    assert record.uri == str(quick)


def test_a_server_killed_in_the_middle_is_reported_and_replaced(chapter, cache):
    with warm.private_servers():
        deadly = chapter("deadly", "import os, signal", DEADLY)
        _, [failure] = execute([deadly], cache)
        assert "the kernel ended in this cell" in failure.what
        seconds, failures = execute([chapter("next", "print(1)")], cache)
    assert len(seconds) == 1 and not failures
