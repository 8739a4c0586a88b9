"""The tagging experiment: outcomes by hand, counts that add up, choices by the dev part."""

import json

import numpy as np
import pytest

from helpers import iob
from helpers.data import tagged
from helpers.data.conll import Sentence
from helpers.experiments import entities
from helpers.iob import Span

FOUND = [Span("a", 0, 2), Span("b", 3, 4), Span("a", 6, 9)]


@pytest.mark.parametrize(
    ("span", "outcome"),
    [
        (("a", 0, 2), "right"),
        (("b", 0, 2), "kind"),
        (("a", 0, 1), "boundary"),
        (("b", 8, 11), "boundary"),
        (("a", 2, 3), "nothing"),
        (("a", 9, 10), "nothing"),
    ],
)
def test_what_became_of_an_entity(span, outcome):
    assert entities.outcome_of(Span(*span), FOUND) == outcome


def test_errors_by_what_was_known():
    known = [Sentence(("Ada", "in", "Ham"), ("B-a", "O", "B-b"))]
    asked = [
        Sentence(("ada", "Ham", "in", "Bo"), ("B-a", "O", "O", "B-a")),
        Sentence(("in", "Ham"), ("B-b", "I-b")),
    ]
    found = [["B-a", "B-b", "O", "O"], ["O", "B-b"]]
    counts = entities.errors(asked, found, known)
    assert counts["seen"]["right"] == 1 and sum(counts["seen"].values()) == 1
    assert counts["new"] == {"right": 0, "kind": 0, "boundary": 0, "nothing": 1}
    assert counts["familiar"]["boundary"] == 1
    assert counts["found"] == {"right": 1, "kind": 0, "boundary": 1, "nothing": 1}
    parts = [sum(counts[name].values()) for name in ("seen", "familiar", "new")]
    assert sum(parts) == sum(counts["true"].values()) == 3


@pytest.fixture(scope="module")
def small():
    data = tagged.load("embedded", n_train=300, n_dev=60, n_test=60)
    tagger = entities.learn(data, field=True, seed=0, epochs=2, units=16, batch=16)
    return data, tagger, entities.look(tagger, data)


def test_what_is_looked_at_adds_up(small):
    data, _, found = small
    for name in ("plain", "legal", "bold"):
        assert 0 <= found[name]["f1"] <= 1 and found[name]["token_accuracy"] > 0.5
    assert found["legal"]["illegal"] == found["bold"]["illegal"] == 0
    n_true = len(tagged.entities(data.test))
    for name, counts in found["errors"].items():
        assert sum(counts["true"].values()) == n_true
        assert sum(counts["found"].values()) == found[name]["n_found"]
        assert counts["true"]["right"] == counts["found"]["right"] == found[name]["n_right"]
    json.dumps(found)


def test_the_dev_part_chooses(small):
    data, tagger, found = small
    assert found["against_outside"] == max(found["dev"], key=found["dev"].get) or np.isclose(
        found["dev"][str(found["against_outside"])], max(found["dev"].values())
    )
    less, _ = entities.choose(tagger, data.dev)
    assert less == found["against_outside"]


def test_baselines(small):
    found = entities.baselines(small[0])
    assert found["outside"]["f1"] == 0 and found["outside"]["token_accuracy"] > 0.6
    assert found["dictionary"]["precision"] > 0.7 and found["dictionary"]["recall"] < 0.6


def test_rows_of_words_with_a_vector(monkeypatch):
    data = tagged.load("embedded", n_train=20, n_dev=5, n_test=5)
    word = data.test[0].words[0].lower()
    monkeypatch.setattr(
        entities.glove_archive, "load", lambda dim, words: {word: np.ones(dim, "float32")}
    )
    reader, matrix = entities.with_vectors(data, dim=3)
    assert matrix.shape == (len(reader.words), 3)
    assert matrix[reader.words.ids[word]].all() and matrix.sum() == 3


def test_what_is_judged_is_what_is_scored():
    true, found = [["O", "B-a", "I-a"]], [["O", "I-a", "I-a"]]
    assert entities.judge(true, found)["illegal"] == 1
    assert entities.judge(true, found)["lenient_f1"] == 1
    assert entities.judge(true, found)["f1"] == iob.score(true, found).f1 == 0


def test_facts_of_the_data(small):
    data = small[0]
    reader = entities.Reader.of([sentence.words for sentence in data.train])
    found = entities.facts(data, (reader, np.ones((len(reader.words), 3), "float32")))
    assert found["sentences"] == [300, 60, 60] and found["entities"][2] == len(
        tagged.entities(data.test)
    )
    assert found["with_vector"] == 1 and found["words"] == sum(len(s.words) for s in data.test)
