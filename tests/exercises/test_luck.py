"""The official solutions under other seeds: nothing in them sets the old one again."""

import pytest

from tests.exercises.ledger import assignments
from tests.exercises.luck import SEED, reseeded


@pytest.mark.parametrize("assignment", assignments())
def test_every_cell_draws_anew_and_none_goes_back(assignment, released):
    answers = list(reseeded(released, assignment, 3))
    assert len({answer.name for answer in answers}) == 3
    for answer in answers:
        seed = answer.does.split()[-1]
        assert answer.cells and sum(answer.points.values()) == 10
        for source in answer.cells.values():
            compile(source, answer.does, "exec")
            assert set(SEED.findall(source)) == {seed}, source
