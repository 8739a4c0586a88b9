"""Rows of nbgrader's gradebook for many students at a time, behind the questions nbgrader asks.

Its preprocessors look up one row a cell, each in a session of their own, and commit after each.
Here the rows of a batch are read with a few queries, found in memory, and committed together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from unittest import mock

from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    GradeCell,
    MissingEntry,
    Notebook,
    SolutionCell,
    SourceCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
    new_uuid,
)
from nbgrader.preprocessors import (
    latesubmissions,
    overwritecells,
    overwritekernelspec,
    saveautogrades,
)
from sqlalchemy import select, text
from sqlalchemy.orm import Session, load_only

ASKING = (latesubmissions, overwritecells, overwritekernelspec, saveautogrades)
Key = tuple[str, ...]


def found(rows: Mapping[Key, Any], *key: str) -> Any:
    """The row of this key.

    Raises
    ------
    MissingEntry
        If there is none, as nbgrader would.
    """
    try:
        return rows[key]
    except KeyError:
        raise MissingEntry(f"No such entry in the gradebook: {'/'.join(key)}") from None


class Answering:
    """Takes the place of the gradebook that each preprocessor opens for itself and closes."""

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Answer what nbgrader's preprocessors ask, as long as this lasts."""
        with ExitStack() as stack:
            for module in ASKING:
                stack.enter_context(mock.patch.object(module, "Gradebook", lambda url: self))
            yield

    def __enter__(self) -> Answering:
        return self

    def __exit__(self, *error: object) -> None:
        """Stay open: the next preprocessor asks for the same rows."""


@dataclass(frozen=True)
class Layout(Answering):
    """An assignment as it was released: what does not depend on students."""

    assignment: Any
    notebooks: Mapping[Key, Any]
    sources: Mapping[Key, Any]
    graded: Mapping[Key, Any]  #: what gives points, by the names of notebook and cell
    commented: Mapping[Key, Any]

    @classmethod
    def read(cls, db: Session, assignment: str) -> Layout:
        """Read an assignment; its rows belong to no session afterwards.

        Raises
        ------
        MissingEntry
            If the gradebook does not know the assignment.
        """
        columns = load_only(Assignment.id, Assignment.name, Assignment.duedate)
        known = db.scalars(select(Assignment).options(columns).filter_by(name=assignment)).all()
        if not known:
            raise MissingEntry(f"No such assignment: {assignment}")
        columns = load_only(Notebook.id, Notebook.name, Notebook.kernelspec)
        inside = select(Notebook).options(columns).filter_by(assignment_id=known[0].id)
        notebooks = {row.id: row for row in db.scalars(inside.order_by(Notebook.name))}

        def cells(kind: Any) -> dict[Key, Any]:
            rows = db.scalars(select(kind).where(kind.notebook_id.in_(notebooks)))
            return {(notebooks[row.notebook_id].name, row.name): row for row in rows}

        tasks = cells(TaskCell)
        layout = cls(
            known[0],
            {(row.name,): row for row in notebooks.values()},
            cells(SourceCell),
            tasks | cells(GradeCell),
            tasks | cells(SolutionCell),
        )
        db.expunge_all()
        db.rollback()
        return layout

    def find_notebook(self, notebook: str, assignment: str) -> Any:
        return found(self.notebooks, notebook)

    def find_source_cell(self, name: str, notebook: str, assignment: str) -> Any:
        return found(self.sources, notebook, name)

    def find_graded_cell(self, name: str, notebook: str, assignment: str) -> Any:
        return found(self.graded, notebook, name)


