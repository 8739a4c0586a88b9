"""Answers of every corpus, graded by the engine, get the points that they declare.

Graded are those that are new or changed since `make corpora`, and a sample of the rest; for all
others the ledger is believed.
"""

import json
import os
from functools import partial

import pytest

from tests.exercises import corpus
from tests.exercises.ledger import Ledger, assignments
from tests.exercises.once import once
from tests.grading import toy

SEED = os.environ["CORPORA_SEED"]  # see tests/conftest.py


@pytest.fixture(scope="module")
def fresh(released, tmp_path_factory, worker_id):
    """What those that are graded get, by assignment and answer."""
    if toy.NO_SANDBOX:
        pytest.skip(toy.NO_SANDBOX)
    folder = once(tmp_path_factory, worker_id, "verdicts", partial(_grade, released))
    return json.loads((folder / "verdicts.json").read_text("utf-8"))


def _grade(course, folder):
    ledgers = map(Ledger, assignments())
    wanted = {each.assignment: [*each.unsettled(), *each.sample(SEED)] for each in ledgers}
    (folder / "verdicts.json").write_text(json.dumps(corpus.grade(course, wanted)), "utf-8")


@pytest.mark.parametrize("assignment", assignments())
def test_an_answer_gets_what_it_declares_and_got_before(assignment, fresh):
    faults = Ledger(assignment).contradictions(fresh[assignment])
    assert not faults, "\n".join([f"CORPORA_SEED={SEED} draws this sample again", *faults])
