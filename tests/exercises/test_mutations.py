"""Mutants parse, differ from their original, and have the faults that people make."""

import ast

import numpy as np
import pytest

from tests.exercises import mutants as tool
from tests.exercises.ledger import assignments, is_draft
from tests.exercises.mutations import mutants

LIMIT = """
def longest(values, limit=3):
    found = [value for value in values if value < limit]
    print(len(values) - 1)
    found.sort(reverse=True)
    return -found[0] / len(values)
"""


def test_the_faults_that_people_make_are_among_them():
    does = {mutant.does.split(": ", 1)[-1] for mutant in mutants(LIMIT)}
    assert {
        *("Lt becomes LtE", "3 becomes 4", "operands of Div swapped", "USub lost"),
        *("lost: found.sort(reverse=True)", "found.sort without reverse"),
        *("longest writes into values", "len(x) becomes x"),
    } <= does
    assert "1 becomes 2" not in does, "nobody minds what is printed"


def test_none_is_its_original_and_none_comes_twice():
    sources = [mutant.source for mutant in mutants(LIMIT)]
    assert len(set(sources)) == len(sources)
    assert ast.unparse(ast.parse(LIMIT)) not in sources


def test_a_writer_returns_what_it_should_and_spoils_what_it_was_given():
    source = "def total(rows):\n    return float(sum(rows))\n"
    [writer] = [mutant for mutant in mutants(source) if "writes into" in mutant.does]
    names = {"np": np}
    exec(writer.source, names)
    rows = np.array([1.0, 2.0])
    assert names["total"](rows) == 3
    assert not rows.any()


@pytest.mark.parametrize("assignment", assignments())
def test_every_assignment_has_mutants_of_every_function(assignment, released):
    drawn = tool.drawn(released, assignment, 10_000, "0")
    assert len(drawn) > (0 if is_draft(assignment) else 40)
    for answer in drawn:
        for source in answer.cells.values():
            compile(source, answer.does, "exec")
