"""What all tests share: the project's folder and the built book."""

import os
from pathlib import Path

import pytest

# Before anything imports TensorFlow: its start-up lines would drown a failure's own.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def html() -> Path:
    """The built book; a test never judges an older one than its sources."""
    complete = ROOT / "_build" / "complete"
    if not complete.is_file():
        pytest.fail("The book is not built, or its last build failed:  make book")
    sources = [*(ROOT / "book").rglob("*.*"), ROOT / "_config.yml", ROOT / "_toc.yml"]
    newest = max(sources, key=lambda path: path.stat().st_mtime)
    if newest.stat().st_mtime > complete.stat().st_mtime:
        pytest.fail(f"The built book is older than {newest.relative_to(ROOT)}:  make book")
    return ROOT / "_build" / "html"
