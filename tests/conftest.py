"""What all tests share: the project's folder, the built book and one browser."""

import os
import secrets
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright

from helpers.kernels import warm
from tools.browser import chromium

# Before anything imports TensorFlow: its start-up lines would drown a failure's own.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Before anything imports NumPy: threads that wait by spinning take the core from the other half.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# On a busy machine an example takes as long as it takes.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

# Without these a browser on a machine without a network spends its time calling home.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ROOT = Path(__file__).resolve().parents[1]
SLOWEST = 10


def pytest_configure(config: pytest.Config) -> None:
    """Give the whole run, and all that it starts, one seed and warm servers that end with it."""
    if not hasattr(config, "workerinput"):  # workers inherit the controller's environment
        # A shell lets what runs in its background ignore Ctrl-C, and `nohup` the end of a terminal;
        # so would all that is started here, be it to see how it ends by that.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
            signal.signal(signal.SIGHUP, lambda *_: None)  # what is started hears it; we do not
        os.environ.setdefault("CORPORA_SEED", secrets.token_hex(4))
        servers = warm.private_servers()
        servers.__enter__()
        config.add_cleanup(lambda: servers.__exit__(None, None, None))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say where the time went, and which answers and pages were drawn, if any were."""
    reports = [report for kind in terminalreporter.stats.values() for report in kind]
    seconds: Counter[str] = Counter()
    for report in reports:
        if isinstance(report, pytest.TestReport):
            seconds[report.nodeid.partition("::")[0]] += report.duration
    if len(seconds) > SLOWEST:
        slow = (f"{name} {spent:.0f} s" for name, spent in seconds.most_common(SLOWEST))
        terminalreporter.write_line(f"The slowest of {len(seconds)} files: {', '.join(slow)}")
    drawn = ("test_verdicts", "test_cold_and_warm")
    if any(name in file for file in seconds for name in drawn):
        seed = os.environ["CORPORA_SEED"]
        terminalreporter.write_line(f"CORPORA_SEED={seed} draws the same answers and pages again")


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


# For the session, since a process can run Playwright only once at a time.
@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium; without one these tests are skipped, and say so."""
    if (path := chromium()) is None:
        pytest.skip("no chromium: make system")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()
