"""The command `course`: check one notebook, grade a class, see how it stands.

Every worker of a local cluster imports this module when it starts, so that what only some commands
need is imported there: nbformat alone takes more than a second.
"""

from __future__ import annotations

import importlib
import os
import sys
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from tqdm import tqdm

from helpers.grading import check as checking
from helpers.grading.limits import Limits
from helpers.grading.session import prepare
from helpers.grading.submission import shown
from helpers.kernels import sandbox, warm
from helpers.kernels.turn import (
    Stopped,
    one_at_a_time,
    own_temporary_folder,
    stoppable,
)

if TYPE_CHECKING:
    from helpers.grading import intake
    from helpers.grading.ledger import Row

ROOT = Path(__file__).resolve().parents[2]
LIMITS = {
    "seconds": "Wall clock of one notebook.",
    "cpu_seconds": "Processor time of one notebook.",
    "memory": "Bytes of memory of all its processes.",
    "processes": "Processes and threads.",
    "file_size": "Bytes of one file that it writes.",
    "disk": "Bytes of all files that it writes.",
    "output": "Characters kept of its outputs.",
}
GOES_ON = {
    "grade": " What was graded is kept; the same command goes on from there.",
    "feedback": " The pages that were written are whole; the same command writes them all.",
}
sandboxing = click.option(
    "--sandbox/--no-sandbox", default=True, help="Without only on a machine that is thrown away."
)

#: Commands that live in modules of their own, imported when they are asked for.
ELSEWHERE: dict[str, str] = {
    "collect": "helpers.grading.platforms.collect",
    "export": "helpers.grading.platforms.export",
    "new": "helpers.grading.new",
    "report": "helpers.grading.report.command",
    "roster": "helpers.grading.platforms.roster",
    "similar": "helpers.grading.report.similar",
}


class Course(click.Group):
    """The commands, each of which can be stopped at any time and leaves nothing behind."""

    def list_commands(self, context: click.Context) -> list[str]:
        """All of them, those that live elsewhere too."""
        return sorted({*super().list_commands(context), *ELSEWHERE})

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """One that is here, or else the object of its own name in its module."""
        if name not in ELSEWHERE:
            return super().get_command(context, name)
        found: click.Command = getattr(importlib.import_module(ELSEWHERE[name]), name)
        return found

    def invoke(self, context: click.Context) -> Any:
        """Run one; a sentence and an exit code tell that it was stopped."""
        try:
            with stoppable(), own_temporary_folder():
                return super().invoke(context)
        except Stopped as stop:
            click.echo(f"\nStopped.{GOES_ON.get(context.invoked_subcommand or '', '')}", err=True)
            context.exit(stop.code)


@click.group(cls=Course)
@click.option(
    "--course",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The course's folder.  [default: of this installation; for `check`, of the notebook]",
)
@click.pass_context
def main(context: click.Context, course: Path | None) -> None:
    """Check and grade the exercises of the course."""
    context.obj = (course or ROOT).resolve()
    if context.invoked_subcommand != "check" and checking.is_kit(context.obj):
        raise click.ClickException(
            f"`course {context.invoked_subcommand}` is for those who have the solutions; "
            "with this kit:  course check NOTEBOOK"
        )


def limit_options(command: Any) -> Any:
    """The limits of a submission as options, with their defaults."""
    for name, meaning in reversed(LIMITS.items()):
        option, default = f"--{name.replace('_', '-')}", getattr(Limits, name)
        command = click.option(option, default=default, show_default=True, help=meaning)(command)
    return command


