import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.glove import (
    Coverage,
    analogy,
    cosine_similarity,
    coverage,
    filter_glove,
    nearest,
)

# Royalty along the first axis, gender along the second, and things elsewhere.
VECTORS = {
    word: np.array(vector, dtype="float32")
    for word, vector in {
        "king": [1, 1, 0],
        "queen": [1, -1, 0],
        "man": [0.1, 1, 0],
        "woman": [0.1, -1, 0],
        "apple": [0, 0, 2],
        "pear": [0, 0.1, 3],
    }.items()
}


# --- filter_glove ---------------------------------------------------------------------------------


def test_row_i_is_the_word_with_id_i():
    matrix = filter_glove({"pear": 3, "king": 1, "nowhere": 2}, VECTORS, 3)
    assert matrix.shape == (4, 3) and matrix.dtype == np.float32
    np.testing.assert_array_equal(matrix[1], VECTORS["king"])
    np.testing.assert_array_equal(matrix[3], VECTORS["pear"])
    assert not matrix[[0, 2]].any()


def test_ids_may_begin_at_2_for_1_stands_for_unknown_words():
    matrix = filter_glove({"man": 2, "king": 3}, VECTORS, 3)
    assert matrix.shape == (4, 3) and not matrix[:2].any()
    np.testing.assert_array_equal(matrix[2], VECTORS["man"])


def test_the_vocabulary_of_text_vectorization():
    listed = ["", "[UNK]", "king", "apple"]
    matrix = filter_glove({word: np.int64(i) for i, word in enumerate(listed)}, VECTORS, 3)
    assert not matrix[:2].any()
    np.testing.assert_array_equal(matrix[2:], [VECTORS["king"], VECTORS["apple"]])


def test_an_empty_vocabulary_is_padding_alone():
    assert filter_glove({}, VECTORS, 3).tolist() == [[0, 0, 0]]


@given(st.permutations(["king", "queen", "man", "x", "y"]), st.sampled_from([1, 2]))
def test_the_order_of_the_vocabulary_does_not_matter(words, first):
    vocabulary = {word: first + i for i, word in enumerate(words)}
    matrix = filter_glove(vocabulary, VECTORS, 3)
    assert len(matrix) == first + 5
    for word, i in vocabulary.items():
        np.testing.assert_array_equal(matrix[i], VECTORS.get(word, np.zeros(3)))


@pytest.mark.parametrize(
    ("vocabulary", "message"),
    [
        ({"king": 0, "man": 1}, "the id of 'king' is 0, .* 0 is padding's"),
        ({"king": -1}, "the id of 'king' is -1"),
        ({"king": 1, "man": 2, "x": 2}, "'man' and 'x' have the same id 2"),
        ({"king": 1, "man": 4, "x": 2}, "no word has id 3"),
        ({"king": 3, "man": 4}, "no word has id 2"),
        ({"king": 10**12}, "no word has id 2"),
        ({"king": 1.0}, "the id of 'king' is 1.0, expected an integer"),
        ({"king": "1"}, "the id of 'king' is '1', expected an integer"),
        ({"king": None}, "the id of 'king' is None, expected an integer"),
        ({"king": True}, "the id of 'king' is True, expected an integer"),
    ],
)
def test_vocabularies_that_cannot_be_meant(vocabulary, message):
    with pytest.raises(ValueError, match=message):
        filter_glove(vocabulary, VECTORS, 3)


def test_another_dimension_names_the_word():
    with pytest.raises(
        ValueError, match=r"the vector of 'king' has shape \(3,\), expected \(50,\)"
    ):
        filter_glove({"x": 1, "king": 2}, VECTORS, 50)


def test_unknown_words_may_have_the_mean():
    matrix = filter_glove({"king": 2, "man": 3, "x": 4}, VECTORS, 3, unknown="mean")
    mean = (VECTORS["king"] + VECTORS["man"]) / 2
    np.testing.assert_allclose(matrix[[1, 4]], [mean, mean])
    assert not matrix[0].any()


def test_unknown_words_may_have_random_vectors_like_the_others():
    rng = np.random.default_rng(0)
    vectors = {f"k{i}": np.float32(rng.normal(5, [1, 2], 2)) for i in range(1000)}
    vocabulary = {word: i for i, word in enumerate([*vectors, *(f"x{i}" for i in range(1000))], 1)}
    first, same, other = (
        filter_glove(vocabulary, vectors, 2, unknown="random", seed=seed) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, same)
    np.testing.assert_array_equal(first[:1001], other[:1001])
    assert not first[0].any() and (first[1001:] != other[1001:]).all()
    np.testing.assert_allclose(first[1001:].mean(axis=0), [5, 5], atol=0.3)
    np.testing.assert_allclose(first[1001:].std(axis=0), [1, 2], rtol=0.1)


@pytest.mark.parametrize("unknown", ["mean", "random"])
def test_with_no_known_word_there_is_nothing_to_imitate(unknown):
    assert not filter_glove({"x": 1}, VECTORS, 3, unknown=unknown).any()


