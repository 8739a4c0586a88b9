"""Files of words and tags: what is read, and every fault with its line, reason and remedy."""

import pytest

from helpers.data import conll

GOOD = "Ada\tB-person\nLund\tI-person\nleft\tO\n\nNew\tB-place\nHam\tI-place\n"


@pytest.fixture
def write(tmp_path):
    def write(text, name="some.conll"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        GOOD.rstrip("\n"),  # no last newline
        GOOD.replace("\n\n", "\n\n\n\n"),  # two empty lines and more
        GOOD.replace("\n\n", "\n\t\n"),  # a lone tab, as in WNUT-17
        "\n\n" + GOOD + "\n\n",
        GOOD.replace("\n", "\r\n"),
        "\ufeff" + GOOD,
        GOOD.replace("\t", "\tNNP\tB-NP\t"),  # more columns
    ],
)
def test_what_means_the_same_is_read_alike(write, text):
    first, second = conll.read(write(text))
    assert first == (("Ada", "Lund", "left"), ("B-person", "I-person", "O"))
    assert second == (("New", "Ham"), ("B-place", "I-place"))


def test_other_separators(write):
    assert conll.read(write(GOOD.replace("\t", " ")), separator=" ") == conll.read(write(GOOD))


def test_a_character_that_breaks_lines_elsewhere_breaks_none(write):
    (sentence,) = conll.read(write("a\x85b\tO\nc\u2028\tO\n"))
    assert sentence.words[0] == "a\x85b" and len(sentence.words) == 2


OLD = "Ada\tI-person\nLund\tI-person\nBo\tB-person\n\nin\tO\nHam\tI-place\n"


def test_iob1_becomes_iob2(write):
    first, second = conll.read(write(OLD), scheme="IOB1")
    assert first.tags == ("B-person", "I-person", "B-person")
    assert second.tags == ("O", "B-place")


@pytest.mark.parametrize(
    ("text", "options", "told"),
    [
        ("", {}, "some.conll has no sentences: expected a word, a tab and a tag"),
        ("\n\t\n \n", {}, "has no sentences"),
        (
            GOOD.replace("\t", " "),
            {},
            r"line 1 of some.conll: 'Ada B-person' has spaces that are not a tab: write a tab",
        ),
        ("Ada\tO\nleft\n", {}, r"line 2 of some.conll: 'left' has a word and no tag: add a tab"),
        ("Ada\tO\nleft\t\n", {}, "line 2 of some.conll has no tag: mend it, or take it out"),
        ("\tO\n", {}, "line 1 of some.conll has no word"),
        ("a\tO\nb\tB_person\n", {}, "line 2 of some.conll: 'B_person' is no tag.*Mend the tag"),
        (
            GOOD,
            {"kinds": ["person"]},
            "line 5 of some.conll has the unknown tag 'B-place': the kinds are person.*`kinds`",
        ),
        (OLD, {}, "line 1 of some.conll: I-person is illegal in IOB2, an I that continues"),
        (OLD, {}, "read it with scheme='IOB1'"),
        (GOOD, {"scheme": "IOB1"}, "line 1 .*B-person is illegal in IOB1.*scheme='IOB2'"),
        ("a\tB-x\nb\tI-y\n", {}, "line 2 of some.conll: I-y is illegal .*mend the tag"),
        (b"Caf\xe9\tO\n", {}, "some.conll is not UTF-8 .*save it again as UTF-8"),
    ],
)
def test_a_fault_is_told_with_line_reason_and_remedy(write, text, options, told):
    with pytest.raises(ValueError, match=told):
        conll.read(write(text), **options)


def test_an_unknown_scheme(write):
    with pytest.raises(ValueError, match="scheme is 'BIO'"):
        conll.read(write(GOOD), scheme="BIO")
