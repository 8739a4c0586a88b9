import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import augmentation
from helpers.augmentation import delete_words, replace_words, swap_words, thesaurus

LENGTH = 8


@st.composite
def rows(draw):
    """Rows of ids, padded after the text."""
    texts = draw(st.lists(st.lists(st.integers(1, 9), max_size=LENGTH), min_size=1, max_size=5))
    return np.array([text + [0] * (LENGTH - len(text)) for text in texts])


def words(row):
    return [id for id in row.tolist() if id]


def replace(ids, **options):
    return replace_words(ids, [(1, 2, 3), (4, 5)], **options)


changes = pytest.mark.parametrize("change", [delete_words, swap_words, replace])


@changes
@given(ids=rows(), rate=st.floats(0, 1), seed=st.integers(0, 99))
def test_texts_stay_padded_after_their_end_and_the_argument_stays(change, ids, rate, seed):
    before = ids.copy()
    changed = change(ids, rate=rate, rng=np.random.default_rng(seed))
    np.testing.assert_array_equal(ids, before)
    assert changed.shape == ids.shape and changed.dtype == ids.dtype
    for row in changed:
        assert not row[len(words(row)) :].any()


@changes
@given(ids=rows())
def test_at_a_rate_of_none_nothing_changes(change, ids):
    np.testing.assert_array_equal(change(ids, rate=0, rng=np.random.default_rng(0)), ids)


@given(rows(), st.floats(0, 1), st.integers(0, 99))
def test_deleting_keeps_the_order(ids, rate, seed):
    changed = delete_words(ids, rate=rate, rng=np.random.default_rng(seed))
    for old, new in zip(ids, changed, strict=True):
        rest = iter(words(old))
        assert all(word in rest for word in words(new))


@given(rows(), st.floats(0, 1), st.integers(0, 99))
def test_swapping_keeps_the_words_and_moves_none_by_more_than_one(ids, rate, seed):
    changed = swap_words(ids, rate=rate, rng=np.random.default_rng(seed))
    np.testing.assert_array_equal(np.sort(changed), np.sort(ids))
    numbered = np.where(ids > 0, np.arange(1, LENGTH + 1), 0)
    moved = swap_words(numbered, rate=rate, rng=np.random.default_rng(seed))
    assert (np.abs(moved - numbered)[numbered > 0] <= 1).all()


@given(rows(), st.floats(0, 1), st.integers(0, 99))
def test_a_word_is_replaced_by_one_of_its_group(ids, rate, seed):
    changed = replace(ids, rate=rate, rng=np.random.default_rng(seed))
    group = np.array([0, 1, 1, 1, 2, 2, 6, 7, 8, 9])
    np.testing.assert_array_equal(group[changed], group[ids])


def test_each_does_as_much_as_it_says():
    ids, rng = np.full((300, 40), 7), np.random.default_rng(0)
    ids[:, ::2] = 3
    deleted = delete_words(ids, rate=0.3, rng=rng)
    assert np.mean(deleted == 0) == pytest.approx(0.3, abs=0.02)
    swapped = swap_words(ids, rate=0.3, rng=rng)
    assert np.mean(swapped != ids) == pytest.approx(0.3, abs=0.03)
    replaced = replace_words(ids, [(3, 4, 5)], rate=0.3, rng=rng)
    assert np.mean(replaced[:, ::2] != 3) == pytest.approx(0.3 * 2 / 3, abs=0.02)


@changes
@pytest.mark.parametrize("rate", [-0.1, 1.1, float("nan")])
def test_a_rate_that_is_no_share_is_refused(change, rate):
    with pytest.raises(ValueError, match="expected a share"):
        change(np.array([[1, 2]]), rate=rate, rng=np.random.default_rng(0))


@pytest.mark.parametrize("groups", [[(1, 2), (2, 3)], [(0, 1)]])
def test_a_word_in_two_groups_or_padding_in_one_is_refused(groups):
    with pytest.raises(ValueError, match="padding, or in two groups"):
        replace_words(np.array([[1, 2]]), groups, rate=0.5, rng=np.random.default_rng(0))


def test_a_thesaurus_has_the_known_words_in_lower_case():
    vocabulary = {"": 0, "[UNK]": 1, "monday": 2, "friday": 3, "tea": 4}
    classes = [["Monday", "Friday", "Sunday"], ["Soup"], ["tea"]]
    assert thesaurus(classes, vocabulary) == [(2, 3), (4,)]
    assert augmentation.PAD == 0