class Batch(Answering):
    """The submissions of some students, in one transaction of ``db``."""

    def __init__(
        self, db: Session, layout: Layout, students: Mapping[str, datetime | None]
    ) -> None:
        """Read the rows of these students, and make those that are missing.

        Parameters
        ----------
        db : Session
        layout : Layout
        students : mapping of str to datetime or None
            When each handed in.
        """
        self.db = self  # whose `commit` they call
        self._session, self._layout = db, layout
        self.submissions: dict[Key, Any] = {}
        self.notebooks: dict[Key, Any] = {}
        self.grades: dict[Key, Any] = {}
        self.comments: dict[Key, Any] = {}
        if db.get_bind().dialect.name == "sqlite":
            # To read first, and to ask for leave to write then, fails where another writes.
            db.execute(text("BEGIN IMMEDIATE"))
        # Kept, so that each submission finds the day it was due at without a query.
        columns = load_only(Assignment.id, Assignment.name, Assignment.duedate)
        self._assignment = db.get(Assignment, layout.assignment.id, options=[columns])
        self._read(list(students))
        known = set(db.scalars(select(Student.id).where(Student.id.in_(list(students)))))
        db.add_all(Student(id=name) for name in students if name not in known)
        for name, handed_in in students.items():
            if (name,) not in self.submissions:
                self._make(name)
            if handed_in:
                self.submissions[name,].timestamp = handed_in

    def _read(self, students: list[str]) -> None:
        """Take what the gradebook has; nobody else changes it until the end of the transaction."""
        one, page = SubmittedAssignment, SubmittedNotebook
        asked = select(one).where(one.student_id.in_(students))
        columns = load_only(one.id, one.student_id, one.assignment_id, one.timestamp, one.extension)
        asked = asked.filter_by(assignment_id=self._layout.assignment.id).options(columns)
        owners = {row.id: row for row in self._session.scalars(asked)}
        self.submissions = {(row.student_id,): row for row in owners.values()}
        names = {row.id: name for (name,), row in self._layout.notebooks.items()}
        pages = {
            row.id: (owners[row.assignment_id].student_id, names[row.notebook_id], row)
            for row in self._session.scalars(select(page).where(page.assignment_id.in_(owners)))
            if row.notebook_id in names
        }
        self.notebooks = {(student, name): row for student, name, row in pages.values()}

        def of(kind: Any, cells: Mapping[Key, Any], *columns: Any) -> dict[Key, Any]:
            asked = select(kind).where(kind.notebook_id.in_(pages)).with_for_update(of=kind)
            rows = self._session.scalars(asked.options(load_only(*columns)))
            names = {row.id: name for (_, name), row in cells.items()}
            return {
                (*pages[row.notebook_id][:2], names[row.cell_id]): row
                for row in rows
                if row.cell_id in names
            }

        of_grade = (Grade.notebook_id, Grade.cell_id, Grade.auto_score, Grade.manual_score)
        self.grades = of(Grade, self._layout.graded, *of_grade, Grade.needs_manual_grade)
        of_comment = (Comment.notebook_id, Comment.cell_id, Comment.auto_comment)
        self.comments = of(Comment, self._layout.commented, *of_comment)

    def _make(self, student: str) -> None:
        """A new submission, with all that an assignment has, as ``Gradebook.add_submission``."""
        made: list[Any] = []
        submission = SubmittedAssignment(
            id=new_uuid(), assignment_id=self._layout.assignment.id, student_id=student
        )
        self.submissions[student,] = submission
        pages = {}
        for (name,), row in self._layout.notebooks.items():
            page = SubmittedNotebook(id=new_uuid(), notebook_id=row.id, assignment_id=submission.id)
            self.notebooks[student, name] = page
            pages[name] = page.id
            made.append(page)
        for kind, cells, rows in (
            (Grade, self._layout.graded, self.grades),
            (Comment, self._layout.commented, self.comments),
        ):
            for (notebook, cell), known in cells.items():
                row = kind(id=new_uuid(), cell_id=known.id, notebook_id=pages[notebook])
                rows[student, notebook, cell] = row
                made.append(row)
        self._session.add_all([submission, *made])

    def miss(self, student: str, handed_in: Collection[str]) -> None:
        """Give no points for the notebooks that a student did not hand in."""
        for notebook, cell in self._layout.graded:
            grade = self.grades.get((student, notebook, cell))
            if grade is not None and notebook not in handed_in:
                grade.auto_score, grade.needs_manual_grade = 0, False

    def commit(self) -> None:
        """Nothing: all is committed together, when the last row is right."""

    def find_grade(self, cell: str, notebook: str, assignment: str, student: str) -> Any:
        return found(self.grades, student, notebook, cell)

    def find_comment(self, cell: str, notebook: str, assignment: str, student: str) -> Any:
        return found(self.comments, student, notebook, cell)

    def find_submission(self, assignment: str, student: str) -> Any:
        return found(self.submissions, student)

    def find_submission_notebook(self, notebook: str, assignment: str, student: str) -> Any:
        return found(self.notebooks, student, notebook)
