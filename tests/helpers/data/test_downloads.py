"""Downloads from a server on this machine that fails in every way we know."""

import errno
import hashlib
import os
import socket
import stat
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pooch
import pytest

from helpers.data import downloads, review_archive, reviews

CONTENT = bytes(range(256)) * 1000
MD5 = "md5:" + hashlib.md5(CONTENT).hexdigest()
SHA256 = "sha256:" + hashlib.sha256(CONTENT).hexdigest()
NAME = "vectors.zip"


class Handler(BaseHTTPRequestHandler):
    """Answers by the first part of the path."""

    def do_GET(self):
        self.server.asked.append(self.path)
        getattr(self, self.path.split("/")[1])()

    def log_message(self, *_):
        pass

    def head(self, length=None, status=200, **fields):
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def whole(self):
        self.head(len(CONTENT))
        self.wfile.write(CONTENT)

    def unmeasured(self):
        self.head()
        self.wfile.write(CONTENT)

    def moved(self):
        self.head(0, status=302, Location=f"/whole/{NAME}")

    def cut(self):
        self.head(len(CONTENT))
        self.wfile.write(CONTENT[: len(CONTENT) // 2])

    def cut_unmeasured(self):
        self.head()
        self.wfile.write(CONTENT[: len(CONTENT) // 2])

    def absent(self):
        self.send_error(404)

    def overloaded(self):
        self.send_error(503)

    def login_page(self):
        page = b"<html>Welcome to the hotel</html>"
        self.head(len(page))
        self.wfile.write(page)

    def silent(self):
        self.server.release.wait(5)

    def stalled(self):
        self.head(len(CONTENT))
        self.wfile.write(CONTENT[: len(CONTENT) // 2])
        self.wfile.flush()
        self.server.release.wait(5)

    def slow(self):
        self.head(len(CONTENT))
        for begin in range(0, len(CONTENT), 1 << 16):
            self.wfile.write(CONTENT[begin : begin + (1 << 16)])
            self.wfile.flush()
            self.server.release.wait(0.15)


@pytest.fixture
def server(monkeypatch):
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
    served = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.daemon_threads = True
    served.asked, served.release = [], threading.Event()
    served.url = lambda kind: f"http://127.0.0.1:{served.server_port}/{kind}/{NAME}"
    thread = threading.Thread(target=served.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield served
    served.release.set()
    served.shutdown()
    served.server_close()


@pytest.fixture
def closed():
    """An address where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return f"http://127.0.0.1:{port}/{NAME}"


@pytest.fixture
def folder(monkeypatch, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("RNN_DATA_DIR", str(folder))
    return folder


# --- what works -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["whole", "unmeasured", "moved"])
@pytest.mark.parametrize("checksum", [MD5, SHA256])
def test_a_download_is_whole_and_happens_once(server, folder, kind, checksum):
    for _ in range(2):
        path = downloads.fetch(NAME, [server.url(kind)], checksum)
        assert path == folder / NAME and path.read_bytes() == CONTENT
    assert server.asked.count(f"/{kind}/{NAME}") == 1
    assert os.listdir(folder) == [NAME]


@pytest.mark.skipif(sys.platform == "win32", reason="no permissions of this kind")
def test_others_may_read_a_download(server, folder):
    mode = downloads.fetch(NAME, [server.url("whole")], MD5).stat().st_mode
    assert stat.S_IMODE(mode) == 0o644


def test_slow_but_steady_is_no_failure(server, folder, monkeypatch):
    monkeypatch.setattr(downloads, "READ_TIMEOUT", 0.4)  # the whole takes longer than that
    assert downloads.fetch(NAME, [server.url("slow")], MD5).read_bytes() == CONTENT


def test_a_file_put_there_by_hand_is_used_whatever_its_checksum(server, folder):
    (folder / NAME).write_bytes(b"an excerpt")
    assert downloads.fetch(NAME, [server.url("whole")], MD5).read_bytes() == b"an excerpt"
    assert server.asked == []


def test_the_folder_may_be_named_in_the_call(server, folder, tmp_path):
    path = downloads.fetch(NAME, [server.url("whole")], MD5, folder=tmp_path)
    assert path == tmp_path / NAME and not list(folder.iterdir())


def test_without_a_named_folder_the_cache_is_made(server, monkeypatch, tmp_path):
    monkeypatch.delenv("RNN_DATA_DIR", raising=False)
    monkeypatch.setattr(pooch, "os_cache", lambda name: tmp_path / "cache" / name)
    path = downloads.fetch(NAME, [server.url("whole")], MD5)
    assert path == tmp_path / "cache" / "networks-that-remember" / NAME
    assert path.read_bytes() == CONTENT


def test_a_page_of_the_book_shows_neither_bar_nor_log(server, folder, capfd):
    downloads.fetch(NAME, [server.url("whole")], MD5)
    assert capfd.readouterr() == ("", "")


def test_a_terminal_shows_a_bar(server, folder, capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    downloads.fetch(NAME, [server.url("whole")], MD5)
    shown = capsys.readouterr().err
    assert NAME in shown and "100%" in shown and "256k/256k" in shown


# --- what fails -----------------------------------------------------------------------------------

FAILURES = {
    "absent": "answered 404 Not Found",
    "overloaded": "answered 503 Service Unavailable",
    "cut": "the connection was cut before the file was whole",
    "cut_unmeasured": "sent something else .*expected .* but got",
    "login_page": f"sent something else .*expected {MD5} but got",
    "silent": "sent nothing for 0.3 seconds",
    "stalled": "sent nothing for 0.3 seconds",
}


@pytest.mark.parametrize("kind", FAILURES)
def test_a_failure_has_its_message_leaves_nothing_and_the_next_try_works(
    server, folder, monkeypatch, kind
):
    monkeypatch.setattr(downloads, "READ_TIMEOUT", 0.3)
    url = server.url(kind)
    with pytest.raises(FileNotFoundError, match=f"{url}: {FAILURES[kind]}") as caught:
        downloads.fetch(NAME, [url], MD5)
    assert f"{NAME} is not in {folder}" in str(caught.value)
    assert f"put it into {folder}" in str(caught.value)
    assert not list(folder.iterdir())
    assert downloads.fetch(NAME, [server.url("whole")], MD5).read_bytes() == CONTENT


@pytest.mark.parametrize("kind", FAILURES)
def test_the_next_mirror_is_tried(server, folder, monkeypatch, kind):
    monkeypatch.setattr(downloads, "READ_TIMEOUT", 0.3)
    path = downloads.fetch(NAME, [server.url(kind), server.url("whole")], MD5)
    assert path.read_bytes() == CONTENT
    assert [asked.split("/")[1] for asked in server.asked] == [kind, "whole"]
    assert os.listdir(folder) == [NAME]


def test_without_a_network_one_error_says_all(closed, folder):
    urls = [closed, closed.replace(NAME, f"mirror/{NAME}")]
    with pytest.raises(FileNotFoundError) as caught:
        downloads.fetch(NAME, urls, MD5)
    told = str(caught.value)
    for url in urls:
        assert f"{url}: cannot be reached; is there a network?" in told
    assert NAME in told and str(folder) in told and "RNN_DATA_DIR" in told


def test_a_malformed_address(folder):
    with pytest.raises(FileNotFoundError, match="MissingSchema"):
        downloads.fetch(NAME, ["vectors.zip"], MD5)


def test_an_interrupted_download_leaves_nothing(server, folder, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(pooch.core, "hash_matches", interrupt)
    with pytest.raises(KeyboardInterrupt):
        downloads.fetch(NAME, [server.url("whole")], MD5)
    assert not list(folder.iterdir())


def test_a_full_disk_is_not_the_mirror_s_fault(server, folder, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pooch.core.shutil, "move", full)
    with pytest.raises(OSError, match=f"{NAME} cannot be saved in .*No space left") as caught:
        downloads.fetch(NAME, [server.url("whole"), server.url("whole")], MD5)
    assert not isinstance(caught.value, FileNotFoundError)
    assert len(server.asked) == 1 and not list(folder.iterdir())


def test_a_folder_that_the_user_named_is_not_made(monkeypatch, tmp_path):
    with pytest.raises(FileNotFoundError, match="^.*typo is not a folder: make it"):
        downloads.fetch(NAME, [], MD5, folder=tmp_path / "typo")
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path / "typo"))
    with pytest.raises(FileNotFoundError, match="RNN_DATA_DIR=.*typo is not a folder: make it"):
        downloads.fetch(NAME, [], MD5)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["", "..", "../vectors.zip", "/vectors.zip", "a/b.zip"])
def test_only_plain_names(folder, name):
    with pytest.raises(ValueError, match="is not a plain file name"):
        downloads.fetch(name, [], MD5)


# --- who downloads, and when ----------------------------------------------------------------------


def test_the_embedded_data_never_look_for_a_file(monkeypatch):
    def forbidden(*_, **__):
        raise AssertionError("the embedded reviews must not fetch anything")

    monkeypatch.setattr(downloads, "fetch", forbidden)
    monkeypatch.setattr(socket.socket, "connect", forbidden)
    monkeypatch.delenv("RNN_DATA", raising=False)
    assert reviews.load(n_train=2, n_test=2).source == "embedded"
    with pytest.raises(AssertionError, match="must not fetch"):
        reviews.load("real")


def test_real_reviews_are_downloaded_on_request(server, folder, monkeypatch):
    monkeypatch.setattr(review_archive, "URLS", (server.url("whole"),))
    monkeypatch.setattr(review_archive, "CHECKSUM", MD5)
    with pytest.raises(ValueError, match="is damaged"):  # the content is no archive
        reviews.load("real")
    assert (folder / review_archive.ARCHIVE).read_bytes() == CONTENT
