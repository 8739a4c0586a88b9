"""nbgrader's converters for one student at a time: quiet, and with the reason when they fail."""

from __future__ import annotations

import copy
import logging
import sys
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any
from unittest import mock

from nbgrader import api
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import create_engine
from sqlalchemy.exc import SAWarning
from traitlets.config import Config

#: nbgrader makes an engine for each gradebook that it opens, several a submission, and with it
#: forgets how every query is compiled: a third of the time that recording takes.
engine = cache(create_engine)


class Failed(Exception):
    """nbgrader did not do what it was asked for; the text says why, in its own words."""


def convert(
    kind: Any,
    config: Config,
    assignment: str,
    student: str,
    *,
    prepare: Callable[[Any], None] = lambda converter: None,
    **folders: str,
) -> None:
    """Run one of nbgrader's converters on the work of one student.

    Parameters
    ----------
    kind : type
        Of the converter, such as ``nbgrader.converters.Autograde``.
    config : Config
        The course's own.
    assignment, student : str
    prepare : callable
        Is given the converter before it starts.
    **folders : str
        Folders of the course that are others this time, such as ``submitted_directory``.

    Raises
    ------
    Failed
        If it fails, whatever it raises.
    """
    config = copy.deepcopy(config)
    config.CourseDirectory.update(student_id=student, assignment_id=assignment, **folders)
    faults = Faults()
    quiet = logging.Logger("converter")
    quiet.addHandler(faults)
    course = CourseDirectory(config=config)
    converter = kind(coursedir=course, config=config, force=True, log=quiet)
    prepare(converter)
    try:
        with warnings.catch_warnings(), mock.patch.object(api, "create_engine", engine):
            warnings.simplefilter("ignore", SAWarning)  # of nbgrader's own queries
            converter.start()
    except (Exception, SystemExit) as error:
        fault = faults.first or error
        why = getattr(fault, "orig", None) or fault  # a database's own words, less the query
        raise Failed(f"nbgrader says: {why}") from error


class Faults(logging.Handler):
    """What nbgrader logs and then reports in general terms: the exception itself."""

    first: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the exception that is being handled, if it is the first."""
        self.first = self.first or sys.exc_info()[1]
