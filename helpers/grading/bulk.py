"""Graded notebooks into nbgrader's gradebook and autograded/, many submissions at a time.

What is written is decided by nbgrader's own preprocessors, in the order of its `Autograde`. They
are made once, not for each submission, and find a whole batch's rows in memory.
"""

from __future__ import annotations

import copy
import json
import logging
import os
import shutil
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    DeduplicateIds,
    Execute,
    IgnorePattern,
    LimitOutput,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from nbgrader.utils import find_all_files, parse_utc
from sqlalchemy.exc import OperationalError, SAWarning
from traitlets.config import Config

from helpers.grading.gradebook import Batch, Layout

#: What `Autograde` does by itself, in its order, and what is done here.
SANITISING = [ClearOutput, DeduplicateIds, OverwriteKernelspec, OverwriteCells, CheckCellMetadata]
GRADING = [
    *(Execute, IgnorePattern, ClearMetadataPreprocessor, LimitOutput),
    *(SaveAutoGrades, AssignLatePenalties, CheckCellMetadata),
]


@dataclass(frozen=True)
class Work:
    """What one student handed in for an assignment, and what came of running it."""

    student: str
    timestamp: str | None
    notebooks: Mapping[str, NotebookNode]  #: by their names, without the ending of a file
    executed: Callable[[NotebookNode], NotebookNode]  #: puts the outputs into a notebook


@dataclass(frozen=True)
class _Staged:
    """Work whose notebooks are written, but not yet in their place."""

    work: Work
    handed_in: datetime | None
    pages: Mapping[str, tuple[NotebookNode, dict[str, Any]]]
    folder: Path


