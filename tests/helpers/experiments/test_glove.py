import numpy as np

from helpers.data.reviews import Reviews
from helpers.experiments import glove

GOOD, BAD = ["fine", "warm", "rich"], ["grey", "damp", "cold"]


def _told_by_one_word(words_good, words_bad, copies):
    texts = [f"a {word} film" for word in words_good + words_bad] * copies
    labels = np.array(([1] * len(words_good) + [0] * len(words_bad)) * copies)
    return tuple(texts), labels


def test_vectors_that_know_the_answer_carry_it_to_words_without_a_label():
    train, test = _told_by_one_word(GOOD[:1], BAD[:1], 10), _told_by_one_word(GOOD, BAD, 1)
    # Test words are in the vocabulary only if a training text has them.
    data = Reviews((*train[0], *test[0]), np.concatenate([train[1], test[1]]), *test, "embedded")
    vectors = {word: np.array([1.0, 0.1 * i]) for i, word in enumerate(GOOD)}
    vectors |= {word: np.array([-1.0, 0.1 * i]) for i, word in enumerate(BAD)}
    found = glove.by_labels(data, vectors, [2, 20], seeds=range(3), length=4, steps=100)
    assert [*found] == [*glove.STARTS]
    assert [*found["frozen"]] == ["2", "20"] and len(found["frozen"]["20"]) == 3
    assert np.mean(found["frozen"]["20"]) > 0.95
