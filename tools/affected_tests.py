"""Name the tests that what changed since the last commit can affect, but for the slow ones.

python -m tools.affected_tests        (`make quick` runs what it prints)

In a clean checkout it is the last commit that counts as the change.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tools import import_graph

ROOT = Path(__file__).resolve().parents[1]
# Browsers, whole notebooks, grading, and what needs the book built: `make test` has time for them.
SLOW = (
    "tests/book/test_cold_and_warm.py",
    "tests/book/test_pages.py",
    "tests/browser/",
    "tests/exercises/test_kit_lab.py",
    "tests/exercises/test_lab.py",
    "tests/exercises/test_loop.py",
    "tests/exercises/test_verdicts.py",
    "tests/grading/",
    "tests/project/test_work_is_kept.py",
)
ALWAYS = ("tests/project/test_project.py",)
# What is read rather than imported, and the tests that look at it.
READ = {
    "book/": ("tests/book/", "tests/tools/diagrams/test_gallery.py"),
    "tools/diagrams/pictures/": ("tests/tools/diagrams/",),
    "_toc.yml": ("tests/book/",),
    "_config.yml": ("tests/book/", "tests/tools/test_build_book.py"),
    "results/": ("tests/helpers/test_results.py", "tests/tools/test_record_results.py"),
    "solutions/": ("tests/book/test_exercises_in_step.py",),
    "exercises/": ("tests/book/test_exercises_in_step.py",),
    "tests/exercises/": ("tests/exercises/test_corpora.py",),
    "pyproject.toml": ("tests/tools/test_environment.py",),
    "requirements.txt": ("tests/",),
}


def changed(root: Path = ROOT) -> list[str]:
    """Files that differ from the last commit or are new; in a clean checkout, that commit's own."""
    untracked = _git(root, "ls-files", "--others", "--exclude-standard")
    uncommitted = _git(root, "diff", "--name-only", "--no-renames", "HEAD") + untracked
    return uncommitted or _git(root, "show", "--pretty=", "--name-only", "--no-renames", "HEAD")


def _git(root: Path, *words: str) -> list[str]:
    command = ["git", "-c", "core.quotePath=false", *words]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def affected(names: Iterable[str], tests: Iterable[str]) -> list[str]:
    """Of these test modules, those that a change of these files can affect."""
    tests = list(tests)
    reach = {test: import_graph.reached([_module(test)]) for test in tests}
    found = set(ALWAYS)
    for name in names:
        known = {test for test in tests if _looks_at(test, reach[test], name)}
        beside = str(Path(_mirror(name)).parent)  # of a file that no test is known to look at
        found |= known or {test for test in tests if test.startswith(f"{beside}/") and "/" in name}
    return [test for test in tests if test in found]


def _looks_at(test: str, reach: set[str], name: str) -> bool:
    """Whether a test module is the file, imports it, mirrors it, or reads what it stands for."""
    path = Path(name)
    if path.name == "conftest.py":
        return test.startswith(f"{path.parent}/")
    read = [place for start, places in READ.items() if name.startswith(start) for place in places]
    return (
        test in (name, _mirror(name))
        or (path.suffix == ".py" and _module(name) in reach)
        or test.startswith(tuple(read))
    )


def _mirror(name: str) -> str:
    """The module that tests a module: ``tests/tools/test_a.py`` for ``tools/a.py``."""
    path = Path(name)
    if path.parts[0] == "tests":
        return name
    return str(Path("tests", path.parent, f"test_{path.name}"))


def _module(name: str) -> str:
    parts = Path(name).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def quick_tests(root: Path = ROOT) -> list[str]:
    """Every test module that is not slow."""
    found = (str(path.relative_to(root)) for path in sorted((root / "tests").rglob("test_*.py")))
    return [name for name in found if not name.startswith(SLOW)]


def main() -> int:
    """Print the test modules, one a line."""
    tests = quick_tests()
    try:
        names = changed()
    except (OSError, subprocess.CalledProcessError):  # no checkout, or nothing committed
        names = tests
    print(*affected(names, tests), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
