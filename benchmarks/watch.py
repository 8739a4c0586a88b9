"""Seconds from saving to seeing with ``make watch``: a sentence, and a cell, in an open page.

``python benchmarks/watch.py [TIMES]`` (3) works in a copy of this folder, so that a book that has
been built here is not built again, and waits in Chromium for what was saved.
"""

import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tools.browser import chromium  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
CHAPTER = "book/gradients/recurrence"
LEFT_OUT = shutil.ignore_patterns(".venv", ".git", "__pycache__")
PATIENCE = 1_200_000  # milliseconds
READING = 5  # seconds
CELL = "```{code-cell} ipython3\n"


def address(watching):
    """Where the book is served, once it is built."""
    for line in watching.stdout:
        if found := re.match(r"(http://\S+) shows what you save", line):
            threading.Thread(target=watching.stdout.read, daemon=True).start()  # or it would fill
            return found[1]
    raise SystemExit("make watch ended before it served anything")


def seen_after(page, source, text, word):
    """Save the text, once the last change has been read, and wait until the word stands there."""
    time.sleep(READING)
    source.write_text(text, encoding="utf-8")
    begun = time.perf_counter()
    page.get_by_text(word, exact=True).first.wait_for(state="attached", timeout=PATIENCE)
    return time.perf_counter() - begun


def main():
    """Print the seconds of each edit, and the median of its kind."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        course = shutil.copytree(ROOT, Path(folder, "course"), ignore=LEFT_OUT, symlinks=True)
        command = [sys.executable, "-m", "tools.watch_book", str(course)]
        watching = subprocess.Popen(command, cwd=course, stdout=subprocess.PIPE, text=True)
        try:
            page = playwright.chromium.launch(executable_path=chromium()).new_page()
            page.goto(f"{address(watching)}{CHAPTER}.html")
            source = course / f"{CHAPTER}.md"
            text = source.read_text(encoding="utf-8")
            edits = {
                "a sentence": lambda word: text.replace(
                    "## Summary", f"One more word: *{word}*.\n\n## Summary", 1
                ),
                "a cell": lambda word: text.replace(CELL, f'{CELL}print("{word}")\n', 1),
            }
            for what, edited in edits.items():
                took = [
                    seen_after(page, source, edited(f"{what[2:6]}{k}"), f"{what[2:6]}{k}")
                    for k in range(times)
                ]
                each = ", ".join(f"{seconds:.1f}" for seconds in took)
                print(f"{what:10} {each} s, median {median(took):.1f} s", flush=True)
        finally:
            watching.send_signal(signal.SIGINT)
            watching.wait()


if __name__ == "__main__":
    main()
