"""Watching: what is saved stands in the open page, a fault in the terminal, and Ctrl-C ends it."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest

from tests.helpers.kernels.kernels import eventually
from tools import watch_book

ROOT = Path(__file__).resolve().parents[2]
PAGE = """---
jupytext: {text_representation: {format_name: myst}}
kernelspec: {display_name: Python 3, name: python3}
---

# A page

```{code-cell} python
print(6 * 7)
```

First sentence.
"""
PATIENCE = 300


@pytest.fixture
def book(tmp_path):
    """A book of one page with the project's own configuration."""
    for name in ("_config.yml", "book/_static", "tools/extensions"):
        source, target = ROOT / name, tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: book/page\n")
    (tmp_path / "book/references.bib").write_text("")
    (tmp_path / "book/page.md").write_text(PAGE)
    return tmp_path


class Watcher:
    """``make watch`` on a small book, with all that it says."""

    def __init__(self, book: Path) -> None:
        self.page, self.said = book / "book/page.md", ""
        command = [sys.executable, "-m", "tools.watch_book", str(book)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        threading.Thread(target=self.listen, daemon=True).start()
        assert self.says(r"http://127\.0\.0\.1:\d+/ shows")
        self.url = re.search(r"http://\S+", self.said)[0]

    def listen(self) -> None:
        for line in self.process.stdout:
            self.said += line

    def says(self, what: str) -> bool:
        return eventually(lambda: re.search(what, self.said), PATIENCE)

    def save(self, text: str) -> None:
        self.said = ""
        self.page.write_text(text)

    def serves(self) -> str:
        with urllib.request.urlopen(f"{self.url}book/page.html") as answer:
            return answer.read().decode()


@pytest.fixture
def watcher(book):
    watching = Watcher(book)
    yield watching
    if watching.process.poll() is None:
        watching.process.send_signal(signal.SIGINT)
        watching.process.wait(PATIENCE)


def test_what_is_saved_stands_in_the_open_page(watcher, browser):
    page = browser.new_page()
    faults = []
    page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    page.set_default_timeout(PATIENCE * 1000)
    page.goto(f"{watcher.url}book/page.html")
    watcher.save(PAGE.replace("First", "Second"))
    page.get_by_text("Second sentence.").wait_for()
    assert watcher.says("0 chapters executed")
    watcher.save(PAGE.replace("6 * 7", "6 * 8"))
    page.get_by_text("48").wait_for()
    assert watcher.says("1 chapters executed") and not faults
    page.close()


def test_a_fault_is_told_and_the_last_good_book_stays(watcher):
    watcher.save(PAGE + "\nSee {ref}`nowhere`.\n")
    assert watcher.says(r"page\.md:\d+: WARNING.*nowhere") and watcher.says("has faults")
    watcher.save(PAGE.replace("6 * 7", "1 / 0"))
    assert watcher.says("ZeroDivisionError")
    watcher.save(PAGE.replace("6 * 7", "x = ("))
    assert watcher.says("Python cannot read these cells")
    assert "First sentence" in watcher.serves() and "nowhere" not in watcher.serves()
    watcher.save(PAGE.replace("First", "Last"))
    assert watcher.says("book: ") and "Last sentence" in watcher.serves()


def test_a_new_table_of_contents_counts_even_if_it_is_another_file(watcher, book):
    watcher.said = ""
    (book / "book/other.md").write_text("# Another page\n")
    (book / "toc.new").write_text(
        "format: jb-book\nroot: book/page\nchapters: [file: book/other]\n"
    )
    (book / "toc.new").replace(book / "_toc.yml")
    assert eventually(lambda: "Another page" in watcher.serves(), PATIENCE)


def test_ctrl_c_ends_it_with_a_line(watcher):
    port = int(watcher.url.rsplit(":", 1)[1].strip("/"))
    watcher.process.send_signal(signal.SIGINT)
    assert watcher.process.wait(PATIENCE) == 0
    assert watcher.says("No longer watching") and "Traceback" not in watcher.said
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port))


@pytest.mark.parametrize("fork", [1, 2])  # of the server, and of a build
def test_ctrl_c_is_not_lost_while_a_process_forks(book, fork):
    source = f"""
import os, signal, sys
from tools import watch_book
forks = []
def interrupt():
    forks.append(1)
    if len(forks) == {fork}:
        os.kill(os.getpid(), signal.SIGINT)
os.register_at_fork(after_in_parent=interrupt)
sys.argv[1:] = [{str(book)!r}]
sys.exit(watch_book.main())
"""
    command = [sys.executable, "-c", source]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE)
    assert ended.returncode == 0 and "No longer watching" in ended.stdout
    assert not ended.stderr


def test_nothing_but_this_machine_is_served_and_a_taken_port_is_left_alone():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        assert watch_book.free_port(taken) != taken
    assert watch_book.HOST == "127.0.0.1"


def test_pages_load_themselves_again_and_files_stay_as_they_are(watcher, book):
    assert "EventSource" in watcher.serves()
    built = (book / "_build/html/book/page.html").read_text()
    assert "EventSource" not in built
    with urllib.request.urlopen(f"{watcher.url}_static/course.css") as answer:
        assert answer.read() == (book / "_build/html/_static/course.css").read_bytes()
    assert os.path.exists(book / "_build/complete")
