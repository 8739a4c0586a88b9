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
    ledgers = {name: ledger.Ledger(name) for name in names or known}
    wanted = {name: list(each.answers.values()) for name, each in ledgers.items()}
    count, faults = sum(map(len, wanted.values())), []
    with warm.private_servers(), tqdm(total=count, unit="answer", disable=None) as bar:
        # Written one by one: whoever stops this has lost the rest alone.
        for name, verdicts in corpus.graded(ledger.ROOT, wanted, bar.update):
            ledgers[name].write(verdicts)
            told = ledger.Ledger(name).contradictions(verdicts)
            faults += [f"{name}/{fault}" for fault in told]
    if faults:
        raise click.ClickException("\n".join(["not every answer gets what it declares:", *faults]))
    click.echo(f"{count} answers to {len(ledgers)} assignments get what they declare")


if __name__ == "__main__":
    sys.exit(main())
