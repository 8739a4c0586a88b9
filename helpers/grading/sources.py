"""An assignment's MyST source as the notebooks that it stands for: as written, and as released.

The libraries are imported late: `course` starts without them, and a release that is current is
found to be so.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

# What nbgrader_config.py has nbgrader write in place of a solution.
STUB = '# YOUR CODE HERE\nraise NotImplementedError("this task is not done yet")'
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def convert(path: Path) -> NotebookNode:
    """The notebook of a MyST source, the same bytes every time.

    Raises
    ------
    Exception
        Whatever jupytext or YAML stumble over.
    """
    import jupytext
    import nbformat

    notebook = jupytext.read(path, fmt="md:myst")
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNELSPEC})
    for position, cell in enumerate(notebook.cells):
        # jupytext draws random ids, and no two releases would ever be equal.
        about = cell.metadata.get("nbgrader", {})
        cell.id = about.get("grade_id", f"{cell.cell_type}-{position}")
    return notebook


def cleared(notebook: NotebookNode) -> NotebookNode:
    """The notebook without solutions and hidden tests, cell by cell as nbgrader releases it."""
    from copy import deepcopy

    from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions

    released = deepcopy(notebook)
    for preprocessor in (ClearSolutions(code_stub={"python": STUB}), ClearHiddenTests()):
        released, _ = preprocessor.preprocess(released, {})
    return released
