"""Build the book: ``python -m tools.build_book [--fresh] [SOURCE]``.

First the cells run, in parallel (:mod:`tools.execute_chapters`), then Jupyter Book renders
(:mod:`tools.render_book`).
Added to what it does: the cells of a page run again when something changed that they depend on
(:mod:`tools.page_keys`), a failed build is never mistaken for a finished one and leaves the last
good book in its place, real and embedded data keep separate outputs, and a failure names its
chapter, line and traceback.
"""

import argparse
import gc
import os
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_client.kernelspec import NoSuchKernel

from helpers.kernels.thrift import ONE_THREAD
from helpers.kernels.turn import Stopped, one_at_a_time, stoppable
from tools.gates.sources import code_cells, page_files, syntax_errors
from tools.page_keys import UnreadableError, page_keys, read_note
from tools.remembered import memory

if TYPE_CHECKING:
    from tools.render_book import GoOn

ROOT = Path(__file__).resolve().parents[1]


#: So that a person's own settings do not change a page. Chapters run side by side, one a core.
SETTINGS = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "JUPYTER_PREFER_ENV_PATH": "1",
    **ONE_THREAD,
    "SOURCE_DATE_EPOCH": "0",  # no date in a figure: the same outputs, the same page
    "PYTHONNOUSERSITE": "1",
}


def build_folder(source: Path) -> Path:
    """Where the book is built: outputs on real data are kept apart."""
    real = os.environ.get("RNN_DATA", "embedded") == "real"
    return source / "_build" / "real" if real else source / "_build"


def kernel_environment(build: Path) -> dict[str, str]:
    """The environment of the build."""
    return os.environ | {
        **SETTINGS,
        "IPYTHONDIR": str(build / "ipython"),
        "PYTHONPATH": str(ROOT),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }


def start_warm_server(environment: Mapping[str, str]) -> None:
    """Have the libraries imported by the time that the first chapter wants its kernel."""
    try:
        from helpers.kernels import warm
    except ImportError:  # Windows, where kernels start cold
        return
    with suppress(warm.WarmUnavailable, NoSuchKernel):  # the first kernel will say so
        warm.prestart(environment=environment)


def is_stale(build: Path, keys: Mapping[str, str]) -> bool:
    """Whether some cells will have to run, as far as the last book tells."""
    before = read_note(build / "keys.json")
    return any(before.get(name) != key for name, key in keys.items())


def build_book(
    source: Path, *, fresh: bool = False, begin: Callable[[], None] = lambda: None
) -> int:
    """Build the book below ``source``; 0 if it is whole and free of warnings.

    What takes long and needs no page is under way before ``begin`` is called, which may wait.
    """
    from tools import render_book  # late: who only wants to know where the book is does without

    source = source.resolve()
    build = build_folder(source)
    log, environment = build / render_book.LOG, kernel_environment(build)
    with render_book.sphinx(source, build / "work", log, environment) as go_on:
        begin()
        with one_at_a_time(build / "lock", partial(print, flush=True)):
            return build_in(build, source, environment, go_on, fresh)


def build_in(
    build: Path, source: Path, environment: Mapping[str, str], go_on: "GoOn", fresh: bool
) -> int:
    """Build the book in a folder that is ours alone."""
    chapters = page_files(source)
    with memory(build / "read.pickle"):
        if faults := syntax_errors(source):
            print("Python cannot read these cells; nothing was run:", *faults, sep="\n    ")
            return 1
        try:
            keys = page_keys(chapters, SETTINGS)
        except UnreadableError as error:
            print(f"{error}\nNothing was run.")
            return 1
    told = {str(path.relative_to(source)): key for path, key in keys.items()}
    if is_stale(build, told):
        start_warm_server(environment)
    # Late, since it takes seconds, in which the warm server imports its own libraries.
    from tools import execute_chapters, render_book

    (build / "complete").unlink(missing_ok=True)
    begun = time.perf_counter()
    cache = build / "work" / "_build" / ".jupyter_cache"
    ran, failures = execute_chapters.execute(keys, cache, environment)
    executed = time.perf_counter()
    for failure in failures:
        name = failure.chapter.relative_to(source)
        lines = render_book.ANSI.sub("", failure.what).strip().splitlines()
        print(f"\nCELL FAILED  {name}:{failure.line}", *lines[-45:], sep="\n    ")
    if failures:
        print("\nNothing was rendered. What ran is kept; the same command goes on from here.")
        return 1
    if render_book.render(source, build, told, go_on, fresh=fresh):
        return 1
    (build / "complete").touch()
    cells = sum(bool(code_cells(path.read_text(encoding="utf-8"))) for path in chapters)
    print(f"book: {len(ran)} chapters executed, {cells - len(ran)} from the cache, in ", end="")
    print(f"{executed - begun:.0f} s; rendered in {time.perf_counter() - executed:.0f} s")
    print(f"open {build / 'html' / 'index.html'}")
    return 0


def attempt(source: Path, **how: Any) -> int:
    """Build the book as :func:`build_book` does, and say what came in between in a line."""
    try:
        with stoppable():
            if os.environ.get("RNN_DATA") == "real":
                from helpers.data import review_archive

                review_archive.find()  # once, where its progress shows, before kernels ask for it
            return build_book(source, **how)
    except Stopped as stop:
        print("\nInterrupted. What ran is kept; the same command goes on from here.")
        return stop.code
    except OSError as error:
        print(
            f"\n{error}\nThe book that was there is untouched; the same command goes on from here."
        )
        return 1


def main() -> int:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", nargs="?", type=Path, default=ROOT)
    parser.add_argument("--fresh", action="store_true", help="render every page anew")
    arguments = parser.parse_args()
    gc.disable()  # to look for garbage takes a quarter of a build, and finds next to none
    code = attempt(arguments.source, fresh=arguments.fresh)
    gc.freeze()  # or Python would look once more, before it ends
    return code


if __name__ == "__main__":
    sys.exit(main())
