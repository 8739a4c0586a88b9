"""Make a costly folder once, whichever and however many workers ask for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest


def once(
    factory: pytest.TempPathFactory, worker: str, name: str, make: Callable[[Path], object]
) -> Path:
    """The folder that ``make`` fills; workers of pytest-xdist that come later wait for it.

    Marks that keep tests on one worker are a hint that not every pair of versions of pytest and
    pytest-xdist follows, and to run the loop twice takes minutes.
    """
    if worker == "master":  # pytest without workers
        folder = factory.mktemp(name)
        make(folder)
        return folder
    folder = factory.getbasetemp().parent / name
    done, failed = folder.with_suffix(".done"), folder.with_suffix(".failed")
    try:
        folder.mkdir()
    except FileExistsError:
        while not done.exists():
            if failed.exists():
                pytest.fail(f"another worker could not make {name}: {failed.read_text('utf-8')}")
            time.sleep(0.5)
        return folder
    try:
        make(folder)
    except BaseException as error:
        failed.write_text(f"{type(error).__name__}: {error}", encoding="utf-8")
        raise
    done.touch()
    return folder
