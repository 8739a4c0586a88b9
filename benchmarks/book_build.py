"""Build the whole book with stock jupyter-book on cold kernels, and with ``make book``'s tool.

Both start from nothing, in a copy of the sources; then one sentence and one code cell change.
Processor seconds are those of the command and all that it started and waited for: the kernels of
stock jupyter-book, but not those of the warm server, which outlives the command.
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from warm_kernels import cold_kernelspec

from helpers.kernels import warm

ROOT = Path(__file__).resolve().parents[1]
PARTS = ["_config.yml", "_toc.yml", "book", "exercises", "helpers", "results", "tools"]
PARTS += ["requirements.txt"]
CHAPTER = "book/gradients/recurrence.md"


def copy_of_the_sources(folder):
    """What a build reads."""
    for name in PARTS:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, Path(folder, name))


def timed(command, folder, **environment):
    """Seconds of a command that must succeed: the clock's, and the processor's."""
    begun, used = time.perf_counter(), processor_seconds()
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "TF_CPP_MIN_LOG_LEVEL": "3", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    return time.perf_counter() - begun, processor_seconds() - used


def processor_seconds():
    """What all commands so far have used."""
    return sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])


def changed(folder, old, new):
    """Edit the chapter."""
    page = Path(folder, CHAPTER)
    text = page.read_text()
    assert old in text
    page.write_text(text.replace(old, new, 1))


def main():
    """Print seconds and ratios."""
    stock = [str(Path(sys.executable).with_name("jupyter-book")), "build", ".", "-W", "-n"]
    ours = [sys.executable, "-m", "tools.build_book"]
    with tempfile.TemporaryDirectory() as folder:
        for name in ("stock", "ours"):
            Path(folder, name).mkdir()
            copy_of_the_sources(Path(folder, name))
        cold_kernelspec(folder)
        # Notebooks ask for the kernel `python3`.
        Path(folder, "kernels", "cold").rename(Path(folder, "kernels", "python3"))
        seconds = {
            "clean": [timed(stock, Path(folder, "stock"), JUPYTER_PATH=folder)],
        }
        with warm.private_servers():
            seconds["clean"].append(timed(ours, Path(folder, "ours")))
            for what, old, new in (
                ("a sentence edited", "## Summary", "One more sentence.\n\n## Summary"),
                (
                    "a code cell edited",
                    "```{code-cell} ipython3\n",
                    "```{code-cell} ipython3\n# edited\n",
                ),
            ):
                seconds[what] = []
                for name, command, extra in (
                    ("stock", stock, {"JUPYTER_PATH": folder}),
                    ("ours", ours, {}),
                ):
                    changed(Path(folder, name), old, new)
                    seconds[what].append(timed(command, Path(folder, name), **extra))
    for what, (theirs, mine) in seconds.items():
        for clock, stock_took, we_took in zip(("clock", "processor"), theirs, mine, strict=True):
            figures = f"stock {stock_took:6.1f} s  ours {we_took:6.1f} s"
            print(f"{what:20} {clock:10} {figures}  ratio {stock_took / we_took:.2f}")


if __name__ == "__main__":
    main()
