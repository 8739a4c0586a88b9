"""The tagger: ids, spelling, padding that changes nothing, and what it decides."""

import keras
import numpy as np
import pytest

from helpers import crf, iob
from helpers.data import tagged
from helpers.data.conll import Sentence
from helpers.models import tagger
from helpers.models.tagger import LONGEST, Reader, Spelling, build_tagger
from helpers.tokens import UNKNOWN


@pytest.fixture(scope="module")
def data():
    return tagged.load("embedded", n_train=300, n_dev=20, n_test=60, seed=3)


@pytest.fixture(scope="module")
def reader(data):
    return Reader.of([sentence.words for sentence in data.train])


def test_words_are_small_and_characters_are_not(reader):
    ids, spelled = reader.encode([["The", "the", "bank"], ["Qqq"]])
    assert ids.shape == (2, 3) and spelled.shape == (2, 3, LONGEST)
    assert ids[0, 0] == ids[0, 1] != ids[0, 2]
    assert ids[1, 0] == reader.words.ids[UNKNOWN] and not ids[1, 1:].any()
    assert spelled[0, 0, 0] != spelled[0, 1, 0] and (spelled[0, 0, 1:] == spelled[0, 1, 1:]).all()
    assert not spelled[1, 1:].any()


def test_a_long_word_keeps_both_ends(reader):
    _, spelled = reader.encode([["b" * 20 + "urgham"]])
    short = reader.encode([["b" * 8 + "bburgham"]])[1]
    assert (spelled == short).all()


def test_more_words_are_those_of_the_vectors():
    reader = Reader.of([["One"]], ["two"])
    assert {"one", "two"} <= {*reader.words.tokens}
    with pytest.raises(ValueError, match="3 vectors, expected 6: one for each word"):
        build_tagger(reader, ("O",), vectors=np.zeros((3, 5), "float32"))


def test_a_sentence_without_words(reader):
    with pytest.raises(ValueError, match="sentence 1 has no words: leave it out"):
        reader.encode([["a"], []])
    with pytest.raises(ValueError, match="sentence 1 has no words: leave it out"):
        build_tagger(reader, ("O", "B-a"), units=2).tag([["a"], []])


def test_spelling_looks_at_no_padding():
    layer = Spelling(9, dim=4, filters=5)
    ids = np.random.default_rng(0).integers(1, 9, (2, 3, 6)).astype("int32")
    wide = np.pad(ids, [(0, 0), (0, 0), (0, 7)])
    np.testing.assert_allclose(layer(ids), layer(wide), atol=1e-6)
    assert layer(ids).shape == (2, 3, 5)
    again = Spelling.from_config(layer.get_config())
    assert (again.size, again.dim, again.filters) == (9, 4, 5)


@pytest.mark.parametrize("field", [True, False])
def test_padding_changes_no_score(data, reader, field):
    keras.utils.set_random_seed(0)
    model = build_tagger(reader, data.tags, field=field, units=8)
    sentences = [sentence.words for sentence in data.test[:9]]
    together = model.emissions(sentences)
    for words, scores in zip(sentences, together, strict=True):
        assert scores.shape == (len(words), len(data.tags))
        np.testing.assert_allclose(scores, model.emissions([words])[0], atol=1e-5)


@pytest.mark.parametrize("field", [True, False])
def test_it_learns_our_grammar(data, reader, field):
    keras.utils.set_random_seed(0)
    model = build_tagger(reader, data.tags, field=field, units=24, learning_rate=0.01)
    losses = model.fit(data.train, epochs=3, batch=8, unknown=0.2)
    assert losses[-1] < 0.7 * losses[0]
    true = [sentence.tags for sentence in data.test]
    found = model.tag([sentence.words for sentence in data.test], legal=True)
    assert iob.score(true, found).f1 > 0.25
    assert not any(iob.illegal(tags) for tags in found)
    assert (model.field is None) == (not field)


def test_what_is_decided(data, reader):
    """Against a field by hand: rules win over scores, and O loses what it is made to pay."""
    model = build_tagger(reader, ("O", "B-a", "I-a"), field=False, units=4)
    scores = [np.array([[0.0, 1.0, 2.0], [3.0, 0.0, 2.5]])]
    assert model.decide(scores) == [["I-a", "O"]]
    assert model.decide(scores, legal=True) == [["B-a", "O"]]
    assert model.decide(scores, legal=True, against_outside=1.0) == [["B-a", "I-a"]]
    with_field = build_tagger(reader, ("O", "B-a", "I-a"), units=4)
    layer = next(x for x in with_field.model.layers if isinstance(x, crf.CRF))
    layer.transitions.assign(np.array([[0, 0, -9], [0, 0, 9], [0, 0, 0]], "float32"))
    assert with_field.decide(scores) == [["B-a", "I-a"]]


def test_batches_hide_words_and_pad_behind(data, reader):
    model = build_tagger(reader, data.tags, units=4)
    rng = np.random.default_rng(0)
    batches = [*model._batches(data.train, 16, 2, 0.5, rng)]
    assert len(batches) == 2 * -(-len(data.train) // 16)
    seen = 0
    for (ids, spelled), y in batches:
        assert ids.shape == y.shape == spelled.shape[:2]
        assert ((y == crf.PADDING) == (ids == 0)).all()
        seen += (ids > 0).sum()
    assert seen == 2 * sum(len(sentence.words) for sentence in data.train)
    unknown = reader.words.ids[UNKNOWN]
    share = sum((ids == unknown).sum() for (ids, _), _ in batches) / seen
    assert 0.4 < share < 0.6


def test_it_comes_back_from_a_file(data, reader, tmp_path):
    model = build_tagger(reader, data.tags, units=4, legal=True)
    model.model.save(tmp_path / "tagger.keras", include_optimizer=False)
    again = keras.models.load_model(tmp_path / "tagger.keras", compile=False)
    sentences = [sentence.words for sentence in data.test[:3]]
    other = tagger.Tagger(again, reader, data.tags)
    np.testing.assert_allclose(other.emissions(sentences)[0], model.emissions(sentences)[0])
    assert other.field is not None


def test_first_batches_that_are_alike_bind_no_later_one():
    """Keras takes the sizes that the first two batches share for those of all."""
    short, long = Sentence(("a",) * 3, ("O",) * 3), Sentence(("a",) * 9, ("O",) * 9)
    model = build_tagger(Reader.of([short.words]), ("O", "B-a"), units=2)
    assert len(model.fit([short] * 6 + [long] * 6, epochs=1, batch=2)) == 1
