"""Every assignment's answers are many enough, and the ledger of their verdicts is current."""

import pytest

from tests.exercises import corpus
from tests.exercises.ledger import Ledger, assignments, is_draft


@pytest.mark.parametrize("assignment", assignments())
def test_the_ledger_has_what_each_answer_declares(assignment):
    assert not (faults := Ledger(assignment).faults()), "\n".join(faults)


@pytest.mark.parametrize("assignment", assignments())
def test_the_corpus_is_rich_enough(assignment):
    corpus.check_mix(list(Ledger(assignment).answers.values()), draft=is_draft(assignment))