@main.command()
@click.argument("notebook", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as JSON.")
@sandboxing
@limit_options
@click.pass_context
def check(
    context: click.Context, notebook: Path, as_json: bool, sandbox: bool, **limits: Any
) -> None:
    """Check one NOTEBOOK here and now, whatever it is called, and say what is wrong with it."""
    named = context.parent and context.parent.params["course"]
    root = context.obj if named else checking.find_course(notebook, context.obj)
    checking.command(root, notebook, Limits(**limits), as_json=as_json, walls=sandbox)


@main.command()
@click.argument("assignment")
@click.option("--student", "chosen", multiple=True, help="Only this one (may be repeated).")
@click.option("--scheduler", help="Address of a Dask scheduler, such as tcp://host:8786.")
@click.option("--workers", default=os.cpu_count(), show_default=True, help="Of the local cluster.")
@click.option("--force", is_flag=True, help="Grade again what has not changed, too.")
@sandboxing
@limit_options
@click.pass_obj
def grade(
    root: Path,
    assignment: str,
    chosen: tuple[str, ...],
    scheduler: str | None,
    workers: int,
    force: bool,
    sandbox: bool,
    **limits: Any,
) -> None:
    """Grade what is new or changed for ASSIGNMENT, in parallel, into the gradebook."""
    _walls(sandbox and scheduler is None)
    with ExitStack() as stack:
        stack.enter_context(_turn(root))
        if scheduler is None:  # what takes longest to start comes first
            stack.enter_context(warm.private_servers())
            prepare(sandbox=sandbox)
        from helpers.grading import intake

        _assignment(root, assignment)
        names = list(chosen) or intake.students(root, assignment)
        if not names:
            raise click.ClickException(f"nothing in {root / 'submitted'}/*/{assignment}")
        from helpers.grading import pipeline
        from helpers.grading.cluster import without_walls, workers_of

        client = stack.enter_context(workers_of(scheduler, workers))
        if scheduler is not None and sandbox and (faults := without_walls(client)):
            told = (f"the worker {address}: {why}" for address, why in sorted(faults.items()))
            raise click.ClickException("\n".join(told))

        bar = stack.enter_context(tqdm(total=len(names), unit="submission", disable=None))

        def tell(row: Any) -> None:
            bar.update()
            bar.set_postfix_str(f"{shown(row.student)}: {row.status}")

        try:
            rows = pipeline.grade_class(
                root,
                assignment,
                names,
                client,
                limits=Limits(**limits),
                sandbox=sandbox,
                force=force,
                tell=tell,
            )
        except OSError as error:
            raise click.ClickException(
                f"{error}\nWhat was graded is kept: mend that, and the same command goes on."
            ) from error
    rows = _show(root, assignment, rows)
    if waiting := sum(row.waiting for row in rows):
        where = "`make lab`, then Formgrader in the menu Nbgrader"
        click.echo(f"{waiting} cells are to be graded by hand: {where}", err=True)
    if any(row.status in pipeline.ATTENTION for row in rows):
        raise click.ClickException("some submissions need a person: see above")


@main.command()
@click.argument("assignment")
@click.option("--csv", "as_csv", is_flag=True, help="Comma-separated values.")
@click.pass_obj
def status(root: Path, assignment: str, as_csv: bool) -> None:
    """How every submission of ASSIGNMENT stands."""
    from helpers.grading import pipeline

    _assignment(root, assignment)
    _show(root, assignment, pipeline.table(root, assignment), as_csv=as_csv)


@main.command()
@click.argument("assignment")
@click.option("--student", "chosen", multiple=True, help="Only this one (may be repeated).")
@click.pass_obj
def feedback(root: Path, assignment: str, chosen: tuple[str, ...]) -> None:
    """Write a page of feedback for everybody who has a grade for ASSIGNMENT."""
    from helpers.grading import returning

    _assignment(root, assignment)
    with _turn(root):  # while a class is being graded, some would find nothing yet
        pages = returning.give_back(root, assignment, chosen)
        results = list(tqdm(pages, unit="page", disable=None))
    without = [f"{shown(student):24}  {reason}" for student, reason in results if reason]
    click.echo(f"{len(results) - len(without)} pages in {root / 'feedback'}")
    if without:
        raise click.ClickException("\n".join(["no page for:", *without]))
    if not results:
        raise click.ClickException(f"nobody has handed in {assignment}")


@main.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write.  [default: _build/networks-that-remember.zip]",
)
@click.pass_obj
def kit(root: Path, output: Path | None) -> None:
    """Pack what a learner needs: exercises and helpers, no solution and no hidden test."""
    from helpers.grading.kit import Leak, make_kit

    target = output or root / "_build" / "networks-that-remember.zip"
    try:
        names = make_kit(root, target)
    except (FileNotFoundError, Leak) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{target}: {len(names)} files, {target.stat().st_size / 1e6:.1f} MB")


def _turn(root: Path) -> AbstractContextManager[None]:
    """The turn of all that writes into the gradebook, of which all assignments share one."""
    path = root / "_build" / "grading" / "lock"
    return one_at_a_time(path, lambda told: click.echo(told, err=True))


def _show(root: Path, assignment: str, rows: list[Row], *, as_csv: bool = False) -> list[Row]:
    """Print how a class stands, with what people have graded; the rows that were printed."""
    from helpers.grading import by_hand, table

    rows = by_hand.with_marks(root, assignment, rows)
    if as_csv:
        table.write_csv(rows, sys.stdout)
    else:
        click.echo("\n".join(table.lines(rows)), nl=bool(rows))
    return rows


def _assignment(root: Path, name: str) -> intake.Assignment:
    from helpers.grading import intake

    try:
        return intake.read_assignment(root, name)
    except (FileNotFoundError, intake.NotForUs) as error:
        raise click.ClickException(str(error)) from error


def _walls(wanted: bool) -> None:
    if wanted:
        try:
            sandbox.probe()
        except sandbox.NoSandbox as reason:
            raise click.ClickException(str(reason)) from reason


if __name__ == "__main__":
    main()
