import io
import tracemalloc
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.data import vector_text
from helpers.glove import get_glove_vectors

THREE = "the 0.1 -0.2 3e-05\nof 1 2 3\n, -0.5 0.25 7.125\n"


@pytest.fixture
def file(tmp_path):
    """Write a file and read it."""

    def read(content, **options):
        path = tmp_path / "glove.txt"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return get_glove_vectors(path, **options)

    return read


def rows(n, dim, rng):
    words = [f"w{i}" for i in range(n)]
    matrix = rng.normal(size=(n, dim)).round(5)
    text = "".join(
        f"{w} {' '.join(map(str, row))}\n" for w, row in zip(words, matrix.tolist(), strict=True)
    )
    return words, matrix.astype("float32"), text


# --- what is read ---------------------------------------------------------------------------------


def test_words_to_float32(file):
    vectors = file(THREE)
    assert list(vectors) == ["the", "of", ","]
    assert {v.dtype for v in vectors.values()} == {np.dtype("float32")}
    np.testing.assert_array_equal(vectors["the"], np.float32([0.1, -0.2, 3e-05]))
    np.testing.assert_array_equal(vectors[","], np.float32([-0.5, 0.25, 7.125]))


def test_as_the_loop_that_everybody_writes(file, monkeypatch):
    monkeypatch.setattr(vector_text, "BLOCK", 1000)  # many blocks, and their borders
    words, matrix, text = rows(300, 7, np.random.default_rng(0))
    vectors = file(text)
    naive = {
        line.split()[0]: np.asarray(line.split()[1:], dtype="float32") for line in text.splitlines()
    }
    assert list(vectors) == words == list(naive)
    np.testing.assert_array_equal(np.array(list(vectors.values())), matrix)
    np.testing.assert_array_equal(np.array(list(vectors.values())), np.array(list(naive.values())))


@settings(max_examples=60)
@given(
    st.dictionaries(
        # Words of any characters but the ASCII white space that separates and ends fields.
        st.text(
            st.characters(exclude_characters=" \t\n\r\x0b\x0c", exclude_categories=["Cs"]),
            min_size=1,
            max_size=8,
        ).filter(lambda word: word[0] != "\ufeff"),
        st.lists(
            st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=3, max_size=3
        ),
        min_size=1,
        max_size=12,
    ),
    st.sampled_from([32, 1 << 20]),
    st.sampled_from(["\n", "\r\n", " \n"]),
)
def test_any_word_and_any_number_comes_back(vectors, block, end):
    text = "".join(f"{w} {' '.join(map(repr, v))}{end}" for w, v in vectors.items())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vector_text, "BLOCK", block)
        read = vector_text.read_vectors(io.BytesIO(text.encode()), "text")
    assert list(read) == list(vectors)
    for word, vector in vectors.items():
        np.testing.assert_array_equal(read[word], np.float32(vector))


@pytest.mark.parametrize(
    ("name", "content"),
    {
        "no newline at the end": THREE.rstrip("\n"),
        "windows": THREE.replace("\n", "\r\n"),
        "space at the end, as word2vec writes it": THREE.replace("\n", " \n"),
        "header": f"3 3\n{THREE}",
        "byte order mark": f"\ufeff{THREE}",
        "tabs": THREE.replace(" ", "\t"),
        "several spaces": THREE.replace(" ", "   "),
        "blank lines": THREE.replace("\n", "\n\n"),
    }.items(),
)
def test_other_ways_to_write_the_same(file, name, content):
    expected = file(THREE)
    vectors = file(content)
    assert list(vectors) == list(expected), name
    for word, vector in vectors.items():
        np.testing.assert_array_equal(vector, expected[word])


def test_words_with_spaces_and_words_that_are_numbers(file):
    text = "a 1 2 3\n. . . 4 5 6\nat name@domain.com 7 8 9\n2014 1 1 1\nb 2 2 2\n"
    vectors = file(text)
    assert list(vectors) == ["a", ". . .", "at name@domain.com", "2014", "b"]
    assert vectors[". . ."].tolist() == [4, 5, 6] and vectors["2014"].tolist() == [1, 1, 1]


def test_spaces_that_are_no_separators(file):
    vectors = file("a\u00a0b 1 2\n\u2028 3 4\n\u0085 5 6\n")
    assert list(vectors) == ["a\u00a0b", "\u2028", "\u0085"]


def test_one_number_a_word(file):
    assert {w: v.tolist() for w, v in file("a 1\nb 2\n").items()} == {"a": [1], "b": [2]}
    assert list(file("5 3\n7 2\n")) == ["5", "7"]  # no header: rows are not 3 wide


def test_of_a_word_that_comes_twice_the_first_stays(file):
    with pytest.warns(UserWarning, match=r"repeats 2 words \('of' again on line 4\)") as caught:
        vectors = file(THREE + "of 9 9 9\nthe 9 9 9\n")
    assert vectors["of"].tolist() == [1, 2, 3] and len(vectors) == 3
    assert caught[0].filename == __file__


