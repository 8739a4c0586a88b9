"""Build the book: ``python -m tools.build_book [--fresh] [SOURCE]``.

First the cells run, in parallel (:mod:`tools.execute_chapters`), then Jupyter Book renders.
Added to what it does: cells run again when ``helpers/`` or the lock changed, a failed build is
never mistaken for a finished one and leaves the last good book in its place, real and embedded
data keep separate outputs, and a failure names its chapter, line and traceback.
"""

import argparse
import ast
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from IPython.core.inputtransformer2 import TransformerManager

from helpers.data import review_archive
from tools.execute_chapters import execute
from tools.gates.pages import outputs
from tools.gates.sources import code_cells, toc_pages

ROOT = Path(__file__).resolve().parents[1]
ANSI = re.compile(r"\x1b\[[0-9;]*m")
FAULT = re.compile(r"(WARNING|ERROR|CRITICAL): ")
NATIVE = re.compile(r"^WARNING: All log messages before absl")


def kernel_environment(build: Path) -> dict[str, str]:
    """The environment of the build, so that a person's own settings do not change a page.

    One thread a kernel: chapters run side by side, one a core, and sums are then added in the
    same order every time, so that a page's digits do not depend on what else the machine does.
    """
    return os.environ | {
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "JUPYTER_PREFER_ENV_PATH": "1",
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
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


def pages(source: Path) -> list[Path]:
    """The files that the table of contents names, in its order."""
    return [path for name in toc_pages(source) if (path := source / f"{name}.md").is_file()]


def syntax_errors(source: Path) -> list[str]:
    """Cells that Python cannot even parse: found at once, before anything runs."""
    transform = TransformerManager().transform_cell
    faults = []
    for path in pages(source):
        for cell in code_cells(path.read_text()):
            try:
                ast.parse(transform(cell.source))
            except SyntaxError as error:
                line = cell.line + (error.lineno or 1) - 1
                text = (error.text or "").strip()
                faults.append(f"{path.relative_to(source)}:{line}: {error.msg}: {text}")
    return faults


def look_key(source: Path) -> str:
    """What every page looks like: the style sheets and pictures that Sphinx copies."""
    files = sorted(path for path in (source / "book" / "_static").rglob("*") if path.is_file())
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def forget_stale(source: Path, build: Path, fresh: bool) -> None:
    """Drop what the last build left and this one must not believe."""
    work, key, done = build / "work", build / "code.key", build / "complete"
    look = build / "look.key"
    if not key.is_file() or key.read_text() != code_key():
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
    key.write_text(code_key())
    look.write_text(look_key(source))


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


def run_sphinx(source: Path, work: Path, log: Path) -> tuple[int, list[str]]:
    """Run stock jupyter-book; what it says goes to the log, and is returned."""
    tool = str(Path(sys.executable).parent / "jupyter-book")
    command = [tool, "build", str(source), "-W", "-n", "--keep-going"]
    command += ["--path-output", str(work)]
    with log.open("w") as record:
        done = subprocess.run(
            command,
            env=kernel_environment(log.parent),
            stdin=subprocess.DEVNULL,
            stdout=record,
            stderr=subprocess.STDOUT,
            check=False,
        )
    return done.returncode, ANSI.sub("", log.read_text()).splitlines()


def report_faults(source: Path, rendered: Path, lines: list[str]) -> None:
    """Say what Sphinx found fault with, and which page shows an error or stderr."""
    ours = dict.fromkeys(line for line in lines if FAULT.search(line) and not NATIVE.search(line))
    if ours:
        print("\nWARNINGS (each one fails the build)")
        print("\n".join(f"    {line.removeprefix(str(source) + '/')}" for line in ours))
        built = (rendered / p.relative_to(source).with_suffix(".html") for p in pages(source))
        for fault in (fault for page in built if page.is_file() for fault in outputs(page)):
            print(f"    {fault}")
    else:  # show how the tool itself ended
        print("\n".join(f"    {line}" for line in lines[-25:]))


def build_book(source: Path, *, fresh: bool = False) -> int:
    """Build the book below ``source``; 0 if it is whole and free of warnings."""
    source = source.resolve()
    real = os.environ.get("RNN_DATA", "embedded") == "real"
    build = source / "_build" / "real" if real else source / "_build"
    rendered = build / "work" / "_build" / "html"
    if faults := syntax_errors(source):
        print("Python cannot read these cells; nothing was run:", *faults, sep="\n    ")
        return 1
    forget_stale(source, build, fresh)
    begun = time.perf_counter()
    cache = build / "work" / "_build" / ".jupyter_cache"
    ran, failures = execute(pages(source), cache, kernel_environment(build))
    executed = time.perf_counter()
    for failure in failures:
        name = failure.chapter.relative_to(source)
        told = ANSI.sub("", failure.what).strip().splitlines()
        print(f"\nCELL FAILED  {name}:{failure.line}", *told[-45:], sep="\n    ")
    if failures:
        print("\nNothing was rendered. What ran is kept; the same command goes on from here.")
        return 1
    code, lines = run_sphinx(source, build / "work", build / "build.log")
    if code:
        report_faults(source, rendered, lines)
        print(f"\nThe book has faults; the whole log is {build / 'build.log'}")
        return 1
    publish(rendered, build / "html")
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
        if os.environ.get("RNN_DATA") == "real":
            review_archive.find()  # once, where its progress shows, before kernels ask for it
        return build_book(arguments.source, fresh=arguments.fresh)
    except KeyboardInterrupt:
        print("\nInterrupted. What ran is kept; the same command goes on from here.")
        return 130
    except OSError as error:
        print(
            f"\n{error}\nThe book that was there is untouched; the same command goes on from here."
        )
        return 1


if __name__ == "__main__":
    sys.exit(main())
