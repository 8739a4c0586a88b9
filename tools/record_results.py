"""Run the long experiments over many seeds and record them in ``results/`` (`make results`)."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import click

from helpers import experiments, results
from helpers.kernels.thrift import ONE_THREAD

if __name__ == "__main__":  # before TensorFlow is imported, which reads it then
    os.environ.update(ONE_THREAD)

RECORDS: dict[str, Callable[[], Any]] = {
    name: compute
    for module in iter_modules(experiments.__path__)
    for name, compute in import_module(f"helpers.experiments.{module.name}").RECORDS.items()
}


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(RECORDS)))
def main(names: tuple[str, ...]) -> None:
    """Record the experiments NAMES (all of them, if none is named)."""
    for name in names or RECORDS:
        click.echo(f"{name} …")
        outcome = RECORDS[name]()
        path = results.save(name, outcome, command=f"python -m tools.record_results {name}")
        click.echo(f"wrote {path}")


if __name__ == "__main__":
    main()