def test_only_some_words(file):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        vectors = file(THREE + "x no numbers here\nthe 9 9 9\n", words={",", "of", "absent"})
    assert list(vectors) == ["of", ","] and vectors["of"].tolist() == [1, 2, 3]
    assert file(THREE, words=[]) == {}


def test_only_some_words_need_little_memory(file, tmp_path):
    words, matrix, text = rows(20_000, 20, np.random.default_rng(1))
    file(text)
    peaks = []
    for options in ({}, {"words": words[::2000]}):
        tracemalloc.start()
        vectors = get_glove_vectors(tmp_path / "glove.txt", **options)
        peaks.append(tracemalloc.get_traced_memory())
        tracemalloc.stop()
    np.testing.assert_array_equal(np.array(list(vectors.values())), matrix[::2000])
    (all_kept, _), (some_kept, some_peak) = peaks
    assert all_kept > 2e6 > 1e5 > some_kept
    assert some_peak < 3.5 * vector_text.BLOCK


# --- what is refused ------------------------------------------------------------------------------

BAD = {
    "too few": ("a 1 2\n", r"line 4 of .*glove.txt has 2 numbers, expected 3: 'a'…\. Mend"),
    "too many": ("a 1 2 3 4\n", "line 4 .* has 4 numbers, expected 3: 'a'…"),
    "word alone": ("a\n", "line 4 .* has 0 numbers, expected 3: 'a'"),
    "no word": (" 1 2 3\n", "line 4 .* begins with a space, expected a word"),
    "no number": ("a 1 b 3\n", "line 4 .* has 'b' for a number: 'a'"),
    "a number to Python alone": ("a 1 2_0 3\n", "line 4 .* has '2_0' for a number: 'a'"),
    "nan": ("a 1 nan 3\n", "line 4 .* has a number that is not finite: 'a'"),
    "infinite": ("a 1 -inf 3\n", "line 4 .* has a number that is not finite: 'a'"),
    "too large for float32": ("a 1 1e60 3\n", "line 4 .* has a number that is not finite: 'a'"),
    "not UTF-8": (b"caf\xe9 1 2 3\n", r"line 4 .* has a word that is not UTF-8: b'caf\\xe9'"),
    "cut short": ("a 1 2", "line 4 .* has 2 numbers, expected 3: 'a'….*cut short: get it again"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_row_is_refused_with_its_line_or_left_out(file, kind):
    row, message = BAD[kind]
    content = THREE.encode() + (row.encode() if isinstance(row, str) else row)
    with pytest.raises(ValueError, match=message):
        file(content)
    with pytest.warns(UserWarning, match=f"left out 1 bad rows; the first: {message[:20]}"):
        vectors = file(content, bad_rows="skip")
    assert list(vectors) == ["the", "of", ","]


@pytest.mark.parametrize("kind", sorted(set(BAD) - {"cut short"}))
def test_the_line_is_right_behind_a_header_and_in_a_later_block(file, monkeypatch, kind):
    monkeypatch.setattr(vector_text, "BLOCK", 64)
    row, _ = BAD[kind]
    row = row.encode() if isinstance(row, str) else row
    many = "".join(f"w{i} 1 2 3\n" for i in range(50)).encode()
    with pytest.raises(ValueError, match="line 52 of"):
        file(b"101 3\n" + many + row + many)


def test_rows_that_balance_each_other_are_found(file):
    with pytest.raises(ValueError, match="line 4 .* has 2 numbers"):
        file(THREE + "a 1 2\nb 1 2 3 4\n")


def test_a_bad_first_row_is_the_bad_one(file):
    with pytest.raises(ValueError, match="line 1 .* has 2 numbers, expected 3"):
        file("a 1 2\n" + THREE)


def test_good_rows_of_a_block_with_bad_ones_stay(file):
    content = b"a 1 2 3\nb x 2 3\nc nan 2 3\n\xff 1 2 3\nd 4 5 6\ne 1\n"
    with pytest.raises(ValueError, match="line 2 of"):  # not line 6, whose width is checked first
        file(content)
    with pytest.warns(UserWarning, match="left out 4 bad rows; the first: line 2 of"):
        vectors = file(content, bad_rows="skip")
    assert {w: v.tolist() for w, v in vectors.items()} == {"a": [1, 2, 3], "d": [4, 5, 6]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "has no rows"),
        ("\n\n", "has no rows"),
        ("400000 50\n", "has no rows"),
        ("the\nof\n", "is no file of vectors, it begins with 'the': expected a word and its"),
        (b"PK\x03\x04\x14\x00\x00\n", "it is an archive: unpack it first"),
        (f"5 3\n{THREE}", "line 1 .* promises 5 rows, but there are 3.*cut short"),
    ],
)
def test_files_that_are_none(file, content, message):
    with pytest.raises(ValueError, match=message):
        file(content)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"bad_rows": "ignore"}, "bad_rows is 'ignore'"), ({"words": "the"}, "words is the string")],
)
def test_options_that_mean_nothing(file, options, message):
    with pytest.raises(ValueError, match=message):
        file(THREE, **options)


def test_a_file_that_is_absent(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.txt"):
        get_glove_vectors(tmp_path / "none.txt")
