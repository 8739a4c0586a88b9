import numpy as np
import pytest

from helpers.data import review_grammar
from helpers.experiments import augmentation
from helpers.experiments.augmentation import RATES, VARIANTS, Variant, changes, draw, vocabulary

ADJECTIVES = {*review_grammar.GOOD, *review_grammar.BAD}


def test_a_seed_draws_other_texts_and_leaves_the_rest():
    one, again, other = draw(50, 0), draw(50, 0), draw(50, 1)
    np.testing.assert_array_equal(one.train[0], again.train[0])
    assert (one.train[0] != other.train[0]).any()
    np.testing.assert_array_equal(one.test[0], other.test[0])
    assert one.validation[0].shape == one.test[0].shape == (1000, 50)


def test_no_text_is_in_two_parts():
    data = draw(8000, 0)
    texts = [{row.tobytes() for row in part[0]} for part in (data.train, data.validation)]
    tested = {row.tobytes() for row in data.test[0]}
    assert not texts[0] & texts[1] and not tested & (texts[0] | texts[1])


def test_only_training_labels_are_false_and_only_if_asked_for():
    assert 0.1 < draw(2000, 0).turned.mean() < 0.2
    assert not draw(200, 0, label_noise=0.0).turned.any()


@pytest.mark.parametrize("name", ["synonyms", "opposites among them"])
def test_only_the_control_turns_a_verdict(name):
    words = [*vocabulary()]
    x = draw(300, 0, label_noise=0.0).train[0]
    new = changes()[name](x, rate=1.0, rng=np.random.default_rng(0))
    turned = [
        (words[a] in review_grammar.GOOD) != (words[b] in review_grammar.GOOD)
        for a, b in zip(x.ravel(), new.ravel(), strict=True)
        if words[a] in ADJECTIVES
    ]
    assert np.mean(turned) == pytest.approx(0.5 if "opposites" in name else 0, abs=0.1)
    assert (x != new).mean() > 0.05


def test_every_variant_names_what_there_is():
    for variant in VARIANTS.values():
        assert variant.change is None or variant.change in changes()


def test_all_variants_take_as_many_steps(monkeypatch):
    seen = []
    real = augmentation.keras.Model.fit

    def fit(self, x, y, **options):
        seen.append((len(x), options["batch_size"], options.get("epochs", 1)))
        return real(self, x, y, **options)

    monkeypatch.setattr(augmentation.keras.Model, "fit", fit)
    for variant in (Variant(), Variant("words deleted"), Variant(times=4)):
        augmentation.fit(100, variant, 0.3, label_noise=0.15, seeds=[0], rounds=1)
    assert seen == [(63 * 32, 32, 1)] * 3


def test_what_is_told_of_each_seed(monkeypatch):
    monkeypatch.setattr(augmentation, "STEPS_A_ROUND", 2)
    found = augmentation.compare(40, label_noise=0.0, seeds=iter(range(2)), names=["none"])
    assert found.keys() == {"none"} and found["none"].keys() == {"0"}
    assert {key: len(row) for key, row in found["none"]["0"].items()} == {
        "val_loss": 2,
        "accuracy": 2,
        "test_loss": 2,
    }
    tried = augmentation.compare(40, label_noise=0.15, seeds=[0], names=["words swapped"])
    assert [*tried["words swapped"]] == [f"{rate:g}" for rate in RATES]
    assert "by_heart" in tried["words swapped"]["0.1"]
