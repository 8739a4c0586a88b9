"""A browser, the built book served on loopback, and a page that remembers its faults."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.explorables import open_figure
from tools.browser import served


@pytest.fixture(scope="session")
def site(html: Path) -> Iterator[str]:
    """The address of the book."""
    with served(html) as address:
        yield address


@dataclass
class Visit:
    """An open page, and what went wrong while it loaded."""

    page: Page
    faults: list[str] = field(default_factory=list)


def watch(page: Page, allowed: str) -> list[str]:
    """Collect console errors, failed requests, and requests to any host but our own."""
    faults: list[str] = []
    seen = {"error", "warning"}
    page.on("console", lambda m: faults.append(m.text) if m.type in seen else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("requestfailed", lambda request: faults.append(f"failed: {request.url}"))
    page.on("response", lambda r: faults.append(f"{r.status}: {r.url}") if r.status > 399 else None)

    def judge(request) -> None:
        if not request.url.startswith((allowed, "data:", "blob:")):
            faults.append(f"foreign host: {request.url}")

    page.on("request", judge)
    return faults


def settle(page: Page) -> None:
    """Wait for the formulas, which are set after the page has loaded, and for their letters."""
    page.wait_for_function(
        "() => !window.MathJax || (MathJax.startup && MathJax.startup.promise"
        " && MathJax.startup.promise.then(() => true))"
    )
    page.wait_for_timeout(100)
    page.wait_for_function("() => document.fonts.status === 'loaded'")


@pytest.fixture
def visit(browser: Browser, site: str):
    """Open a page of the book: ``visit("book/index", width=390, scheme="dark")``."""
    contexts = []

    def open_page(name: str, *, width: int = 1280, scheme: str = "light", base: str = site):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            permissions=["clipboard-read", "clipboard-write"] if base == site else [],
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(900_000)  # a busy machine is slow, not wrong
        faults = watch(page, base)
        page.goto(f"{base}{name}.html", wait_until="load")
        settle(page)
        return Visit(page, faults)

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path):
    """Open a figure that answers back, ``opened("clipping")``; none may have a fault."""
    contexts, all_faults = [], []

    def open_one(name: str, *, scripts: bool = True) -> Page:
        context = browser.new_context(
            viewport={"width": 1000, "height": 900}, java_script_enabled=scripts
        )
        contexts.append(context)
        page, faults = open_figure(context, tmp_path, name)
        all_faults.append(faults)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not any(all_faults), all_faults
