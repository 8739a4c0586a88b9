"""What a feedback page may hold: no hidden line of a test, and nothing that runs in a browser."""

from __future__ import annotations

import re
from typing import Any

import nh3
from nbconvert.exporters import HTMLExporter
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from traitlets import Bool

TAG = re.compile(r"<(?=[a-zA-Z/!?])")  # what a browser could take for the start of one
# Should anything of a student's get past the sanitiser, a browser still runs and fetches nothing.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"

# The template's own scripts, and fonts from files that are not there: they would be refused.
FETCHED = re.compile(r"<script\b.*?</script>|@font-face\s*{[^}]*}", re.DOTALL)


class FeedbackExporter(HTMLExporter):
    """A feedback page, under a content security policy that allows no script and no request."""

    def from_notebook_node(  # type: ignore[override]
        self, *arguments: Any, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """Render the page."""
        page, resources = super().from_notebook_node(*arguments, **options)
        page = FETCHED.sub("", page)
        policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}" />'
        return page.replace("<head>", f"<head>\n{policy}", 1), resources


class HideTracebacks(Preprocessor):
    """Replace the traceback of a failed test cell, which quotes hidden tests, by its message."""

    # Nbconvert's own default is False, and nbgrader does not switch on what it is given.
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
            output.data = {kind: clean(kind, value) for kind, value in output.data.items()}
            output.data = {kind: value for kind, value in output.data.items() if value}
    if cell.cell_type == "markdown" and cell.metadata.get("nbgrader", {}).get("solution"):
        cell.source = TAG.sub("&lt;", cell.source)
    return cell


def clean(kind: str, value: Any) -> str:
    """One representation of an output, or an empty text if it is of a kind that could run."""
    text = value if isinstance(value, str) else "".join(map(str, value))
    match kind:
        case "text/plain":
            return text
        case "text/html":
            return nh3.clean(text)
        case "image/png" | "image/jpeg":
            return text if re.fullmatch(r"[A-Za-z0-9+/=\s]*", text) else ""
    return ""
