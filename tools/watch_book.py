"""Serve the book, build it when a file is saved, and show it in the open page.

``python -m tools.watch_book [SOURCE]``, which is ``make watch``. What is slow to start stays: this
process has imported what builds the book, the next build is a fork of it that has read its settings
before anything is saved, and kernels come from the warm server. A page that is open in a browser
loads itself again after every build that succeeds. Whatever a build finds fault with stands in the
terminal, and the last good book stays open.
"""

import argparse
import gc
import importlib
import socket
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import watchfiles

from tools import build_book
from tools.waiting import FORK, running, waiting

HOST, PORT = "127.0.0.1", 8000  # nobody else's business
CHANGES = "/-/changes"
RELOAD = f"<script>new EventSource('{CHANGES}').onmessage = () => location.reload()</script>"
PATIENCE = 30  # seconds for a build to end its kernels
BREATH = 1  # seconds that the browser has the machine for itself, to show what is new
LOOK = 0.1  # seconds between two looks at whether there is a new book
TICK = 0.5  # seconds between two looks at these files
FILES = ("_config.yml", "_toc.yml")
FOLDERS = ("book", "helpers", "results", "exercises", "tools/extensions")
#: What Sphinx imports once it knows the configuration.
SLOW = """
    myst_nb.sphinx_ext tools.execute_chapters tools.render_book
    sphinx_book_theme sphinx_copybutton sphinx_design sphinx_exercise sphinx_togglebutton
    sphinxcontrib.bibtex sphinx.builders.html sphinx.writers.html5
""".split()


class Handler(SimpleHTTPRequestHandler):
    """Serves the book, and adds to its pages what loads them again."""

    protocol_version = "HTTP/1.1"
    mark: Path  # touched by every build that succeeds

    def do_GET(self) -> None:
        """Answer a browser."""
        if self.path == CHANGES:
            return self.tell_changes()
        page = Path(self.translate_path(self.path))
        page = page / "index.html" if page.is_dir() and self.path.endswith("/") else page
        if page.suffix != ".html" or not page.is_file():
            return super().do_GET()
        text = page.read_text(encoding="utf-8").replace("</body>", f"{RELOAD}</body>")
        self.answer("text/html; charset=utf-8", len(body := text.encode()))
        self.wfile.write(body)

    def tell_changes(self) -> None:
        """Say a word for every new book, until the browser has left."""
        self.answer("text/event-stream")
        seen = stamp(self.mark)
        while True:
            if (now := stamp(self.mark)) not in (seen, 0):
                seen = now
                self.wfile.write(b"data: new\n\n")
            else:
                self.wfile.write(b":\n\n")  # a comment: it fails once nobody listens
            self.wfile.flush()
            time.sleep(LOOK)

    def answer(self, kind: str, length: int | None = None) -> None:
        """Begin an answer that no browser keeps."""
        self.send_response(200)
        self.send_header("Content-Type", kind)
        if length is None:
            self.send_header("Connection", "close")
        else:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *arguments: object) -> None:
        """Leave the terminal to the builds."""


class Server(ThreadingHTTPServer):
    """A server whose browsers may leave when they like."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def stamp(mark: Path) -> int:
    """When a file was written; 0 if it is not there, as the mark while a book is being built."""
    try:
        return mark.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def free_port(wanted: int = PORT) -> int:
    """The wanted port, or another one if that is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted))
        except OSError:
            probe.bind((HOST, 0))
        return probe.getsockname()[1]


def serve(port: int, html: Path, mark: Path) -> None:
    """Answer the browsers of this machine until terminated."""
    Handler.mark = mark
    with Server((HOST, port), partial(Handler, directory=str(html))) as server:
        server.serve_forever()


def build_when_told(source: Path, wait: Callable[[], None]) -> None:
    """Be the process that builds."""
    build_book.attempt(source, begin=wait)


def saves(source: Path) -> Iterator[None]:
    """Tell of every moment at which something was saved that the book is made from.

    The first is when the watch has begun, so that nothing is missed from the first build on.
    """
    folders = [folder for name in FOLDERS if (folder := source / name).is_dir()]
    ticks = watchfiles.watch(
        *folders, yield_on_timeout=True, rust_timeout=int(1000 * TICK), raise_interrupt=True
    )
    # Not watched as the folders are: an editor may put a new file in the place of the old one.
    before = [stamp(source / name) for name in FILES]
    next(ticks)
    yield
    for changes in ticks:
        now = [stamp(source / name) for name in FILES]
        if changes or now != before:
            yield
        before = now


def watch(source: Path) -> None:
    """Build, serve and build again until interrupted."""
    folder, port = build_book.build_folder(source), free_port()
    browsers = FORK.Process(target=serve, args=(port, folder / "html", folder / "complete"))
    with running(browsers, PATIENCE):
        build_book.start_warm_server(build_book.kernel_environment(folder))
        told, saved = False, saves(source)
        while True:
            with waiting(build_when_told, source, patience=PATIENCE) as go_on:
                next(saved)
                go_on()
            if not told:
                print(f"\nhttp://{HOST}:{port}/ shows what you save; Ctrl-C ends it", flush=True)
                told = True
            time.sleep(BREATH)


def main() -> int:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", nargs="?", type=Path, default=build_book.ROOT)
    source = parser.parse_args().source.resolve()
    gc.disable()
    for module in SLOW:
        importlib.import_module(module)
    try:
        watch(source)
    except KeyboardInterrupt:
        print("\nNo longer watching.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