def test_an_option_that_is_none():
    with pytest.raises(ValueError, match="unknown is 'noise'"):
        filter_glove({}, VECTORS, 3, unknown="noise")


# --- coverage -------------------------------------------------------------------------------------


def test_types_and_tokens():
    assert coverage({"king": 97, "x": 2, "y": 1}, VECTORS) == Coverage(1 / 3, 0.97)
    types, tokens = coverage("king x king man".split(), VECTORS)
    assert (types, tokens) == (2 / 3, 3 / 4)


def test_words_that_never_occur_do_not_count():
    assert coverage({"king": 1, "x": 0}, VECTORS) == (1, 1)


def test_keys_count_once():
    assert coverage({"king": 7, "x": 1}.keys(), VECTORS) == (0.5, 0.5)


@given(st.dictionaries(st.sampled_from([*VECTORS, *"abc"]), st.integers(1, 50), min_size=1))
def test_counts_and_words_agree(counts):
    words = [word for word, count in counts.items() for _ in range(count)]
    assert coverage(counts, VECTORS) == coverage(words, VECTORS)


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ({}, "no words"),
        ({"a": 0}, "no words"),
        ({"a": -1}, "count of 'a' is negative"),
        ("king", "counts is the string 'king'"),
    ],
)
def test_counts_that_cannot_be_covered(counts, message):
    with pytest.raises(ValueError, match=message):
        coverage(counts, VECTORS)


# --- neighbours -----------------------------------------------------------------------------------


def test_cosine_similarity():
    assert cosine_similarity(np.array([1, 0]), np.array([0, 2])) == 0
    assert cosine_similarity(np.array([1, 2]), np.array([-2, -4])) == pytest.approx(-1)
    assert cosine_similarity(np.zeros(2), np.ones(2)) == 0


def test_nearest_by_angle_without_the_word_itself():
    assert [word for word, _ in nearest("apple", VECTORS, 2)] == ["pear", "king"]
    [(word, similarity)] = nearest("king", VECTORS, 1)
    assert word == "man"
    assert similarity == pytest.approx(cosine_similarity(VECTORS["king"], VECTORS["man"]))
    assert len(nearest("king", VECTORS, 99)) == 5


def test_ties_come_in_the_order_of_the_file():
    vectors = {word: np.ones(2) for word in "zyxw"} | {"v": np.array([1.0, 0])}
    assert [word for word, _ in nearest("y", vectors, 4)] == ["z", "x", "w", "v"]


@given(st.integers(0, 2**32), st.integers(1, 12))
def test_nearest_is_what_sorting_all_gives(seed, k):
    matrix = np.random.default_rng(seed).integers(-2, 3, (10, 2)).astype(float)
    vectors = {f"w{i}": row for i, row in enumerate(matrix)}
    found = nearest("w3", vectors, k)
    every = {w: cosine_similarity(v, matrix[3]) for w, v in vectors.items() if w != "w3"}
    assert len(found) == min(k, 9)
    expected = sorted(every.values(), reverse=True)[:k]
    np.testing.assert_allclose([s for _, s in found], expected, atol=1e-12)
    assert all(every[w] == pytest.approx(s, abs=1e-12) for w, s in found)


def test_analogy():
    assert analogy("man", "king", "woman", VECTORS, 1)[0][0] == "queen"
    answers = [word for word, _ in analogy("man", "king", "woman", VECTORS)]
    assert not {"man", "king", "woman"} & set(answers)


def test_leaving_the_given_words_out_hides_failures():
    vectors = {  # the step from a to b is small beside the words themselves, as in real vectors
        "a": np.array([1, 0.1]),
        "b": np.array([1, 0.2]),
        "c": np.array([0.1, 1]),
        "d": np.array([0.4, 1]),
    }
    assert analogy("a", "b", "c", vectors)[0][0] == "d"
    assert analogy("a", "b", "c", vectors, include_given=True)[0][0] == "c"


@pytest.mark.parametrize("call", [nearest, lambda w, v: analogy("king", "man", w, v)])
def test_an_unknown_word_is_told_with_words_spelled_alike(call):
    with pytest.raises(
        ValueError, match="'quene' has no vector among 6 words; did you mean 'queen'"
    ):
        call("quene", VECTORS)
    with pytest.raises(ValueError, match="'King' has no vector .* did you mean 'king'"):
        call("King", VECTORS)
    with pytest.raises(ValueError, match="'zzzzzz' has no vector among 6 words$"):
        call("zzzzzz", VECTORS)
    with pytest.raises(ValueError, match="'' has no vector"):
        call("", VECTORS)


def test_suggestions_do_not_take_long():
    rng = np.random.default_rng(0)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    many = {"".join(rng.choice(letters, 7)): np.ones(1) for _ in range(50_000)}
    begun = time.process_time()
    with pytest.raises(ValueError, match="has no vector"):
        nearest("qwertyu", many)
    assert time.process_time() - begun < 2


@pytest.mark.parametrize("k", [0, -3])
def test_fewer_than_one_neighbour(k):
    with pytest.raises(ValueError, match=f"k is {k}"):
        nearest("king", VECTORS, k)
