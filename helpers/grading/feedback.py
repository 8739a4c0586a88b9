"""What learners see of a test cell that failed: its message, and none of its hidden lines."""

from __future__ import annotations

from typing import Any

from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from traitlets import Bool


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
