import gzip
import hashlib
import io
import os
import re
import shutil
import tarfile
import tracemalloc
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.data import review_archive, reviews
from helpers.data import review_grammar as grammar
from helpers.data.review_archive import ARCHIVE

ROOT = Path(__file__).resolve().parents[3]
POLARITY = dict.fromkeys(grammar.GOOD, 1) | dict.fromkeys(grammar.BAD, 0)
NEGATIONS = {"not", "never", "nobody", "nothing", "hardly", "far"}


@pytest.fixture(scope="module")
def corpus():
    return reviews.load("embedded")


@pytest.fixture
def real_folder(monkeypatch):
    """The folder of the real archive, where there is one."""
    for folder in (os.environ.get("RNN_DATA_DIR"), ROOT.parent / "shared" / "data"):
        if folder and Path(folder, ARCHIVE).is_file():
            monkeypatch.setenv("RNN_DATA_DIR", str(folder))
            return Path(folder)
    pytest.skip(f"{ARCHIVE} is neither in RNN_DATA_DIR nor in ../shared/data")


# --- embedded -------------------------------------------------------------------------------------


def test_the_default_corpus_is_the_same_everywhere(corpus):
    digest = hashlib.sha256("\n".join(corpus.train_texts + corpus.test_texts).encode())
    assert digest.hexdigest()[:16] == "99ade6599e6a4934"


def test_sizes_labels_and_balance(corpus):
    assert (len(corpus.train_texts), len(corpus.test_texts)) == (2000, 500)
    assert corpus.train_labels.shape == (2000,) and corpus.test_labels.shape == (500,)
    assert corpus.train_labels.sum() == 1000 and corpus.test_labels.sum() == 250
    assert corpus.source == "embedded"


@settings(max_examples=15)
@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 2**32))
def test_smaller_samples_begin_larger_ones(n_train, n_test, seed):
    small = reviews.load("embedded", n_train=n_train, n_test=n_test, seed=seed)
    large = reviews.load("embedded", n_train=80, n_test=70, seed=seed)
    assert small.train_texts == large.train_texts[:n_train]
    assert small.test_labels.tolist() == large.test_labels[:n_test].tolist()
    for labels in (small.train_labels, small.test_labels):
        assert abs(2 * int(labels.sum()) - len(labels)) <= 1


@pytest.mark.parametrize("seed", [0, 1, 7])
def test_no_text_and_no_pattern_with_sentiment_is_on_both_sides(seed):
    corpus = reviews.load("embedded", n_train=3000, n_test=1000, seed=seed)
    texts = corpus.train_texts + corpus.test_texts
    assert len(set(texts)) == len(texts)
    used = [_patterns_used(side) for side in (corpus.train_texts, corpus.test_texts)]
    assert used[0] and used[1]
    assert used[0].isdisjoint(used[1])


def test_lengths_fit_the_encoding(corpus):
    lengths = [len(reviews.words(text)) for text in corpus.train_texts + corpus.test_texts]
    assert min(lengths) >= 30 and max(lengths) <= 50


def test_other_seeds_write_other_reviews(corpus):
    other = reviews.load("embedded", seed=1)
    assert len(set(corpus.train_texts) & set(other.train_texts)) < 20


def test_a_bag_of_words_knows_something_and_a_reader_knows_everything(corpus):
    bag = _bag_of_words_accuracy(corpus)
    assert 0.58 < bag < 0.75
    read = [_read(text) for text in corpus.test_texts]
    assert np.mean(np.array(read) == corpus.test_labels) == 1


def test_order_alone_can_turn_a_label():
    pattern = "the {part} is {other}, but the {film} as a whole is {same}"
    assert pattern in grammar.CONTRAST
    sentences = [
        pattern.format(part="plot", film="film", other=other, same=same)
        for other, same in (("dull", "moving"), ("moving", "dull"))
    ]
    assert [_read(sentence) for sentence in sentences] == [1, 0]
    assert sorted(reviews.words(sentences[0])) == sorted(reviews.words(sentences[1]))


def test_adjectives_have_one_polarity_and_start_with_a_consonant():
    assert len(POLARITY) == len(grammar.GOOD) + len(grammar.BAD)
    assert len(grammar.GOOD) == len(grammar.BAD)
    assert not [word for word in POLARITY if word[0] in "aeiou"]


