import keras
import numpy as np
import pytest

from helpers.data import reviews
from helpers.experiments import imdb, sentiment


@pytest.fixture(scope="module")
def corpus():
    return reviews.load("embedded", n_train=4000, n_test=600)


def test_every_variant_reads_what_is_prepared_for_it(corpus):
    for name, improvements in sentiment.variants().items():
        (x, y), (x_test, y_test) = sentiment.prepare(corpus, improvements)
        steps = 50 if "length" in improvements else 15
        assert x.shape[:2] == (4000, steps) and x_test.shape[:2] == (600, steps)
        assert len(y) == 4000 and len(y_test) == 600
        words = 1000 if "vocabulary" in improvements else 100
        assert 0 < x.max() < words and x_test.max() < words
        answer = sentiment.build(improvements)(x[:2])
        assert answer.shape == (2, 1), name


def test_each_improvement_changes_what_it_says():
    def layers_of(improvements):
        return [type(layer).__name__ for layer in sentiment.build(improvements).layers]

    assert layers_of(()) == ["SimpleRNN", "Dense"]
    assert layers_of({"embedding"}) == ["Embedding", "SimpleRNN", "Dense"]
    assert layers_of({"depth"}) == ["Bidirectional", "Dense"]
    rates = [float(sentiment.build(i).optimizer.learning_rate) for i in ((), ("tuning",))]
    assert np.isclose(rates[1], 10 * rates[0])


def test_variants_are_the_ladder_all_but_one_and_each_alone():
    variants = sentiment.variants()
    assert len(variants) == 14
    assert variants["none"] == () and variants["embedding + depth"] == ("embedding", "depth")
    assert sentiment.name_of({"length", "embedding"}) == "embedding + length"
    for one in sentiment.IMPROVEMENTS:
        assert (one,) in variants.values()
        left = set(sentiment.IMPROVEMENTS) - {one}
        assert sentiment.name_of(left) in variants


def test_an_unknown_improvement_is_refused():
    with pytest.raises(ValueError, match=r"unknown improvements \['magic'\], expected \['embed"):
        sentiment.build({"embedding", "magic"})


def test_order_solves_the_long_range_part_and_a_bag_of_words_does_not(corpus):
    train, (x_test, y_test) = sentiment.prepare(corpus, sentiment.IMPROVEMENTS)
    far = np.array(corpus.test_kinds) == "expectation"
    assert far.sum() > 60

    def accuracy(model, epochs):
        model.fit(*train, epochs=epochs, batch_size=64, verbose=0)
        return np.mean((model(x_test[far]).numpy()[:, 0] > 0.5) == y_test[far])

    keras.utils.set_random_seed(0)
    bag = accuracy(imdb.bag_of_words(1000, learning_rate=1e-2), epochs=4)
    assert abs(bag - 0.5) < 0.2
    keras.utils.set_random_seed(0)  # seeds differ: 0.64 to 0.83 against 0.43 to 0.47
    assert accuracy(sentiment.build(sentiment.IMPROVEMENTS), epochs=8) > bag + 0.1


def test_an_ablation_keeps_a_number_for_each_seed(monkeypatch):
    small = reviews.load("embedded", n_train=64, n_test=32)
    two = {"none": (), "embedding": ("embedding",)}
    monkeypatch.setattr(sentiment, "variants", lambda: two)
    found = sentiment.ablation(small, seeds=iter(range(2)))
    assert [*found] == [*two]
    for row in found.values():
        assert len(row["accuracy"]) == len(row["loss"]) == 2


def test_each_rate_has_one_accuracy_per_seed():
    data = reviews.load("embedded", n_train=64, n_test=32)
    found = sentiment.at_rates(data, "depth", (1e-3, 1e-2), seeds=range(2))
    assert [*found] == ["0.001", "0.01"] and all(len(row) == 2 for row in found.values())
    assert all(0 <= one <= 1 for row in found.values() for one in row)


@pytest.mark.parametrize("part", ["tuning", "magic"])
def test_what_cannot_be_left_out_is_refused(part):
    with pytest.raises(ValueError, match=f"left_out is '{part}'"):
        sentiment.at_rates(reviews.load("embedded", n_train=8, n_test=8), part, (1e-3,), seeds=[0])


def test_every_split_holds_other_patterns_out_and_every_network_answers_all_of_them():
    found = sentiment.over_splits([1], n_train=64, n_test=50)
    assert [*found] == ["average", "windows", "all five"]
    assert all(len(row) == 1 and 0 <= row[0] <= 1 for row in found.values())
    kinds = [reviews.load("embedded", n_train=4, n_test=4, seed=seed).test_texts for seed in (0, 1)]
    assert kinds[0] != kinds[1]
