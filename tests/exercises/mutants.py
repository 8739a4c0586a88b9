"""Grade small faults in the reference solutions, and tell which of them no test notices.

python -m tests.exercises.mutants [--most N] [--seed S] [--cell ID] [ASSIGNMENT ...]
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import click
from tqdm import tqdm

from helpers.grading import intake
from helpers.kernels import warm
from tests.exercises import corpus, course, ledger
from tests.exercises.course import Answer
from tests.exercises.mutations import mutants


@click.command()
@click.argument("names", nargs=-1, metavar="[ASSIGNMENT]...")
@click.option("--most", default=40, help="Mutants of an assignment, drawn at random.")
@click.option("--seed", default="0", help="Draws other ones.")
@click.option("--cell", "cells", multiple=True, help="Mutate only this solution cell.")
def main(names: tuple[str, ...], most: int, seed: str, cells: tuple[str, ...]) -> None:
    """Print the mutants that got full marks: each is harmless, or a hole in a test."""
    wanted = {
        name: drawn(ledger.ROOT, name, most, seed, cells) for name in names or ledger.assignments()
    }
    total = sum(map(len, wanted.values()))
    with warm.private_servers(), tqdm(total=total, unit="mutant", disable=None) as bar:
        verdicts = corpus.grade(ledger.ROOT, wanted, bar.update)
    for name, answers in wanted.items():
        got = verdicts.get(name, {})
        full = course.read_answer(course.ANSWERS / name / "solution.md").points
        alive = [each for each in answers if got[each.name]["points"] == full]
        click.echo(f"{name}: {len(answers)} mutants, {len(alive)} with full marks")
        for each in alive:
            click.echo(f"  {each.does}")


def drawn(
    course_folder: Path, name: str, most: int, seed: str, cells: tuple[str, ...] = ()
) -> list[Answer]:
    """Mutants of one assignment's solution, as answers."""
    author = intake.read_assignment(course_folder, name)
    found = [
        (grade_id, mutant)
        for cell in author.source.cells
        if (grading := course.grading(cell)).get("solution") and cell.cell_type == "code"
        if not cells or grading["grade_id"] in cells
        for grade_id in [grading["grade_id"]]
        for mutant in mutants(course.official(cell))
    ]
    some = random.Random(f"{seed} {name}").sample(found, min(most, len(found)))
    return [
        Answer(
            f"mutant-{number}",
            f"{grade_id}, {mutant.does}",
            "solution",
            {},
            {grade_id: mutant.source},
        )
        for number, (grade_id, mutant) in enumerate(some)
    ]


if __name__ == "__main__":
    sys.exit(main())
