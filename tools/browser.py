"""The browser that prints the book and in which its tests open it, and pages served to it."""

import functools
import http.server
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")  # as in system_packages.sh


def chromium() -> str | None:
    """Where the system has Chromium, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files and keeps no log of it."""

    def log_message(self, *arguments) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of the pages in a folder, served from this machine alone."""
    handler = functools.partial(QuietHandler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
