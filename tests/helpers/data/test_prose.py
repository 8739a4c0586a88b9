import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.data import prose

SHARED = Path(__file__).parents[4] / "shared" / "data"


def test_the_manual_is_divided_by_topics_and_no_paragraph_is_in_both():
    found = prose.load("embedded")
    assert found.source == "manual"
    assert len(found.train) > 200_000 and len(found.test) > 10_000
    train, test = found.train.split("\n"), found.test.split("\n")
    assert not {*train} & {*test}
    assert len({*train}) == len(train) and all(train) and all(test)
    assert {*found.train, *found.test} <= {*prose.ALPHABET}
    short = prose.load("embedded", n_train=1000, n_test=10)
    assert (short.train, short.test) == (found.train[:1000], found.test[:10])


def test_without_the_manual_it_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "pydoc_data.topics", None)
    with pytest.raises(FileNotFoundError, match="install the whole standard library"):
        prose.load("embedded")


def test_an_unknown_source_is_refused(monkeypatch):
    monkeypatch.setenv("RNN_DATA", "novels")
    with pytest.raises(ValueError, match="'novels'.*expected"):
        prose.load()


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real data are not on this machine")
def test_real_reviews_are_as_long_as_was_asked(monkeypatch):
    monkeypatch.setenv("RNN_DATA_DIR", str(SHARED))
    found = prose.load("real", n_train=20_000, n_test=3_000)
    assert (len(found.train), len(found.test), found.source) == (20_000, 3_000, "reviews")
    assert found.train[:5000] not in found.test


@given(st.lists(st.text()))
def test_whatever_is_cleaned_can_be_encoded_and_comes_back(paragraphs):
    text = prose.clean(paragraphs)
    assert "\n\n" not in text and not text.startswith("\n")
    assert prose.decode(prose.encode(text)) == text


def test_quotes_stay_quotes_and_strange_characters_are_marked():
    assert prose.clean(["“It’s –\n naïve”", " \t ", "ok"]) == '"It\'s - na?ve"\nok'


def test_a_strange_character_is_named_with_its_place():
    with pytest.raises(ValueError, match="character 3 is 'ï'.*prose.clean"):
        prose.encode("na\nï")
