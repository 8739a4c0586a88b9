"""Tagged sentences: legal, seeded, with new names in the test; and the real files."""

import os
from pathlib import Path

import numpy as np
import pytest

from helpers import iob
from helpers.data import downloads, tagged, tagged_grammar
from helpers.data.conll import Sentence

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def data():
    return tagged.load("embedded", n_train=800, n_dev=100, n_test=300, seed=1)


def test_every_sentence_is_legal(data):
    for sentence in (*data.train, *data.dev, *data.test):
        assert len(sentence.words) == len(sentence.tags) > 0
        assert iob.illegal(sentence.tags) == []
    assert data.kinds == ("company", "person", "place") and len(data.tags) == 7


def test_half_of_the_test_is_new(data):
    for part in (data.dev, data.test):
        flags = [one for row in tagged.seen(part, data.train) for one in row]
        assert 0.35 < np.mean(flags) < 0.6
    flags = [one for row in tagged.seen(data.train, data.train) for one in row]
    assert all(flags)


def test_the_words_of_new_names_are_new_too(data):
    """Nearly: a name that is listed for training, and was not drawn for it, shares its words."""
    known = {
        word.lower()
        for sentence in data.train
        for word, tag in zip(*sentence, strict=True)
        if tag != "O"
    }
    endings = {*tagged_grammar.COMPANY_ENDINGS, "New", "Port", "and"}
    endings = {word.lower() for word in endings}
    shared = [
        bool({word.lower() for word in sentence.words[span.start : span.end]} & (known - endings))
        for sentence, flags in zip(data.test, tagged.seen(data.test, data.train), strict=True)
        for span, seen in zip(iob.spans(sentence.tags), flags, strict=True)
        if not seen
    ]
    assert len(shared) > 100 and np.mean(shared) < 0.15


def test_no_sentence_with_a_name_is_in_two_parts(data):
    parts = [{s for s in part if {*s.tags} != {"O"}} for part in (data.train, data.dev, data.test)]
    assert not parts[0] & parts[1] and not (parts[0] | parts[1]) & parts[2]


def test_names_of_a_kind_touch_somewhere(data):
    touching = [
        one for s in data.train for one, other in zip(s.tags, s.tags[1:], strict=False)
        if one != "O" and other == f"B-{iob.split(one)[1]}"
    ]  # fmt: skip
    assert len(touching) > 20


def test_the_seed_decides():
    one, two = (tagged.load("embedded", n_train=30, n_dev=5, n_test=5, seed=s) for s in (1, 2))
    assert one == tagged.load("embedded", n_train=30, n_dev=5, n_test=5, seed=1) != two


@pytest.mark.parametrize("change", [{"n_train": 0}, {"n_dev": 0}, {"n_test": -1}])
def test_nothing_is_refused(change):
    with pytest.raises(ValueError, match="expected at least 1"):
        tagged.load("embedded", **change)
    with pytest.raises(ValueError, match="source is 'wnut'"):
        tagged.load("wnut")


def test_a_dictionary_takes_the_longest_and_the_most_frequent():
    known = [
        Sentence(("New", "Ham"), ("B-place", "I-place")),
        Sentence(("Ham", "x"), ("B-food", "O")),
        Sentence(("Bo", "y", "Bo"), ("B-person", "O", "B-person")),
        Sentence(("Bo",), ("B-place",)),
    ]
    asked = [Sentence(("in", "New", "Ham", "Bo", "ham"), ("O",) * 5)]
    assert tagged.dictionary(known, asked) == [["O", "B-place", "I-place", "B-person", "O"]]
    assert tagged.dictionary(known, asked, any_case=True)[0][-1] == "B-food"
    assert tagged.dictionary([], asked) == [["O"] * 5]


def test_a_missing_file_says_where_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(downloads, "_download", lambda *a: (_ for _ in ()).throw(ValueError("no")))
    with pytest.raises(FileNotFoundError, match=r"wnut17train.conll is not in .*\n.*noisy-text"):
        tagged.load("real")


@pytest.fixture
def real(monkeypatch):
    for folder in (os.environ.get("RNN_DATA_DIR"), ROOT.parent / "shared" / "data"):
        inside = folder and Path(folder, tagged.FOLDER)
        if folder and any(
            p.is_file()
            for p in (Path(folder, "wnut17train.conll"), Path(inside, "wnut17train.conll"))
        ):
            monkeypatch.setenv("RNN_DATA_DIR", str(folder))
            return tagged.load("real")
    pytest.skip("wnut17train.conll is neither in RNN_DATA_DIR nor in ../shared/data")


def test_the_real_files(real):
    """As many sentences and entities as their paper counts; no name of training in the test."""
    assert [len(part) for part in (real.train, real.dev, real.test)] == [3394, 1009, 1287]
    assert real.kinds == tagged.WNUT_KINDS
    assert [len(tagged.entities(part)) for part in (real.train, real.dev, real.test)] == [
        1975, 836, 1079,
    ]  # fmt: skip
    true = [sentence.tags for sentence in real.test]
    assert iob.score(true, tagged.dictionary(real.train, real.test)).n_found == 0
