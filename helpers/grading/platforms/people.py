"""The class as nbgrader's gradebook knows it: who there is, and what they have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click


class NoGradebook(Exception):
    """The gradebook cannot be asked; the text says why."""


@dataclass(frozen=True)
class Person:
    """A student, and how to find them elsewhere."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""


@dataclass(frozen=True)
class Grade:
    """What a person has for an assignment, late penalty and manual scores included."""

    person: Person
    score: float
    of: float


def unfit(student: str) -> str:
    """Why a text cannot be the name of a student and of their folder; empty if it can."""
    if not student or student != student.strip():
        return "is empty, or has spaces at its ends"
    if not student.isprintable():
        return "has invisible characters"
    if set(student) & set("/\\*?[") or student.startswith("."):
        return "has one of / \\ * ? [ or begins with a point"
    if len(student.encode()) > 200:
        return "is longer than the name of a folder may be"
    return ""


def roster(root: Path) -> list[Person]:
    """Everybody in the gradebook, by id; nobody if there is no gradebook yet.

    Raises
    ------
    NoGradebook
        If there is one that cannot be read.
    """
    with _gradebook(root) as book:
        return [_person(student) for student in book.students] if book else []


def absent(root: Path, assignment: str) -> list[str]:
    """Who is in the gradebook and handed in nothing for an assignment.

    Raises
    ------
    NoGradebook
    """
    from helpers.grading import intake

    there = set(intake.students(root, assignment))
    return sorted(person.id for person in roster(root) if person.id not in there)


def grades(root: Path, assignment: str) -> tuple[list[Grade], list[Person]]:
    """What everybody has for an assignment, and who has nothing that was graded.

    Raises
    ------
    NoGradebook
        Also if the gradebook does not know the assignment.
    """
    from nbgrader.api import MissingEntry

    with _gradebook(root) as book:
        if not book:
            raise NoGradebook("there is no gradebook yet: `course grade` begins it")
        try:
            of = book.find_assignment(assignment).max_score
        except MissingEntry:
            raise NoGradebook(f"the gradebook does not know {assignment}") from None
        found = {each.student.id: each for each in book.assignment_submissions(assignment)}
        people = sorted(map(_person, book.students), key=lambda person: person.id)
        graded = [
            Grade(p, max(0.0, found[p.id].score - (found[p.id].late_submission_penalty or 0.0)), of)
            for p in people
            if p.id in found
        ]
    return graded, [person for person in people if person.id not in found]


def terms(root: Path, assignment: str) -> str:
    """What a grade depends on beside its verdict: when it was due, all settings, which gradebook.

    Raises
    ------
    NoGradebook
    """
    from nbgrader.api import MissingEntry

    from helpers.grading.places import configuration

    due, file = None, root / "nbgrader_config.py"
    with _gradebook(root) as book, suppress(MissingEntry):
        due = book and book.find_assignment(assignment).duedate
    settings = file.read_text(encoding="utf-8") if file.is_file() else ""
    return f"{due}\n{configuration(root).CourseDirectory.get('db_url')}\n{settings}"


def enter(root: Path, people: Sequence[Person]) -> int:
    """Put people into the gradebook, all or none; how many of them were not there before.

    Raises
    ------
    NoGradebook
    """
    from nbgrader.api import Student

    with _gradebook(root, new=True) as book:
        known = {student.id: student for student in book.students}
        for person in people:
            if person.id not in known:
                book.db.add(Student(**vars(person)))
            else:
                for field, value in vars(person).items():
                    if value:  # what the file does not tell is left as it is
                        setattr(known[person.id], field, value)
        book.db.commit()
    return sum(person.id not in known for person in people)


def _person(student: Any) -> Person:
    told = (student.first_name, student.last_name, student.email)
    return Person(student.id, *(text or "" for text in told))


@contextmanager
def _gradebook(root: Path, *, new: bool = False) -> Iterator[Any]:
    """Nbgrader's gradebook; None if there is none yet and none is to be made."""
    from nbgrader.api import Gradebook
    from sqlalchemy.exc import SQLAlchemyError

    from helpers.grading.places import configuration

    course = configuration(root).CourseDirectory
    file = root / "gradebook.db"
    url = str(course.get("db_url", f"sqlite:///{file}"))
    if not new and url.startswith(f"sqlite:///{file}") and not file.exists():
        yield None
        return
    try:
        with Gradebook(url, str(course.get("course_id", ""))) as book:
            yield book
    except (SQLAlchemyError, OSError) as error:
        why = getattr(error, "orig", None) or error
        raise NoGradebook(f"the gradebook cannot be asked: {why}") from error


def turn(root: Path) -> Any:
    """The turn of all that writes into the gradebook or into submitted/."""
    from helpers.kernels.turn import one_at_a_time

    path = root / "_build" / "grading" / "lock"
    return one_at_a_time(path, lambda told: click.echo(told, err=True))