@pytest.mark.parametrize("sizes", [{"n_train": 20_001}, {"n_test": 5001}])
def test_more_than_there_are(sizes):
    [(name, size)] = sizes.items()
    with pytest.raises(ValueError, match=f"{name} is {size}, the embedded corpus has"):
        reviews.load("embedded", **sizes)


def test_label_noise_turns_training_labels_only():
    clean, noisy = (reviews.load("embedded", label_noise=share) for share in (0, 0.2))
    assert noisy.train_texts == clean.train_texts
    assert 0.15 < np.mean(noisy.train_labels != clean.train_labels) < 0.25
    assert (noisy.test_labels == clean.test_labels).all()
    with pytest.raises(ValueError, match="label_noise is 1.5"):
        reviews.load("embedded", label_noise=1.5)


def test_every_text_tells_its_kind(corpus):
    for texts, kinds in (
        (corpus.train_texts, corpus.train_kinds),
        (corpus.test_texts, corpus.test_kinds),
    ):
        assert len(kinds) == len(texts)
        assert set(kinds) == {"plain", "negation", "contrast", "expectation"}
        for text, kind in zip(texts, kinds, strict=True):
            assert ("expect" in text) == (kind == "expectation")


@pytest.mark.parametrize("size", [0, -1])
def test_less_than_one(size):
    with pytest.raises(ValueError, match=f"n_test is {size}"):
        reviews.load("embedded", n_test=size)


def test_unknown_source(monkeypatch):
    with pytest.raises(ValueError, match="unknown source of reviews 'imdb'.*expected"):
        reviews.load("imdb")
    monkeypatch.setenv("RNN_DATA", "fake")
    with pytest.raises(ValueError, match="'fake'.*RNN_DATA"):
        reviews.load()


# --- real -----------------------------------------------------------------------------------------


def _write_archive(folder, files):
    with tarfile.open(folder / ARCHIVE, "w:gz") as tar:
        for name, text in files.items():
            data = text.encode()
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))


@pytest.fixture
def small_archive(tmp_path, monkeypatch):
    """Twenty reviews in each folder, in the original's layout."""
    files = {
        f"aclImdb/{split}/{label}/{n}_{8 if label == 'pos' else 2}.txt": (
            f"A {label} film,<br /><br />number {n} of {split}."
        )
        for split in ("train", "test")
        for label in ("pos", "neg")
        for n in range(20)
    }
    _write_archive(tmp_path, {"aclImdb/README": "hello", **files})
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))
    return tmp_path / ARCHIVE


def test_real_reviews_from_their_folders(small_archive):
    loaded = reviews.load("real", n_train=10, n_test=7)
    assert loaded.source == "real"
    assert loaded.train_labels.sum() == 5 and loaded.test_labels.sum() == 3
    for text, label in zip(loaded.train_texts, loaded.train_labels, strict=True):
        assert re.fullmatch(r"A (pos|neg) film,  number \d+ of train\.", text)
        assert ("pos" in text) == (label == 1)
    assert all("of test" in text for text in loaded.test_texts)


def test_real_samples_are_seeded(small_archive):
    first, same, other = (reviews.load("real", n_train=10, n_test=4, seed=s) for s in (0, 0, 1))
    assert first.train_texts == same.train_texts
    assert first.train_texts != other.train_texts


def test_the_order_inside_the_archive_does_not_matter(small_archive, tmp_path):
    first = reviews.load("real", n_train=10, n_test=4)
    with tarfile.open(small_archive) as tar:
        files = {m.name: tar.extractfile(m).read().decode() for m in reversed(tar.getmembers())}
    _write_archive(tmp_path, files)
    assert reviews.load("real", n_train=10, n_test=4).train_texts == first.train_texts


def test_the_environment_chooses_the_source(small_archive, monkeypatch):
    monkeypatch.setenv("RNN_DATA", "real")
    assert reviews.load(n_train=2, n_test=2).source == "real"
    assert reviews.load("embedded", n_train=2, n_test=2).source == "embedded"


def test_fewer_real_reviews_than_asked_for(small_archive):
    with pytest.raises(ValueError, match="has 20 reviews in aclImdb/train/pos, need 21"):
        reviews.load("real", n_train=42, n_test=2)


def test_folder_absent(monkeypatch, tmp_path):
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path / "none"))
    with pytest.raises(FileNotFoundError, match="RNN_DATA_DIR=.*none is not a folder: make it"):
        reviews.load("real")