class Recorder:
    """Writes the submissions of one assignment, as long as a class is being graded."""

    def __init__(self, config: Config, assignment: str) -> None:
        config = copy.deepcopy(config)
        config.CourseDirectory.assignment_id = assignment
        self._assignment = assignment
        self._course = CourseDirectory(config=config)
        quiet = logging.Logger("recorder", logging.CRITICAL)
        self._autograde = Autograde(coursedir=self._course, config=config, log=quiet)
        self._exporter = NotebookExporter(parent=self._autograde, config=config)
        kinds = {*SANITISING, *GRADING} - {Execute}
        self._steps: dict[Any, Any] = {kind: kind(parent=self._exporter) for kind in kinds}
        self._steps[CheckCellMetadata] = _CheckedOnce(self._steps[CheckCellMetadata])

    @property
    def usual(self) -> bool:
        """Whether the course leaves to nbgrader how it records: that is what is done here."""
        autograde, course = self._autograde, self._course
        return (
            autograde.sanitize_preprocessors == SANITISING
            and autograde.autograde_preprocessors == GRADING
            and autograde.exporter_class is NotebookExporter
            and self._exporter.nbformat_version == 4
            and autograde.create_student
            and not (autograde.pre_convert_hook or autograde.post_convert_hook)
            and not self._steps[OverwriteCells].add_missing_cells
            and not (course.groupshared or course.student_id_exclude)
            and course.notebook_id == "*"
        )

    def record(self, works: Sequence[Work]) -> dict[str, Exception]:
        """Write these submissions, of which no two are of one student.

        The notebooks are written first, beside their places; then the gradebook, for all at once;
        then the notebooks are put into their places. Whoever was stopped in between records again.

        Returns
        -------
        dict of str to Exception
            Whose submission is not recorded, and why; the others are.
        """
        faults: dict[str, Exception] = {}
        staged: list[_Staged] = []
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SAWarning)  # of nbgrader's own queries
                layout = Layout.read(self._gradebook.db, self._assignment)
                with layout.answering():
                    for work in works:
                        try:
                            staged.append(self._stage(work, layout))
                        except Exception as error:
                            faults[work.student] = error
                faults |= self._write(staged, layout)
            for one in staged:
                if one.work.student not in faults:
                    try:
                        _replace(one.folder, self._place(one.work.student))
                    except OSError as error:
                        faults[one.work.student] = error
        except Exception as error:
            self.close()  # the next batch begins with a new connection
            return dict.fromkeys((work.student for work in works), error)
        finally:
            for one in staged:
                shutil.rmtree(one.folder, ignore_errors=True)
        return faults

    def close(self) -> None:
        """Close the gradebook, if it is open."""
        if gradebook := self.__dict__.pop("_gradebook", None):
            gradebook.close()

    @cached_property
    def _gradebook(self) -> Gradebook:
        gradebook = Gradebook(self._course.db_url, self._course.course_id)
        gradebook.check_course()  # as nbgrader's preprocessors do, which know of no other
        return gradebook

    def _place(self, student: str) -> Path:
        folder = self._course.autograded_directory
        return Path(self._course.format_path(folder, student, self._assignment))

    def _stage(self, work: Work, layout: Layout) -> _Staged:
        """Write the notebooks and files of a submission beside their place."""
        known = sorted(name for name in work.notebooks if (name,) in layout.notebooks)
        if not known:
            raise MissingEntry(f"none of the notebooks of {self._assignment!r} was handed in")
        pages = {name: self._graded(work, name) for name in known}
        handed_in = parse_utc(work.timestamp.strip()) if work.timestamp else None
        place = self._place(work.student)
        folder = place.with_name(f".{place.name}.new")
        if folder.exists():  # of a run that was killed
            shutil.rmtree(folder)
        try:
            folder.mkdir(parents=True)
            if work.timestamp is not None:
                (folder / "timestamp.txt").write_text(work.timestamp)
            self._copy_files(folder)
            for name, (notebook, _) in pages.items():
                text = nbformat.v4.writes(notebook)
                (folder / f"{name}.ipynb").write_text(f"{text}\n", encoding="utf-8")
            for path in folder.rglob("*"):
                if path.is_file():
                    path.chmod(int(str(self._autograde.permissions), 8))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return _Staged(work, handed_in, pages, folder)

    def _graded(self, work: Work, name: str) -> tuple[NotebookNode, dict[str, Any]]:
        """One notebook after all steps that ask nothing about its student."""
        about = {"student": work.student, "assignment": self._assignment, "notebook": name}
        files = {"unique_key": name, "output_files_dir": f"{name}_files"}
        resources: Any = {**files, "nbgrader": about | {"db_url": self._course.db_url}}
        notebook = nbformat.from_dict(work.notebooks[name])
        for kind in [*SANITISING, *GRADING]:
            if kind is Execute:
                notebook = work.executed(notebook)
            elif kind not in (SaveAutoGrades, AssignLatePenalties):
                notebook, resources = self._steps[kind](notebook, resources)
        nbformat.validate(notebook, relax_add_props=True)
        return notebook, resources

    def _copy_files(self, folder: Path) -> None:
        """The author's files, beside the notebooks: nothing of a student's takes their place."""
        source = self._course.format_path(self._course.source_directory, ".", self._assignment)
        own = set(self._autograde.exclude_overwriting.get(self._assignment, []))
        for path in find_all_files(source, [*self._course.ignore, "*.ipynb"]):
            name = os.path.relpath(path, source)
            if name not in own:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, folder / name)

    def _write(self, staged: Sequence[_Staged], layout: Layout) -> dict[str, Exception]:
        """Write the rows of all in one transaction; by halves, if one of them makes that fail.

        Raises
        ------
        OperationalError
            If it is the database that fails.
        """
        if not staged:
            return {}
        db, students = self._gradebook.db, {one.work.student: one.handed_in for one in staged}
        try:
            batch = Batch(db, layout, students)
            with batch.answering():
                for one in staged:
                    batch.miss(one.work.student, one.work.notebooks)
                    for page in one.pages.values():
                        self._steps[SaveAutoGrades](*page)
                db.flush()  # a penalty may depend on the score, which the database adds up
                for one in staged:
                    for page in one.pages.values():
                        self._steps[AssignLatePenalties](*page)
            db.commit()
        except OperationalError:
            raise
        except Exception as error:
            if len(staged) == 1:
                return {staged[0].work.student: error}
            db.rollback()
            half = len(staged) // 2
            return self._write(staged[:half], layout) | self._write(staged[half:], layout)
        finally:
            db.remove()
        return {}


class _CheckedOnce:
    """`CheckCellMetadata`, which compiles a schema for every cell: once for what is the same."""

    def __init__(self, check: CheckCellMetadata) -> None:
        self._check, self._passed = check, set[str]()

    def __call__(self, notebook: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        told = [
            (c.cell_type, c.metadata.nbgrader) for c in notebook.cells if "nbgrader" in c.metadata
        ]
        looks = json.dumps(told, sort_keys=True)
        if looks not in self._passed:
            self._check(notebook, resources)
            self._passed.add(looks)
        return notebook, resources


def _replace(new: Path, place: Path) -> None:
    """Put a folder in the place of another."""
    before = place.with_name(f".{place.name}.before")
    if before.exists():  # of a run that was killed
        shutil.rmtree(before)
    if place.exists():
        place.rename(before)
    new.rename(place)
    shutil.rmtree(before, ignore_errors=True)
