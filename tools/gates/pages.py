"""Rules for the built HTML. Each returns its faults as ``page: what is wrong``."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag

from tools.gates.chapters import SHORTEST_ALT

HEAVIEST = 1_500_000
ADDRESS = re.compile(r" at 0x[0-9a-f]+>")


@cache
def soup(page: Path) -> BeautifulSoup:
    """A parsed page."""
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


def article(page: Path) -> Tag:
    """The part of a page that its author wrote."""
    found = soup(page).select_one("article.bd-article")
    return found if found is not None else soup(page)


@cache
def anchors(page: Path) -> frozenset[str]:
    """Everything that a fragment may name."""
    named = soup(page).select("[id], a[name]")
    return frozenset(str(tag.get("id") or tag.get("name")) for tag in named)


def outputs(page: Path) -> list[str]:
    """Errors, stderr, logged warnings and addresses of objects that reached a reader."""
    faults = [
        f"{page.name}: {kind} on the page: {tag.get_text().strip()[:160]!r}"
        for kind in ("stderr", "traceback", "error")
        for tag in article(page).select(f"div.cell_output div.output.{kind}")
    ]
    shown = (tag.get_text().strip() for tag in article(page).select("div.cell_output div.output"))
    for text in shown:
        # TensorFlow's logger writes to whatever stream is there, in a notebook to stdout.
        if "WARNING:" in text:
            faults.append(f"{page.name}: a warning on the page: {text[:160]!r}")
        if ADDRESS.search(text):
            faults.append(f"{page.name}: an object's address on the page: {text[:160]!r}")
    return faults


def images(page: Path) -> list[str]:
    """Images without alt text; drawn figures without a caption or a name."""
    faults = []
    for image in article(page).select("img"):
        source = str(image.get("src", ""))[-40:]
        if len(str(image.get("alt") or "")) < SHORTEST_ALT:
            faults.append(f"{page.name}: alt text under {SHORTEST_ALT} characters: {source}")
        if image.find_parent("div", class_="cell_output") is None:
            continue
        figure = image.find_parent("figure")
        caption = figure and figure.select_one("figcaption .caption-text")
        if figure is None or caption is None or not caption.get_text().strip():
            faults.append(f"{page.name}: a figure without a caption: {source}")
        elif not figure.get("id"):
            faults.append(f"{page.name}: a figure without a name: {source}")
    return faults


def addresses(page: Path) -> Iterator[str]:
    """What a page links to or loads."""
    for attribute in ("href", "src"):
        for tag in soup(page).select(f"[{attribute}]"):
            yield str(tag[attribute])


def external_links(page: Path) -> set[str]:
    """Addresses on other hosts."""
    return {url for url in addresses(page) if url.startswith(("http://", "https://", "//"))}


def internal_links(page: Path, root: Path) -> list[str]:
    """Links, fragments, downloads and assets that lead nowhere."""
    faults = []
    for url in sorted(set(addresses(page))):
        parts = urlsplit(url)
        if parts.scheme or parts.netloc or url in ("", "#"):
            continue
        target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        if not target.is_relative_to(root.resolve()) or not target.is_file():
            faults.append(f"{page.name}: {url} leads nowhere")
            continue
        place = unquote(parts.fragment) if target.suffix == ".html" else ""
        if place and place not in anchors(target):
            faults.append(f"{page.name}: {url}: no such place on that page")
    return faults


def weight(page: Path) -> int:
    """Bytes of a page and of the images that are its own."""
    shown = {page.parent / str(tag["src"]) for tag in article(page).select("img[src], source[src]")}
    own = {path.resolve() for path in shown if path.is_file()}
    return page.stat().st_size + sum(path.stat().st_size for path in own)
