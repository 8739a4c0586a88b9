"""Scores of a translator: by hand where a hand can, and the record."""

import numpy as np
import pytest

from helpers import results
from helpers.data import pairs
from helpers.experiments import french
from helpers.tokens import Vocabulary

NUMBERS = "one two three four five six seven eight nine ten".split()
LINES = [(f"{a} {b}.", f"{b}-{a} !") for a in NUMBERS for b in NUMBERS]


@pytest.fixture(scope="module")
def data():
    return pairs.Pairs(tuple(LINES[10:]), tuple(LINES[:10]))


@pytest.fixture(scope="module")
def translator(data):
    return french.train(data, epochs=1, units=8, dim=4, dropout=0.0)[0]


def test_a_copy_has_a_hundred_and_nothing_has_none():
    wanted = [["le chat est ici.", "le chat est là."], ["il est tard à paris."]]
    assert np.isclose(french.bleu([each[0] for each in wanted], wanted), 100)
    assert np.isclose(french.bleu(["le chat est là.", wanted[1][0]], wanted), 100)
    assert french.bleu(["x", "y"], wanted) < 5


def test_bleu_is_what_its_definition_says():
    """One answer, one reference: precisions 4/5, 2/4, 1/3 and 0 -> smoothed, no penalty."""
    score = french.bleu(["a b c x e"], [["a b c d e"]], "none")
    precisions = [4 / 5, 2 / 4, 1 / 3, 1 / 2 / 2]  # sacrebleu halves what is left for the zero
    assert np.isclose(score, 100 * np.prod(precisions) ** 0.25)


def test_what_cannot_be_an_answer_is_never_written(translator, data):
    for sentence in translator([source for source, _ in data.test], width=3):
        assert not {"<pad>", "<unk>", "<start>"} & {*sentence.split()}


def test_the_nearest_sentence_shares_the_rare_word(data):
    train = (("i am here", "un"), ("i am late", "deux"), ("he is here", "trois"))
    found = french.nearest(pairs.Pairs(train, ()), ["you are late", "he is"])
    assert found == ["deux", "trois"]


def test_padding_only_adds_to_the_accuracy(translator, data):
    found = french.token_accuracy(translator, [*data.test, ("a", "b")])
    assert 0 <= found["masked"] < found["padding counts"] <= 1


def test_scores_have_a_line_for_every_claim(translator, data):
    found = french.scores(translator, data)
    assert [*found["beams"]] == [f"{w}, {p}" for w in (1, 2, 5, 10) for p in (0, 1)]
    assert found["beams"]["1, 0"] == found["beams"]["1, 1"]
    assert len(found["examples"]) == french.SHOWN
    assert {*french.pair_by_pair(translator, data)} == {"all", "new"}  # none has been seen


def test_long_targets_are_left_out(data):
    long = pairs.Pairs((*data.train, ("a b", " ".join("abcdefghijklmnop"))), data.test)
    translator, seconds = french.train(long, epochs=1, units=8, dim=4)
    assert "p" not in translator.target.tokens and seconds > 0
    assert isinstance(translator.source, Vocabulary)


def test_the_record_is_whole():
    record = results.load("french")["outcome"]
    for name in ("dot", "none"):
        assert len(record[name]) == len(french.SPLITS)
        assert all(run["shared"] == 0 for run in record[name])
    assert record["random"]["shared"] > 0 == record["mended"]["shared"]


def test_what_the_test_shares_is_taken_out_of_training():
    leaky = pairs.Pairs((("Go!", "va"), ("run", "cours"), ("stop", "halte")), (("go", "allez"),))
    mended = french.without_shared(leaky)
    assert mended.train == leaky.train[1:] and mended.test == leaky.test
    assert pairs.shared_sources(mended) == 0 < pairs.shared_sources(leaky)
