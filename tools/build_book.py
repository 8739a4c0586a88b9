"""Build the book: ``python -m tools.build_book [--fresh] [SOURCE]``.

Jupyter Book does the work. Added here is what it leaves open: cells run again when
``helpers/`` or the lock changed, a failed build is never mistaken for a finished one, real
and embedded data keep separate outputs, and a failure names its chapter, line and traceback.
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

from tools.gates.pages import outputs
from tools.gates.sources import Cell, code_cells, toc_pages

ROOT = Path(__file__).resolve().parents[1]
ANSI = re.compile(r"\x1b\[[0-9;]*m")
EVENT = re.compile(r"^(?P<page>.*?\.(?:md|ipynb)): (?P<what>.*)$")


def kernel_environment(build: Path) -> dict[str, str]:
    """The environment of the build, so that a person's own settings do not change a page."""
    return os.environ | {
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "JUPYTER_PREFER_ENV_PATH": "1",
        "IPYTHONDIR": str(build / "ipython"),
        "PYTHONNOUSERSITE": "1",
        "PYTHONPATH": str(ROOT),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }


def code_key() -> str:
    """What cells depend on beside their own text: the helpers, the records and the lock."""
    digest = hashlib.sha256(sys.version.encode())
    code, records = (ROOT / "helpers").rglob("*.py"), (ROOT / "results").glob("*.json")
    for path in [*sorted(code), *sorted(records), ROOT / "requirements.txt"]:
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


def forget_stale(build: Path, fresh: bool) -> None:
    """Drop what the last build left and this one must not believe."""
    key, done = build / "code.key", build / "complete"
    if not key.is_file() or key.read_text() != code_key():
        shutil.rmtree(build / ".jupyter_cache", ignore_errors=True)
        fresh = True
    # Sphinx reports a warning only for a page that it reads, so after a build that failed
    # or was interrupted every page is read again; cells still come from the cache.
    if fresh or not done.is_file():
        shutil.rmtree(build / ".doctrees", ignore_errors=True)
        shutil.rmtree(build / "html", ignore_errors=True)
    done.unlink(missing_ok=True)
    build.mkdir(parents=True, exist_ok=True)
    key.write_text(code_key())


def run_sphinx(source: Path, output: Path, log: Path) -> tuple[int, list[str]]:
    """Run stock jupyter-book, telling which chapter is at work; everything goes to the log."""
    tool = str(Path(sys.executable).parent / "jupyter-book")
    command = [tool, "build", str(source), "-W", "-n", "--keep-going"]
    command += ["--path-output", str(output)]
    lines = []
    with (
        log.open("w") as record,
        subprocess.Popen(
            command,
            env=kernel_environment(log.parent),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        for line in process.stdout:
            record.write(line)
            line = ANSI.sub("", line).rstrip()
            lines.append(line)
            event = EVENT.match(line)
            if event and event["what"].startswith(("Executing", "Executed")):
                page = Path(event["page"])
                name = page.relative_to(source) if page.is_relative_to(source) else page
                print(f"  {name}: {event['what']}", flush=True)
    return process.returncode, lines


def locate(source: Path, page: Path, failed: str) -> str:
    """``chapter.md:line`` of the cell whose source a traceback quotes."""

    def quoted(cell: Cell) -> bool:
        return bool(cell.source.strip()) and cell.source.strip() in failed

    where = page.relative_to(source)
    hits = [cell for cell in code_cells(page.read_text()) if quoted(cell)]
    longest = max(hits, key=lambda cell: len(cell.source), default=None)
    return f"{where}:{longest.line}" if longest else str(where)


def report_failure(source: Path, build: Path, lines: list[str]) -> None:
    """Say which cells failed and how, then every other warning."""
    broken = [r"\[mystnb\.exec\]", r"^WARNING: All log messages before absl"]
    for page in pages(source):
        name = page.relative_to(source).with_suffix(".err.log")
        report = build / "html" / "reports" / name
        if report.is_file():
            # What the cells after the failed one would have glued is missing, of course.
            broken.append(
                rf"{re.escape(str(page))}:\d+: WARNING: (No key .* in glue data|undefined)"
            )
            text = ANSI.sub("", report.read_text()).strip()
            told = text[text.rfind("CellExecutionError:") :].splitlines()[1:]
            print(f"\nCELL FAILED  {locate(source, page, text)}")
            print("\n".join(f"    {line}" for line in told[-45:]))
    seen = dict.fromkeys(line for line in lines if re.search(r"(WARNING|ERROR|CRITICAL): ", line))
    ours = [line for line in seen if not re.search("|".join(broken), line)]
    if ours:
        print("\nWARNINGS (each one fails the build)")
        print("\n".join(f"    {line.removeprefix(str(source) + '/')}" for line in ours))
        built = (build / "html" / p.relative_to(source).with_suffix(".html") for p in pages(source))
        for fault in (fault for page in built if page.is_file() for fault in outputs(page)):
            print(f"    {fault}")
    if not seen:  # neither a cell nor a warning: show how the tool itself ended
        print("\n".join(f"    {line}" for line in lines[-25:]))


def build_book(source: Path, *, fresh: bool = False) -> int:
    """Build the book below ``source``; 0 if it is whole and free of warnings."""
    source = source.resolve()
    real = os.environ.get("RNN_DATA", "embedded") == "real"
    output = source / "_build" / "real" if real else source
    build = output / "_build"
    if faults := syntax_errors(source):
        print("Python cannot read these cells; nothing was run:", *faults, sep="\n    ")
        return 1
    forget_stale(build, fresh)
    begun = time.perf_counter()
    code, lines = run_sphinx(source, output, build / "build.log")
    seconds = time.perf_counter() - begun
    ran = sum("Executed notebook in" in line for line in lines)
    kept = sum("Using cached notebook" in line for line in lines)
    print(f"book: {ran} chapters executed, {kept} from the cache, {seconds:.0f} s", flush=True)
    if code:
        report_failure(source, build, lines)
        print(f"\nThe book has faults; the whole log is {build / 'build.log'}")
        return 1
    (build / "complete").touch()
    print(f"open {build / 'html' / 'index.html'}")
    return 0


def main() -> int:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", nargs="?", type=Path, default=ROOT)
    parser.add_argument("--fresh", action="store_true", help="render every page anew")
    arguments = parser.parse_args()
    return build_book(arguments.source, fresh=arguments.fresh)


if __name__ == "__main__":
    sys.exit(main())
