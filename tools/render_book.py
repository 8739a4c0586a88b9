"""Render the book with stock Jupyter Book, from the cache of executed chapters."""

import gc
import multiprocessing
import os
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jupyter_book.sphinx  # noqa: F401 (the command imports it late; its fork has it)
from jupyter_book.cli.main import main as jupyter_book_command

from tools.gates.pages import outputs
from tools.gates.sources import page_files

ANSI = re.compile(r"\x1b\[[0-9;]*m")
FAULT = re.compile(r"(WARNING|ERROR|CRITICAL): ")
FORK: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
NATIVE = re.compile(r"^WARNING: All log messages before absl")


def run_sphinx(
    source: Path, work: Path, log: Path, environment: Mapping[str, str]
) -> tuple[int, list[str]]:
    """Run stock jupyter-book; what it says goes to the log, and is returned.

    On Linux it runs in a fork of this process, which has imported most of what it needs.
    """
    arguments = ["build", str(source), "-W", "-n", "--keep-going", "--path-output", str(work)]
    process = FORK.Process(target=_jupyter_book, args=(arguments, dict(environment), log))
    process.start()
    try:
        process.join()
    finally:
        process.kill()
        process.join()
    return process.exitcode or 0, ANSI.sub("", log.read_text()).splitlines()


def _jupyter_book(arguments: list[str], environment: dict[str, str], log: Path) -> None:
    """Be the command ``jupyter-book``."""
    gc.freeze()  # what the parent left is the parent's to clear away, and may wait for its threads
    sys.stdin = open(os.devnull)  # noqa: SIM115 (open to the end, as is the log)
    sys.stdout = sys.stderr = log.open("w", buffering=1)
    for number, stream in enumerate((sys.stdin, sys.stdout, sys.stderr)):  # for what is not Python
        os.dup2(stream.fileno(), number)
    os.environ.clear()
    os.environ.update(environment)
    jupyter_book_command(arguments, prog_name="jupyter-book")


def report_faults(source: Path, rendered: Path, lines: list[str]) -> None:
    """Say what Sphinx found fault with, and which page shows an error or stderr."""
    ours = dict.fromkeys(line for line in lines if FAULT.search(line) and not NATIVE.search(line))
    if ours:
        print("\nWARNINGS (each one fails the build)")
        print("\n".join(f"    {line.removeprefix(str(source) + '/')}" for line in ours))
        built = (rendered / p.relative_to(source).with_suffix(".html") for p in page_files(source))
        for fault in (fault for page in built if page.is_file() for fault in outputs(page)):
            print(f"    {fault}")
    else:  # show how the tool itself ended
        print("\n".join(f"    {line}" for line in lines[-25:]))


def publish(rendered: Path, html: Path) -> None:
    """Put the rendered book in the place of the last one, at once."""
    new, old = html.with_name("html.new"), html.with_name("html.old")
    for left in (new, old):
        shutil.rmtree(left, ignore_errors=True)
    shutil.copytree(rendered, new, ignore=shutil.ignore_patterns("reports"))
    if html.exists():
        html.rename(old)
    new.rename(html)
    shutil.rmtree(old, ignore_errors=True)
