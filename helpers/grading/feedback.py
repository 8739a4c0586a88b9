"""What a feedback page may hold: no hidden line of a test, and nothing that runs in a browser."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape
from nbconvert.exporters import Exporter
from nbconvert.filters.ansi import ansi2html
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from traitlets import Bool, List, default

from helpers.grading import sanitise
from helpers.grading.hidden import BEGIN, END

INSTEAD = "shown_instead"  # a cell's metadata: what a page says in the place of its outputs
# Should anything of a student's get past the sanitiser, a browser still runs and fetches nothing.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'"
SHOWN = ("text/html", "image/png", "image/jpeg", "text/plain")  # the best first
# What colours code and what reads Markdown may take the square of a length.
COLOURED = 200_000  # characters of code on one page
WIDEST, LONGEST = 500, 20_000  # characters of a line, and of a cell, that is coloured or formatted
# The author's cells are the same on every page of a class: most of a page's time went into them.
AGAIN = 100  # cells of each kind that are kept as they were coloured or formatted
WRITTEN = 5000  # characters of a student's Markdown that is formatted


class FeedbackExporter(Exporter):
    """A feedback page: all that a student wrote is escaped or cleaned, and then put in its place.

    It is no `HTMLExporter`, which parses the finished page and writes it anew.
    """

    output_mimetype = "text/html"
    default_preprocessors: List = List([])

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(  # type: ignore[override] # text, as of all exporters but the first
        self, nb: NotebookNode, resources: Any | None = None, **options: Any
    ) -> tuple[str, Any]:
        """Render the page."""
        nb, resources = super().from_notebook_node(nb, resources, **options)
        about = resources.get("nbgrader", {})
        names = {"about": about, "policy": POLICY, "code": _Colours(), "written": WRITTEN}
        names["instead"] = INSTEAD
        page = _template().render(nb=nb, **names)
        return page, resources


class _Colours:
    """Colours code, up to an amount that bounds what a page costs."""

    def __init__(self) -> None:
        self._left = COLOURED

    def __call__(self, source: str) -> Markup:
        widest = max(map(len, source.splitlines()), default=0)
        if widest > WIDEST or len(source) > min(LONGEST, self._left):
            return Markup("<pre>{}</pre>").format(source)
        self._left -= len(source)
        return _coloured(source)

    @property
    def style(self) -> Markup:
        return Markup(HtmlFormatter().get_style_defs(".highlight"))


@lru_cache(AGAIN)
def _coloured(source: str) -> Markup:
    return Markup(highlight(source, get_lexer_by_name("ipython3"), HtmlFormatter()))


@cache
def _template() -> jinja2.Template:
    folder = jinja2.FileSystemLoader(Path(__file__).parent)
    environment = jinja2.Environment(loader=folder, autoescape=True, trim_blocks=True)
    environment.filters |= {"markdown": _markdown, "terminal": _terminal, "shown": _shown}
    return environment.get_template("feedback.html.j2")


@lru_cache(AGAIN)
def _markdown(source: str, longest: int = LONGEST) -> Markup:
    """Markdown as HTML that was cleaned; as it was written if it is long."""
    if len(source) <= longest:
        renderer = IPythonRenderer(escape=False, exclude_anchor_links=True)
        try:
            rendered = MarkdownWithMath(renderer=renderer).render(source)
        except (ValueError, RecursionError):
            pass  # shown as it is
        else:
            return Markup(sanitise.html(rendered))
    return Markup("<pre>{}</pre>").format(source)


def _terminal(text: str) -> Markup:
    return Markup(ansi2html(sanitise.terminal(text)))


def _shown(data: dict[str, Any]) -> Markup:
    """The best representation of an output, cleaned once more: it may come from elsewhere."""
    for kind in SHOWN:
        text = sanitise.clean(kind, data.get(kind, ""))
        if not text:
            continue
        if kind == "text/html":
            return Markup(text)
        if kind == "text/plain":
            return Markup("<pre>") + _terminal(text) + Markup("</pre>")
        return Markup('<img alt="A figure" src="data:{};base64,{}">').format(kind, text)
    return escape("")


class HideTests(Preprocessor):
    """Remove the hidden lines of the author's test cells; to others, markers are text."""

    # Nbconvert's own default is False, and nbgrader does not switch on what it is given.
    enabled = Bool(True).tag(config=True)

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        about = cell.metadata.get("nbgrader", {})
        if about.get("grade") and not about.get("solution"):
            cell.source = _without_hidden(cell.source)
        return cell, resources


def _without_hidden(source: str) -> str:
    left, hidden = [], False
    for line in source.split("\n"):
        if BEGIN in line:
            hidden = True
        elif END in line:
            hidden = False
        elif not hidden:
            left.append(line)
    return "\n".join(left)


class HideTracebacks(Preprocessor):
    """Replace the traceback of a failed test cell, which quotes hidden tests, by its message."""

    enabled = Bool(True).tag(config=True)

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            for output in cell.get("outputs", []):
                if output.output_type == "error":
                    output.traceback = [f"{output.ename}: {output.evalue}"]
        return cell, resources


class SanitiseOutputs(Preprocessor):
    """Leave of a student's outputs what cannot run: text, pictures, and harmless HTML."""

    enabled = Bool(True).tag(config=True)

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        return harmless(cell), resources


def harmless(cell: NotebookNode) -> NotebookNode:
    """The cell, rid of all that could run in the browser of whoever looks at it."""
    for output in cell.get("outputs", []):
        if "data" in output:
            output.metadata = {}
            cleaned = {kind: sanitise.clean(kind, value) for kind, value in output.data.items()}
            output.data = {kind: value for kind, value in cleaned.items() if value}
        if "text" in output:
            output.text = sanitise.terminal(output.text)
        if "traceback" in output:
            output.traceback = [sanitise.terminal(line) for line in output.traceback]
    if cell.cell_type == "markdown" and cell.metadata.get("nbgrader", {}).get("solution"):
        cell.pop("attachments", None)
        cell.source = sanitise.markdown(cell.source)
    return cell
