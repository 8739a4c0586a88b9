"""Print the book: ``python -m tools.print_book``, which is ``make pdf``.

Sphinx writes the built book once more, as a single page; a browser prints that page, with its
headings as bookmarks, its links, and a structure that a screen reader can follow. Only then are
the numbers of the pages known, so the contents are printed last, and put in front.
"""

from __future__ import annotations

import argparse
import html
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from playwright.sync_api import Page, sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.constants import PageLabelStyle

from tools import build_book, render_book
from tools.browser import chromium

ROOT = Path(__file__).resolve().parents[1]
MARGINS: Any = {"top": "18mm", "bottom": "20mm", "left": "18mm", "right": "18mm"}
FOOTER = (
    '<div style="font-size:8px;width:100%;text-align:center;color:#555">'
    '<span class="pageNumber"></span></div>'
)
#: On paper everything is open, and nothing waits for a click.
OPEN = """() => {
  document.documentElement.dataset.theme = 'light';
  document.querySelectorAll('.bd-sidebar, .bd-header, .bd-header-article, #jb-print-docs-body')
    .forEach(part => part.remove());
  document.querySelectorAll('details').forEach(fold => fold.open = true);
  document.querySelectorAll('img[loading]').forEach(image => image.loading = 'eager');
  return Promise.all([...document.images].map(image => image.decode().catch(() => 0)));
}"""
FRONT = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Contents</title><style>
  body {{ font-family: sans-serif; color: #222; }}
  header {{ height: 240mm; display: flex; flex-direction: column; justify-content: center; }}
  h1 {{ font-size: 34pt; }} h2 {{ break-before: page; }}
  ol {{ list-style: none; padding: 0; }} ol ol {{ padding-left: 8mm; }}
  li > span {{ display: flex; gap: 3mm; padding: 0.6mm 0; }}
  li > span > i {{ flex: 1; border-bottom: 1px dotted #999; }}
</style></head><body>
<header><img src="{logo}" alt="" width="120"><h1>{title}</h1><p>{author}</p></header>
<h2>Contents</h2><ol>{rows}</ol></body></html>"""
Heading = tuple[str, int, int]  # text, depth, page, both from 0


def single_page(source: Path, build: Path) -> Path:
    """The whole book as one page, of a book that is built."""
    environment = build_book.kernel_environment(build)
    log = build / "print.log"
    with render_book.sphinx(source, build / "work", log, environment, "singlehtml") as go_on:
        code, lines = go_on(False)
    folder = build / "work" / "_build" / "singlehtml"
    found = folder / "book" / "index.html"
    if code or not found.is_file():
        told = "\n".join(lines[-25:])
        raise SystemExit(f"{told}\nThe book could not be written as one page; the log is {log}")
    # What it refers to lies beside the folder that the first page is in.
    return found.replace(folder / "index.html")


def printed(page: Page, address: str, target: Path, footer: str = "") -> None:
    """Print what is at an address, with a line below each page."""
    page.goto(address, wait_until="load", timeout=600_000)
    page.wait_for_function(
        "() => !window.MathJax || (MathJax.startup && MathJax.startup.promise"
        " && MathJax.startup.promise.then(() => true))",
        timeout=900_000,
    )
    page.evaluate(OPEN)
    page.pdf(
        path=target,
        format="A4",
        print_background=True,
        scale=0.8,
        margin=MARGINS,
        display_header_footer=bool(footer),
        header_template="<i></i>",
        footer_template=footer or "<i></i>",
        tagged=True,
        outline=True,
    )


def headings(reader: PdfReader) -> list[Heading]:
    """What the bookmarks of a file say."""

    def walk(outline: list, depth: int) -> Iterator[Heading]:
        for each in outline:
            if isinstance(each, list):
                yield from walk(each, depth + 1)
            else:
                number = reader.get_destination_page_number(each)
                yield str(each.title).rstrip("#¶ "), depth, number or 0

    return list(walk(reader.outline, 0))


def contents(found: list[Heading], deepest: int = 1) -> str:
    """Rows of the contents, with the numbers that stand below the pages."""
    rows = []
    for text, depth, page in found:
        if depth <= deepest:
            style = f'style="padding-left:{7 * depth}mm"'
            rows.append(f"<li><span {style}>{html.escape(text)}<i></i>{page + 1}</span></li>")
    return "\n".join(rows)


def print_book(source: Path, build: Path, program: str) -> Path:
    """Print the built book to one PDF by this browser, and return its path."""
    whole, target = single_page(source, build), build / "networks-that-remember.pdf"
    body, front = build / "work" / "body.pdf", build / "work" / "front.pdf"
    text = front.with_suffix(".html")
    settings = yaml.safe_load((source / "_config.yml").read_text(encoding="utf-8"))
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program)
        page = browser.new_page(color_scheme="light")
        page.set_default_timeout(900_000)  # a busy machine is slow, not wrong
        printed(page, whole.as_uri(), body, footer=FOOTER)
        front_page = FRONT.format(
            logo=(source / settings["logo"]).as_uri(),
            title=html.escape(settings["title"]),
            author=html.escape(settings["author"]),
            rows=contents(headings(PdfReader(body))),
        )
        text.write_text(front_page, encoding="utf-8")
        printed(page, text.as_uri(), front)
        browser.close()
    writer = PdfWriter(clone_from=body)
    leaves = PdfReader(front).pages
    for number, leaf in enumerate(leaves):
        writer.insert_page(leaf, number)
    writer.set_page_label(0, len(leaves) - 1, style=PageLabelStyle.LOWERCASE_ROMAN)
    writer.set_page_label(len(leaves), len(writer.pages) - 1, style=PageLabelStyle.DECIMAL)
    writer.add_metadata({"/Title": settings["title"], "/Author": settings["author"]})
    partial = target.with_suffix(".partial")
    writer.write(partial)
    partial.replace(target)
    return target


def main() -> None:
    """Print the book that `make book` has built."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("source", nargs="?", default=ROOT, type=Path)
    source = parser.parse_args().source.resolve()
    build = build_book.build_folder(source)
    if not (build / "complete").is_file():
        raise SystemExit("there is no whole book to print:  make book")
    if not (browser := chromium()):
        raise SystemExit("printing needs a browser:  make system")
    target = print_book(source, build, browser)
    pages = len(PdfReader(target).pages)
    print(f"{target}: {pages} pages, {target.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
