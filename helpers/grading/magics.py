"""Test cells with IPython's own syntax, as Python."""

from __future__ import annotations

import ast


class NotTested(Exception):
    """A test that wants what is not possible across two processes: a person must look at it."""


def python(source: str) -> str:
    """A cell as Python: lines such as ``%matplotlib inline`` as the calls that they stand for.

    Raises
    ------
    NotTested
        For a magic over a whole cell, which would run the cell elsewhere.
    """
    try:
        ast.parse(source)
    except SyntaxError:
        from IPython.core.inputtransformer2 import TransformerManager

        changed = TransformerManager().transform_cell(source)
        if "run_cell_magic(" in changed:
            magic = source.lstrip().partition("\n")[0]
            raise NotTested(
                f"This test is under the magic `{magic:.80}`, which would run it in the notebook's"
                " own process: the cell is to be graded by a person."
            ) from None
        return changed
    return source