def test_archive_missing_and_no_network(monkeypatch, tmp_path):
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(review_archive, "URLS", (f"http://127.0.0.1:9/{ARCHIVE}",))
    with pytest.raises(FileNotFoundError) as caught:
        reviews.load("real")
    told = str(caught.value)
    assert f"{ARCHIVE} is not in {tmp_path}, and could not be downloaded" in told
    assert f"127.0.0.1:9/{ARCHIVE}: cannot be reached" in told


def test_where_the_archive_comes_from():
    assert review_archive.URLS[0] == review_archive.HOMEPAGE + ARCHIVE
    assert all(url.endswith(f"/{ARCHIVE}") for url in review_archive.URLS)
    assert re.fullmatch(r"md5:[0-9a-f]{32}", review_archive.CHECKSUM)


@pytest.mark.parametrize("keep", [0.1, 0.6, 0.99])
def test_archive_cut_short(small_archive, keep):
    data = small_archive.read_bytes()
    small_archive.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(ValueError, match="is damaged .*download it again"):
        reviews.load("real", n_train=2, n_test=2)


def test_one_wrong_byte(small_archive):
    data = bytearray(small_archive.read_bytes())
    data[len(data) // 2] ^= 0xFF
    small_archive.write_bytes(data)
    with pytest.raises(ValueError, match="is damaged"):
        reviews.load("real", n_train=2, n_test=2)


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>404</html>", gzip.compress(b"not a tar file")],
    ids=["empty", "a page", "no tar"],
)
def test_not_an_archive(small_archive, content):
    small_archive.write_bytes(content)
    with pytest.raises(ValueError, match="is damaged|has 0 reviews"):
        reviews.load("real", n_train=2, n_test=2)


def test_an_archive_of_something_else(small_archive, tmp_path):
    _write_archive(tmp_path, {"holiday/photo.txt": "sea"})
    with pytest.raises(ValueError, match="has 0 reviews in aclImdb/train/"):
        reviews.load("real", n_train=2, n_test=2)


def test_a_review_that_is_no_text(small_archive, tmp_path):
    _write_archive(tmp_path, {})
    with tarfile.open(tmp_path / ARCHIVE, "w:gz") as tar:
        member = tarfile.TarInfo("aclImdb/train/pos/1_9.txt")
        member.size = 2
        tar.addfile(member, io.BytesIO(b"\xff\xfe"))
    with pytest.raises(ValueError, match="is damaged"):
        reviews.load("real", n_train=2, n_test=2)


HOSTILE = {
    "../../aclImdb/train/pos/900_9.txt": tarfile.REGTYPE,
    "../escaped.txt": tarfile.REGTYPE,
    "ABSOLUTE/aclImdb/train/pos/901_9.txt": tarfile.REGTYPE,
    "aclImdb/train/pos/902_9.txt": tarfile.SYMTYPE,
    "aclImdb/train/pos/903_9.txt": tarfile.LNKTYPE,
    "aclImdb/train/pos/904_9.txt": tarfile.FIFOTYPE,
    "aclImdb/train/pos/905_9.txt": tarfile.CHRTYPE,
    "aclImdb/train/pos/906_9.txt": tarfile.DIRTYPE,
}


def test_nothing_of_an_archive_is_ever_written(tmp_path, monkeypatch):
    data, outside = tmp_path / "data", tmp_path / "outside"
    (tmp_path / "somewhere" / "else").mkdir(parents=True)
    data.mkdir()
    outside.mkdir()
    (outside / "secret.txt").write_text("secret")
    with tarfile.open(data / ARCHIVE, "w:gz") as tar:
        for name, kind in HOSTILE.items():
            member = tarfile.TarInfo(name.replace("ABSOLUTE", str(outside)))
            member.type, member.linkname = kind, str(outside / "secret.txt")
            member.size = 4 if kind == tarfile.REGTYPE else 0
            tar.addfile(member, io.BytesIO(b"evil"))
        for split in ("train", "test"):
            for label in ("pos", "neg"):
                member = tarfile.TarInfo(f"aclImdb/{split}/{label}/1_9.txt")
                member.size = 4
                tar.addfile(member, io.BytesIO(b"text"))
    before = {path: path.is_dir() or path.read_bytes() for path in tmp_path.rglob("*")}
    monkeypatch.chdir(tmp_path / "somewhere" / "else")
    monkeypatch.setenv("RNN_DATA_DIR", str(data))
    loaded = reviews.load("real", n_train=2, n_test=2)
    assert set(loaded.train_texts + loaded.test_texts) <= {"text", "evil"}  # and no secret
    assert {path: path.is_dir() or path.read_bytes() for path in tmp_path.rglob("*")} == before
    # Links, devices and folders are no reviews: three regular files there are, no fourth.
    with pytest.raises(ValueError, match="has 3 reviews in aclImdb/train/pos, need 4"):
        reviews.load("real", n_train=8, n_test=2)


