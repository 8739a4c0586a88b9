"""Grade every answer of every corpus, or of those named, and write their ledgers anew.

python -m tests.exercises.corpora [ASSIGNMENT ...]
"""

from __future__ import annotations

import sys

import click
from tqdm import tqdm

from helpers.kernels import warm
from tests.exercises import corpus, ledger


@click.command()
@click.argument("names", nargs=-1, metavar="[ASSIGNMENT]...")
def main(names: tuple[str, ...]) -> None:
    """Grade all answers to these assignments, or to all, and record what each one gets."""
    known = ledger.assignments()
    if unknown := sorted(set(names) - set(known)):
        raise click.ClickException(f"no assignment {', '.join(unknown)}; there are {known}")
    ledgers = [ledger.Ledger(name) for name in names or known]
    wanted = {each.assignment: list(each.answers.values()) for each in ledgers}
    with (
        warm.private_servers(),
        tqdm(total=sum(map(len, wanted.values())), unit="answer", disable=None) as bar,
    ):
        verdicts = corpus.grade(ledger.ROOT, wanted, bar.update)
    faults = []
    for each in ledgers:
        each.write(verdicts[each.assignment])
        fresh = ledger.Ledger(each.assignment)
        told = fresh.contradictions(verdicts[each.assignment])
        faults += [f"{each.assignment}/{fault}" for fault in told]
    if faults:
        raise click.ClickException("\n".join(["not every answer gets what it declares:", *faults]))
    count = sum(map(len, wanted.values()))
    click.echo(f"{count} answers to {len(ledgers)} assignments get what they declare")


if __name__ == "__main__":
    sys.exit(main())
