"""The browser that prints the book and in which its tests open it."""

import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")  # as in system_packages.sh


def chromium() -> str | None:
    """Where the system has Chromium, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)
