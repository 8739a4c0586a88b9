"""Tests that nbgrader writes itself, where an author put ``### AUTOTEST``.

They are written when the assignment is generated, and kept in the gradebook, from where stock
autograding takes them, too.
"""

from __future__ import annotations

from pathlib import Path

from nbformat import NotebookNode

from helpers.grading.cells import AUTOTEST, grade_id, is_test
from helpers.grading.places import configuration


class NotGenerated(Exception):
    """The gradebook has no tests in the place of these marks; the text says what to do."""


def write_out(root: Path, assignment: str, notebook: NotebookNode) -> None:
    """Put the tests into the author's notebook, as nbgrader generated them.

    Raises
    ------
    NotGenerated
        If the gradebook does not have them.
    """
    marked = [cell for cell in notebook.cells if is_test(cell) and AUTOTEST.search(cell.source)]
    if not marked:
        return
    from nbgrader.api import Gradebook, MissingEntry
    from nbgrader.coursedir import CourseDirectory

    with Gradebook(CourseDirectory(config=configuration(root)).db_url) as gradebook:
        for cell in marked:
            name = grade_id(cell)
            try:
                kept = gradebook.find_source_cell(name, assignment, assignment)
            except MissingEntry:
                kept = None
            if kept is None or AUTOTEST.search(kept.source):
                raise NotGenerated(
                    f"the test cell {name!r} of {assignment!r} has ### AUTOTEST, and the gradebook"
                    f" has no test for it: nbgrader generate_assignment {assignment}"
                )
            cell.source = kept.source
