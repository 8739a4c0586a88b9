import os
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest

from helpers import glove
from helpers.data import downloads, glove_archive, reviews
from helpers.data.glove_archive import ARCHIVE

ROOT = Path(__file__).resolve().parents[3]
TEXT = {
    50: "".join(f"w{i} {' '.join(f'{i + j / 100:.2f}' for j in range(50))}\n" for i in range(400)),
    100: "the " + " ".join(["0.5"] * 100) + "\n",
}


@pytest.fixture
def real_folder(monkeypatch):
    """The folder of the real archive, where there is one."""
    for folder in (os.environ.get("RNN_DATA_DIR"), ROOT.parent / "shared" / "data"):
        if folder and Path(folder, ARCHIVE).is_file():
            monkeypatch.setenv("RNN_DATA_DIR", str(folder))
            return Path(folder)
    pytest.skip(f"{ARCHIVE} is neither in RNN_DATA_DIR nor in ../shared/data")


@pytest.fixture
def write(monkeypatch, tmp_path):
    """Write an archive where `load` finds it."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("RNN_DATA_DIR", str(folder))

    def write(members, compression=zipfile.ZIP_DEFLATED):
        with zipfile.ZipFile(folder / ARCHIVE, "w", compression) as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        return folder / ARCHIVE

    return write


@pytest.fixture
def small(write):
    """Two lengths, in the original's layout."""
    return write({f"glove.6B.{dim}d.txt": text for dim, text in TEXT.items()})


def test_vectors_of_the_length_that_was_asked_for(small):
    vectors = glove_archive.load()
    assert len(vectors) == 400 and vectors["w3"].shape == (50,)
    np.testing.assert_array_equal(vectors["w3"], np.float32(3 + np.arange(50) / 100))
    assert glove_archive.load(dim=100)["the"].shape == (100,)


def test_only_some_words(small):
    assert list(glove_archive.load(words=["w7", "absent", "w2"])) == ["w2", "w7"]


def test_a_length_that_is_absent_names_those_that_are_there(small):
    with pytest.raises(ValueError, match=f"{ARCHIVE} has no vectors of 51 numbers.* 50, 100$"):
        glove_archive.load(dim=51)


def test_an_archive_of_something_else(write):
    write({"holiday.txt": "sea", "../glove.6B.50d.txt": TEXT[50], "/glove.6B.50d.txt": TEXT[50]})
    with pytest.raises(ValueError, match="has no vectors of 50 numbers, it has no vectors"):
        glove_archive.load()


def test_nothing_of_an_archive_is_ever_written(write, tmp_path, monkeypatch):
    outside = tmp_path / "outside"
    inside = tmp_path / "somewhere" / "else"
    inside.mkdir(parents=True)
    members = {name: "evil" for name in ("../../evil.txt", "../evil.txt", f"{outside}/evil.txt")}
    link = zipfile.ZipInfo("glove.6B.100d.txt")
    link.external_attr = 0o120777 << 16  # a symbolic link, for programs that unpack
    write({**members, "glove.6B.50d.txt": TEXT[50], link: "/etc/passwd"})
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.chdir(inside)
    assert len(glove_archive.load()) == 400
    with pytest.raises(ValueError, match="line 1 of glove.6B.100d.txt in .*'/etc/passwd'"):
        glove_archive.load(dim=100)  # the link's own content, and not the file that it names
    assert sorted(tmp_path.rglob("*")) == before


def test_a_bad_row_names_member_and_line(write):
    write({"glove.6B.50d.txt": TEXT[50] + "w 1 2\n"})
    message = r"line 401 of glove.6B.50d.txt in .*glove.6B.zip has 2 numbers, expected 50: 'w'"
    with pytest.raises(ValueError, match=message):
        glove_archive.load()


@pytest.mark.parametrize("keep", [0, 0.3, 0.9, 0.999])
def test_an_archive_cut_short(small, keep):
    data = small.read_bytes()
    small.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(ValueError, match="is damaged .*delete it and download it again from http"):
        glove_archive.load()


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("byte", ["7", "x"])
def test_one_wrong_byte(write, compression, byte):
    """Whether it makes another number or none: damage is told as damage."""
    path = write({"glove.6B.50d.txt": TEXT[50]}, compression)
    data = bytearray(path.read_bytes())
    place = len(data) // 2
    data[place] = ord(byte) if data[place] != ord(byte) else ord("8")
    path.write_bytes(data)
    with pytest.raises(ValueError, match="is damaged"):
        glove_archive.load()


def test_a_page_instead_of_an_archive(small):
    small.write_bytes(b"<html>404</html>")
    with pytest.raises(ValueError, match="is damaged .File is not a zip file"):
        glove_archive.load()


def test_an_encrypted_member(small):
    data = bytearray(small.read_bytes())
    for signature, flag in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + flag] |= 1
    small.write_bytes(data)
    with pytest.raises(ValueError, match="is damaged .*encrypted"):
        glove_archive.load()


def test_archive_missing_and_no_network(monkeypatch, tmp_path):
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))
    urls = (f"http://127.0.0.1:9/{ARCHIVE}", f"http://127.0.0.1:9/mirror/{ARCHIVE}")
    monkeypatch.setattr(glove_archive, "URLS", urls)
    with pytest.raises(FileNotFoundError) as caught:
        glove_archive.load()
    told = str(caught.value)
    assert all(url in told for url in urls) and f"put it into {tmp_path}" in told


def test_where_the_archive_comes_from(monkeypatch):
    asked = []
    monkeypatch.setattr(downloads, "fetch", lambda *a: asked.append(a))
    glove_archive.find()
    [(name, urls, checksum)] = asked
    assert name == ARCHIVE and all(re.match(rf"https://.*/{ARCHIVE}$", url) for url in urls)
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", checksum)


# --- the real one ---------------------------------------------------------------------------------


def test_the_real_vectors(real_folder):
    vectors = glove_archive.load()
    assert len(vectors) > 10_000
    assert {v.shape for v in vectors.values()} == {(50,)}
    assert {v.dtype for v in vectors.values()} == {np.dtype("float32")}
    np.testing.assert_allclose(vectors["the"][:3], [0.418, 0.24968, -0.41242], rtol=1e-6)
    assert "queen" in [word for word, _ in glove.analogy("man", "king", "woman", vectors, 3)]
    assert "tuesday" in [word for word, _ in glove.nearest("monday", vectors, 5)]


def test_real_vectors_cover_the_reviews(real_folder):
    texts = [reviews.words(t) for t in reviews.load("embedded", n_test=1).train_texts]
    words = {word for text in texts for word in text}
    vectors = glove_archive.load(words=words)
    types, tokens = glove.coverage([word for text in texts for word in text], vectors)
    assert vectors.keys() <= words
    assert 0.7 < types < tokens  # of an excerpt; the whole archive has more


def test_a_length_that_an_excerpt_lacks(real_folder):
    with zipfile.ZipFile(real_folder / ARCHIVE) as archive:
        if "glove.6B.300d.txt" in archive.namelist():
            pytest.skip("this is the whole archive")
    with pytest.raises(ValueError, match="no vectors of 300 numbers, it has those with 50"):
        glove_archive.load(dim=300)
