"""Grade the official solutions under other seeds, and tell who loses points to luck.

python -m tests.exercises.luck [--seeds N] [ASSIGNMENT ...]
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from tqdm import tqdm

from helpers.grading import intake
from helpers.kernels import warm
from tests.exercises import corpus, course, ledger
from tests.exercises.course import Answer

SEED = re.compile(r"(?<=set_random_seed\()\d+(?=\))")
SET = "__import__('keras').utils.set_random_seed({seed})\n"


@click.command()
@click.argument("names", nargs=-1, metavar="[ASSIGNMENT]...")
@click.option("--seeds", default=10, help="How many other seeds, from 1001 on.")
def main(names: tuple[str, ...], seeds: int) -> None:
    """Print what a right answer lost under which seed; end with 1 if it lost anything."""
    chosen = names or ledger.assignments()
    wanted = {name: list(reseeded(ledger.ROOT, name, seeds)) for name in chosen}
    total = sum(map(len, wanted.values()))
    with warm.private_servers(), tqdm(total=total, unit="answer", disable=None) as bar:
        verdicts = corpus.grade(ledger.ROOT, wanted, bar.update)
    unlucky = 0
    for name, answers in wanted.items():
        for answer in answers:
            got = verdicts[name][answer.name]
            if got["points"] != answer.points:
                unlucky += 1
                click.echo(f"{name}, {answer.does}: {got['points']} {got['messages']}")
    click.echo(f"{unlucky} of {total} lost points")
    sys.exit(unlucky > 0)


def reseeded(course_folder: Path, name: str, seeds: int) -> Iterator[Answer]:
    """The official solution of an assignment, each cell of which begins with another seed."""
    author = intake.read_assignment(course_folder, name)
    full = course.read_answer(course.ANSWERS / name / "solution.md").points
    for seed in range(1001, 1001 + seeds):
        cells = {
            grading["grade_id"]: SET.format(seed=seed) + SEED.sub(f"{seed}", course.official(cell))
            for cell in author.source.cells
            if (grading := course.grading(cell)).get("solution") and cell.cell_type == "code"
        }
        yield Answer(f"seed-{seed}", f"seed {seed}", "solution", full, cells)


if __name__ == "__main__":
    main()