def test_a_large_archive_passes_through_little_memory(small_archive, tmp_path):
    noise = {f"aclImdb/train/unsup/{n}_0.txt": "x" * 400_000 for n in range(100)}
    with tarfile.open(small_archive) as tar:
        files = {m.name: tar.extractfile(m).read().decode() for m in tar.getmembers()}
    _write_archive(tmp_path, noise | files)
    tracemalloc.start()
    reviews.load("real", n_train=4, n_test=4)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4e6 < sum(map(len, noise.values()))


def test_the_real_archive(real_folder):
    loaded = reviews.load("real")
    assert loaded.train_labels.sum() == 1000 and loaded.test_labels.sum() == 250
    assert not any("<br" in text for text in loaded.train_texts)
    assert 0.75 < _bag_of_words_accuracy(loaded) < 0.9


def test_the_real_archive_cut_short(real_folder, tmp_path, monkeypatch):
    with open(real_folder / ARCHIVE, "rb") as whole:
        part = whole.read(1 << 20)
    (tmp_path / ARCHIVE).write_bytes(part)
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))
    with pytest.raises(ValueError, match="is damaged"):
        reviews.load("real", n_train=2, n_test=2)
    shutil.rmtree(tmp_path)


# --- what the tests measure with ------------------------------------------------------------------


def _patterns_used(texts):
    """Patterns that carry sentiment, found again in the finished sentences."""
    kinds = ("PLAIN", "NEGATION", "CONTRAST", "EXPECTED", "CONFIRMED", "REVERSED")
    matchers = {
        pattern: re.compile(re.sub(r"\\\{\w+\\\}", r"\\w+", re.escape(pattern)), re.IGNORECASE)
        for kind in kinds
        for pattern in getattr(grammar, kind)
    }
    sentences = {sentence for text in texts for sentence in text.rstrip(".").split(". ")}
    return {
        pattern
        for pattern, matcher in matchers.items()
        if any(matcher.fullmatch(sentence) for sentence in sentences)
    }


def _read(text):
    """Label by reading in order: expectation and outcome, contrast, negation."""
    sentences = [reviews.words(sentence) for sentence in text.split(".")]
    [cue] = [words for words in sentences if POLARITY.keys() & set(words)]
    polar = [POLARITY[word] for word in cue if word in POLARITY]
    if any(word.startswith("expect") for word in cue):
        reversal = any(words[:1] == ["but"] for words in sentences)
        return polar[0] ^ reversal
    if len(set(polar)) == 2:  # contrast: the last word counts
        return polar[-1]
    return polar[-1] ^ bool(NEGATIONS & set(cue))


def _bag_of_words_accuracy(corpus, steps=300):
    """Test accuracy of a logistic regression on the set of words."""
    train, test = (
        [set(reviews.words(text)) for text in texts]
        for texts in (corpus.train_texts, corpus.test_texts)
    )
    counts = Counter(word for text in train for word in text)
    column = {word: i for i, word in enumerate(sorted(w for w in counts if counts[w] > 2))}
    x_train, x_test = (np.zeros((len(t), len(column)), dtype="float32") for t in (train, test))
    for x, texts in ((x_train, train), (x_test, test)):
        for row, text in zip(x, texts, strict=True):
            row[[column[word] for word in text if word in column]] = 1
    w, b = np.zeros(len(column), dtype="float32"), 0.0
    for _ in range(steps):
        error = 1 / (1 + np.exp(-(x_train @ w + b))) - corpus.train_labels
        w -= x_train.T @ error.astype("float32") / len(error) + 1e-3 * w
        b -= error.mean()
    return np.mean((x_test @ w + b > 0) == corpus.test_labels)
