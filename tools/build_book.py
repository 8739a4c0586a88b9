"""Build the book: ``python -m tools.build_book [--fresh] [SOURCE]``.

First the cells run, in parallel (:mod:`tools.execute_chapters`), then Jupyter Book renders
(:mod:`tools.render_book`).
Added to what it does: cells run again when ``helpers/`` or the lock changed, a failed build is
never mistaken for a finished one and leaves the last good book in its place, real and embedded
data keep separate outputs, and a failure names its chapter, line and traceback.
"""

import argparse
import hashlib
import os
import shutil
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

from jupyter_client.kernelspec import NoSuchKernel

from helpers.grading.turn import Stopped, one_at_a_time, stoppable
from helpers.thrift import ONE_THREAD

ROOT = Path(__file__).resolve().parents[1]


def kernel_environment(build: Path) -> dict[str, str]:
    """The environment of the build, so that a person's own settings do not change a page.

    Chapters run side by side, one a core.
    """
    return os.environ | {
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "JUPYTER_PREFER_ENV_PATH": "1",
        **ONE_THREAD,
        "SOURCE_DATE_EPOCH": "0",  # no date in a figure: the same outputs, the same page
        "IPYTHONDIR": str(build / "ipython"),
        "PYTHONNOUSERSITE": "1",
        "PYTHONPATH": str(ROOT),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }


def code_key() -> str:
    """What cells depend on beside their own text: helpers, data, lock and how they are run."""
    digest = hashlib.sha256(sys.version.encode())
    code = {*(ROOT / "helpers").rglob("*.py")} - {*(ROOT / "helpers" / "grading").rglob("*.py")}
    data = [*(ROOT / "results").glob("*.json"), *(ROOT / "exercises").glob("*/*.json")]
    runner = ROOT / "tools" / "execute_chapters.py"
    for path in [*sorted(code), *sorted(data), runner, ROOT / "requirements.txt"]:
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


def start_warm_server(environment: Mapping[str, str]) -> None:
    """Have the libraries imported by the time that the first chapter wants its kernel."""
    try:
        from helpers.grading import warm
    except ImportError:  # Windows, where kernels start cold
        return
    with suppress(warm.WarmUnavailable, NoSuchKernel):  # the first kernel will say so
        warm.prestart(environment=environment)


def look_key(source: Path) -> str:
    """What every page looks like: the style sheets and pictures that Sphinx copies."""
    files = sorted(path for path in (source / "book" / "_static").rglob("*") if path.is_file())
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def is_stale(build: Path) -> bool:
    """Whether every cell has to run: nothing is in the cache, or what cells depend on changed."""
    key = build / "code.key"
    return not key.is_file() or key.read_text() != code_key()


def forget_stale(source: Path, build: Path, fresh: bool) -> None:
    """Drop what the last build left and this one must not believe."""
    work, done, look = build / "work", build / "complete", build / "look.key"
    if is_stale(build):
        shutil.rmtree(work / "_build" / ".jupyter_cache", ignore_errors=True)
        fresh = True
    # Sphinx reports a warning only for a page that it reads, so after a build that failed
    # or was interrupted every page is read again; cells still come from the cache.
    if fresh or not done.is_file():
        shutil.rmtree(work / "_build" / ".doctrees", ignore_errors=True)
        shutil.rmtree(work / "_build" / "html", ignore_errors=True)
    # Sphinx copies no style sheet when it has no page to write.
    if not look.is_file() or look.read_text() != look_key(source):
        shutil.rmtree(work / "_build" / "html", ignore_errors=True)
    done.unlink(missing_ok=True)
    work.mkdir(parents=True, exist_ok=True)
    (build / "code.key").write_text(code_key())
    look.write_text(look_key(source))


def build_book(source: Path, *, fresh: bool = False) -> int:
    """Build the book below ``source``; 0 if it is whole and free of warnings."""
    source = source.resolve()
    real = os.environ.get("RNN_DATA", "embedded") == "real"
    build = source / "_build" / "real" if real else source / "_build"
    with one_at_a_time(build / "lock", partial(print, flush=True)):
        return build_in(build, source, fresh)


def build_in(build: Path, source: Path, fresh: bool) -> int:
    """Build the book in a folder that is ours alone."""
    rendered = build / "work" / "_build" / "html"
    environment = kernel_environment(build)
    if is_stale(build):
        start_warm_server(environment)
    # Late, since it takes seconds, in which the warm server imports its own libraries.
    from tools import execute_chapters, render_book

    if faults := execute_chapters.syntax_errors(source):
        print("Python cannot read these cells; nothing was run:", *faults, sep="\n    ")
        return 1
    forget_stale(source, build, fresh)
    begun = time.perf_counter()
    cache = build / "work" / "_build" / ".jupyter_cache"
    chapters = execute_chapters.pages(source)
    ran, failures = execute_chapters.execute(chapters, cache, environment)
    executed = time.perf_counter()
    for failure in failures:
        name = failure.chapter.relative_to(source)
        told = render_book.ANSI.sub("", failure.what).strip().splitlines()
        print(f"\nCELL FAILED  {name}:{failure.line}", *told[-45:], sep="\n    ")
    if failures:
        print("\nNothing was rendered. What ran is kept; the same command goes on from here.")
        return 1
    log = build / "build.log"
    code, lines = render_book.run_sphinx(source, build / "work", log, environment)
    if code:
        render_book.report_faults(source, rendered, lines)
        print(f"\nThe book has faults; the whole log is {log}")
        return 1
    render_book.publish(rendered, build / "html")
    (build / "complete").touch()
    kept = sum("Using cached notebook" in line for line in lines) - len(ran)
    print(f"book: {len(ran)} chapters executed, {kept} from the cache, in ", end="")
    print(f"{executed - begun:.0f} s; rendered in {time.perf_counter() - executed:.0f} s")
    print(f"open {build / 'html' / 'index.html'}")
    return 0


def main() -> int:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", nargs="?", type=Path, default=ROOT)
    parser.add_argument("--fresh", action="store_true", help="render every page anew")
    arguments = parser.parse_args()
    try:
        with stoppable():
            if os.environ.get("RNN_DATA") == "real":
                from helpers.data import review_archive

                review_archive.find()  # once, where its progress shows, before kernels ask for it
            return build_book(arguments.source, fresh=arguments.fresh)
    except Stopped as stop:
        print("\nInterrupted. What ran is kept; the same command goes on from here.")
        return stop.code
    except OSError as error:
        print(
            f"\n{error}\nThe book that was there is untouched; the same command goes on from here."
        )
        return 1


if __name__ == "__main__":
    sys.exit(main())
