"""Pairs of sentences: columns, faults with their line, splits with and without a leak."""

import os
import zipfile
from pathlib import Path

import pytest

from helpers.data import downloads, pairs

ROOT = Path(__file__).resolve().parents[3]
MARKS = [*enumerate("!.!")]
LINES = [f"Say {word}{mark}\tDis {word} {i} !" for word in "abcdefghij" for i, mark in MARKS]


@pytest.fixture
def write(tmp_path):
    def write(text, name="pairs.txt"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.fixture
def archive(tmp_path):
    def archive(members, name=pairs.ARCHIVE):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
            for member, text in members.items():
                made.writestr(member, text)
        return path

    return archive


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_two_and_three_columns_are_read(write, newline):
    text = newline.join(["Go.\tVa !", "Run!\tCours !\tCC-BY 2.0 (France)", ""])
    assert pairs.read(write(text)) == [("Go.", "Va !"), ("Run!", "Cours !")]


@pytest.mark.parametrize("member", ["fra.txt", "fra-eng/fra.txt"])
def test_an_archive_is_read_wherever_its_file_lies(archive, member):
    path = archive({"_about.txt": "nothing", member: "Go.\tVa !\n"})
    assert pairs.read(path) == [("Go.", "Va !")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Go.\tVa !\n\nRun!\tCours !\n", r"line 2 of pairs.txt is empty: take it out"),
        ("Go.\tVa !\nRun!\n", r"line 2 of pairs.txt has 1 column, .*'Run!'.*Mend the line"),
        ("Go.;Va !\n", r"line 1 .* has 1 column.*separated by something else"),
        ("Go.\tVa !\ta\tb\n", r"line 1 of pairs.txt has 4 columns"),
        ("Go.\t \n", r"line 1 of pairs.txt has no target: mend it"),
        ("\tVa !\n", r"line 1 of pairs.txt has no source"),
        (b"Go.\tVa \xe9!\n", r"pairs.txt is not UTF-8 .*save it again as UTF-8"),
    ],
)
def test_a_fault_is_told_with_its_line_and_remedy(write, text, told):
    with pytest.raises(ValueError, match=told):
        pairs.read(write(text))


def test_damaged_and_strange_archives_are_refused(write, archive, tmp_path):
    with pytest.raises(ValueError, match="damaged .*delete it and get it again"):
        pairs.read(write(b"PK\x03\x04 cut", "cut.zip"))
    whole = archive({"fra.txt": "Go.\tVa !\n" * 5000}, "whole.zip").read_bytes()
    middle = bytearray(whole)
    middle[60:80] = bytes(20)
    with pytest.raises(ValueError, match="damaged"):
        pairs.read(write(bytes(middle), "rotten.zip"))
    with pytest.raises(ValueError, match=r"holds no fra.txt but \['deu.txt'\]"):
        pairs.read(archive({"deu.txt": "Go.\tGeh.\n"}, "other.zip"))
    with pytest.raises(ValueError, match="is not a file"):
        pairs.read(tmp_path / "nowhere.zip")


def test_equal_sources_stay_together(write):
    data = pairs.load(path=write("\n".join(LINES)), n_test=3)
    assert len(data.test) == 9 and len(data.train) == 21
    assert pairs.shared_sources(data) == 0
    assert {*data.test} | {*data.train} == {*pairs.read(write("\n".join(LINES)))}


def test_a_random_split_leaks(write):
    data = pairs.load(path=write("\n".join(LINES)), n_test=9, split="random")
    assert len(data.test) == 9 and len(data.train) == 21
    assert pairs.shared_sources(data) > 0.5


def test_references_of_one_source(write):
    data = pairs.load(path=write("\n".join(LINES)), n_test=1)
    found = data.references()
    assert sorted(map(len, found.values())) == [1, 2]  # "Say a!" twice, and "Say a."


def test_a_sample_is_seeded_and_short_enough(write):
    path = write("\n".join(LINES) + "\nThis one is far too long\tTrop long\n")
    one, two = (pairs.load(path=path, n_sources=5, n_test=2, seed=s) for s in (1, 2))
    assert one == pairs.load(path=path, n_sources=5, n_test=2, seed=1) != two
    assert all(len(source) <= 15 for source, _ in one.train + one.test)


@pytest.mark.parametrize("change", [{"n_test": 0}, {"n_test": 10}, {"n_test": 3, "n_sources": 99}])
def test_more_than_there_is_is_refused(write, change):
    with pytest.raises(ValueError, match="there are 10 different sources"):
        pairs.load(path=write("\n".join(LINES)), **{"n_test": 2, **change})


def test_an_unknown_split_is_refused(write):
    with pytest.raises(ValueError, match="split is 'shuffled'"):
        pairs.load(path=write("\n".join(LINES)), split="shuffled")


@pytest.mark.parametrize(
    ("sentence", "tokens", "again"),
    [
        ("Y a-t-il du thé ?", "y a -t -il du thé ?", "y a-t-il du thé?"),
        ("J’ai dit : va !", "j' ai dit : va !", "j'ai dit: va!"),
        ("I don't.", "i don' t .", "i don't."),
    ],
)
def test_tokens_and_back(sentence, tokens, again):
    assert pairs.tokenize(sentence) == tokens.split()
    assert pairs.join(pairs.tokenize(sentence)) == again == pairs.normalise(sentence)


def test_a_missing_archive_says_where_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(downloads, "_download", lambda *a: (_ for _ in ()).throw(ValueError("no")))
    with pytest.raises(FileNotFoundError, match=r"fra-eng.zip is not in .*\n.*d2l-data"):
        pairs.load()


def test_the_real_archive(monkeypatch):
    for folder in (os.environ.get("RNN_DATA_DIR"), ROOT.parent / "shared" / "data"):
        if folder and Path(folder, pairs.ARCHIVE).is_file():
            monkeypatch.setenv("RNN_DATA_DIR", str(folder))
            break
    else:
        pytest.skip(f"{pairs.ARCHIVE} is neither in RNN_DATA_DIR nor in ../shared/data")
    data = pairs.load()
    assert pairs.shared_sources(data) == 0 and len(data.train) > 5000
    assert pairs.shared_sources(pairs.load(split="random")) > 0.4
    for _, target in data.test:
        assert pairs.join(pairs.tokenize(target)) == pairs.normalise(target)
