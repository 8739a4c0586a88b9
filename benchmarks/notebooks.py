"""How long each assignment takes from top to bottom: its official solution, as a learner runs it.

``python benchmarks/notebooks.py [ASSIGNMENT ...]``: wall seconds, the start of the kernel and
the visible tests among them. One over the limit is marked.
"""

import sys
import time
from pathlib import Path

import jupytext
from nbclient import NotebookClient
from nbgrader.preprocessors import ClearHiddenTests

ROOT = Path(__file__).resolve().parents[1]
LIMIT = 30  # seconds on two cores


def main(names):
    """Run the solutions of these names, or all of them."""
    known = {path.stem: path for path in sorted((ROOT / "solutions").glob("*.md"))}
    if unknown := [name for name in names if name not in known]:
        sys.exit(f"no assignment is called {unknown[0]!r}, expected one of {', '.join(known)}")
    print(f"{'assignment':14} {'wall s':>7}")
    walls = []
    for name in names or known:
        folder = known[name].with_suffix("")
        resources = {"metadata": {"path": str(folder if folder.is_dir() else ROOT)}}
        notebook, _ = ClearHiddenTests().preprocess(jupytext.read(known[name]), {})
        begun = time.perf_counter()
        NotebookClient(notebook, kernel_name="python3", timeout=None, resources=resources).execute()
        walls.append(time.perf_counter() - begun)
        print(f"{name:14} {walls[-1]:7.1f}{'  over' if walls[-1] > LIMIT else ''}", flush=True)
    over = sum(wall > LIMIT for wall in walls)
    print(f"{len(walls)} notebooks, {over} over {LIMIT} s, the longest {max(walls):.1f} s")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main(sys.argv[1:])
