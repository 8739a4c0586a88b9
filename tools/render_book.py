"""Render the book with stock Jupyter Book, from the cache of executed chapters."""

import gc
import hashlib
import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from itertools import takewhile
from pathlib import Path
from typing import Any

import jupyter_book.sphinx  # noqa: F401 (the command imports it late; its fork has it)
from jupyter_book.cli.main import main as jupyter_book_command
from sphinx.application import Sphinx

from tools.gates.pages import outputs
from tools.gates.sources import page_files
from tools.page_keys import read_note
from tools.waiting import waiting

ANSI = re.compile(r"\x1b\[[0-9;]*m")
ENDED = re.compile(r"(\w+ error|Exception occurred):$")  # what Sphinx says before its reason
FAULT = re.compile(r"(WARNING|ERROR|CRITICAL): ")
LOG = "build.log"
LOOK = "look"  # beside the keys of pages
NATIVE = re.compile(r"^WARNING: All log messages before absl")
GoOn = Callable[[bool], tuple[int, list[str]]]


def render(
    source: Path,
    build: Path,
    keys: Mapping[str, str],
    go_on: GoOn,
    *,
    fresh: bool = False,
) -> int:
    """Render and publish the book, or say what is wrong with it; 0 if it is without a fault.

    Sphinx waits already, see :func:`sphinx`. What it remembers, of a book that was whole, survives
    one that is not, so that the next attempt too has to read only what is new.
    """
    work = build / "work" / "_build"
    last, look = build / "keys.json", look_key(source)
    whole = not fresh and (build / "html").is_dir() and (work / ".doctrees").is_dir()
    before = read_note(last) if whole else {}
    shutil.rmtree(work / ".doctrees.whole", ignore_errors=True)
    if before:
        shutil.copytree(work / ".doctrees", work / ".doctrees.whole")
    else:  # it was interrupted, for one, and may remember half of a book
        for part in (".doctrees", "html"):
            shutil.rmtree(work / part, ignore_errors=True)
    last.unlink(missing_ok=True)
    forget_stale(work, keys, before, look)
    code, lines = go_on(before.get(LOOK) != look)
    if code:
        report_faults(source, work / "html", lines)
        print(f"\nThe book has faults; the whole log is {build / LOG}")
        if before:
            restore(work, build / "html")
            last.write_text(json.dumps(before))
        return code
    publish(work / "html", build / "html")
    last.write_text(json.dumps({**keys, LOOK: look}, indent=1))
    return 0


def look_key(source: Path) -> str:
    """What every page looks like: the style sheets and pictures that Sphinx copies."""
    files = sorted(path for path in (source / "book" / "_static").rglob("*") if path.is_file())
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def forget_stale(work: Path, keys: Mapping[str, str], before: Mapping[str, str], look: str) -> None:
    """Drop what has changed without Sphinx seeing it: outputs of old sources, and style sheets."""
    for name in (name for name, key in keys.items() if before.get(name) != key):
        (work / ".doctrees" / name).with_suffix(".doctree").unlink(missing_ok=True)
    if before.get(LOOK) != look:  # copied only where there is a page to write
        shutil.rmtree(work / "html", ignore_errors=True)


def restore(work: Path, html: Path) -> None:
    """Go back to the last whole book."""
    for part in (".doctrees", "html"):
        shutil.rmtree(work / part, ignore_errors=True)
    (work / ".doctrees.whole").rename(work / ".doctrees")
    shutil.copytree(html, work / "html")


@contextmanager
def sphinx(
    source: Path, work: Path, log: Path, environment: Mapping[str, str], builder: str = "html"
) -> Iterator[GoOn]:
    """Stock jupyter-book, which waits before it reads a page until it is told to go on.

    To read its settings and what it remembers takes a second or more, in which others may work;
    if that has changed in the meantime, or one says so, it starts again. What it says goes to the
    log, and is returned with its exit code.

    On Linux it runs in a fork of this process, which has imported most of what it needs.
    """
    arguments = ["build", str(source), "-W", "-n", "--keep-going", "--path-output", str(work)]
    arguments += ["--builder", builder]
    own = log.with_name(f"{log.name}.{os.getpid()}")  # the last one may be read still
    own.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        stack.callback(own.unlink, missing_ok=True)
        known, given = read_at_start(source, work), (arguments, dict(environment), own)
        first = stack.enter_context(waiting(_jupyter_book, *given))

        def go_on(anew: bool) -> tuple[int, list[str]]:
            anew = anew or read_at_start(source, work) != known
            code = (stack.enter_context(waiting(_jupyter_book, *given)) if anew else first)()
            own.replace(log)
            return code, ANSI.sub("", log.read_text()).splitlines()

        yield go_on


def read_at_start(source: Path, work: Path) -> list:
    """What Sphinx reads before it looks for changed pages, as far as it may change."""
    files = [source / "_config.yml", source / "_toc.yml", *source.glob("book/*.bib")]
    files += source.glob("tools/extensions/*.py")
    files.append(work / "_build" / ".doctrees" / "environment.pickle")
    stamps = [(path, _stamp(path)) for path in sorted(files) if path.is_file()]
    return [stamps, sorted(source.glob("book/**/*.md"))]


def _jupyter_book(
    arguments: list[str], environment: dict[str, str], log: Path, wait: Callable[[], None]
) -> None:
    """Be the command ``jupyter-book``."""
    gc.freeze()  # what the parent left is the parent's to clear away, and may wait for its threads
    sys.stdin = open(os.devnull)  # noqa: SIM115 (open to the end, as is the log)
    sys.stdout = sys.stderr = log.open("w", buffering=1)
    for number, stream in enumerate((sys.stdin, sys.stdout, sys.stderr)):  # for what is not Python
        os.dup2(stream.fileno(), number)
    os.environ.clear()
    os.environ.update(environment)
    build = Sphinx.build

    def build_when_told(app: Sphinx, *given: Any, **named: Any) -> None:
        try:
            wait()
        except SystemExit:
            log.unlink(missing_ok=True)
            raise
        build(app, *given, **named)

    setattr(Sphinx, "build", build_when_told)  # noqa: B010 (in this process alone)
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
        return
    ended = next((n for n, line in enumerate(lines) if ENDED.match(line)), len(lines) - 25)
    told = takewhile(lambda line: not line.startswith("Process "), lines[max(ended, 0) :])
    print("\n".join(f"    {line}" for line in told))


def publish(rendered: Path, html: Path) -> None:
    """Put the rendered book in the place of the last one, at once."""
    new, old = html.with_name("html.new"), html.with_name("html.old")
    for left in (new, old):
        shutil.rmtree(left, ignore_errors=True)

    def put(path: str, target: str) -> None:
        known = html / Path(target).relative_to(new)
        if known.is_file() and _stamp(known) == _stamp(Path(path)):
            with suppress(OSError):  # not every disk can give a file two names
                os.link(known, target)
                return
        shutil.copy2(path, target)

    reports = shutil.ignore_patterns("reports")
    shutil.copytree(rendered, new, ignore=reports, copy_function=put)
    if html.exists():
        html.rename(old)
    new.rename(html)
    shutil.rmtree(old, ignore_errors=True)


def _stamp(path: Path) -> tuple[int, int]:
    return path.stat().st_mtime_ns, path.stat().st_size
