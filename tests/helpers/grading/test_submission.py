"""Which file is the notebook, and what is in it, whatever honest tools and others did to it."""

import json
import os
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.grading.submission import (
    Rejected,
    candidates,
    parse,
    read,
    read_timestamp,
    usable,
)
from tests.grading import toy

TEXT = json.dumps(toy.submission(toy.SOLUTION), indent=1)


def sources(content):
    return [cell["source"] for cell in parse(content)]


PLAIN = sources(TEXT.encode())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_every_unicode_encoding_is_read(encoding):
    assert sources(TEXT.encode(encoding)) == PLAIN
    assert sources(TEXT.replace("\n", "\r\n").encode(encoding)) == PLAIN


def test_format_3_is_read():
    cells = [{"cell_type": "code", "input": ["a = 1\n", "b"], "metadata": {}}, {"cell_type": "x"}]
    old = {"nbformat": 3, "worksheets": [{"cells": cells}, {"cells": cells[:1]}]}
    assert sources(json.dumps(old).encode()) == ["a = 1\nb", None, "a = 1\nb"]


def test_an_id_is_found_among_the_metadata_too():
    cell = {"cell_type": "code", "metadata": {"id": "solve"}, "source": ""}
    assert parse(json.dumps({"cells": [cell]}).encode())[0]["id"] == "solve"


def test_characters_that_nothing_can_store_are_replaced():
    [cell] = parse(
        b'{"cells": [{"cell_type": "code", "source": "a\\ud800b\\u0000c\\ud83d\\ude00"}]}'
    )
    assert cell["source"] == "a\ufffdb\ufffdc\U0001f600"


@given(st.text(st.characters(exclude_categories=[])))
def test_a_usable_text_can_be_written_anywhere(text):
    left = usable(text)
    assert "\x00" not in left.encode("utf-8").decode() and len(left) == len(text)


WRONG = {
    "empty": (b"", "it is empty"),
    "blank": (b" \n\0", "it is empty"),
    "cut": (TEXT[:300].encode(), "it ends in the middle"),
    "binary": (bytes(range(128, 256)), "not text in UTF-8"),
    "latin": (TEXT.replace("values", "größe").encode("latin-1"), "not text in UTF-8"),
    "odd-utf-16": (b"\xff\xfe\x00", "is not a notebook"),
    "page": (b"\xef\xbb\xbf\n<!DOCTYPE html><html>Please log in</html>", "a web page"),
    "zip": (b"PK\x03\x04rest", "zip archive: unpack it"),
    "pdf": (b"%PDF-1.7", "a PDF document"),
    "script": (b"import numpy as np\nprint(1)\n", "some other text, which begins 'import numpy"),
    "merge": (
        TEXT.replace(' "cells"', '<<<<<<< HEAD\n "cells"', 1).encode(),
        r"unresolved merge \(git\) in line 2",
    ),
    "deep": (b"[" * 200_000, "nested too deeply"),
    "list": (b"[]", "no list of cells"),
    "number": (b"1e999", "no list of cells"),
    "no-list": (b'{"cells": {}}', "no list of cells"),
    "no-cells": (b'{"cells": [1]}', "no list of cells"),
    "sheets": (b'{"worksheets": [1]}', "no list of cells"),
    "many": (json.dumps({"cells": [{}] * 3000}).encode(), "has 3000 cells"),
    "long": (
        json.dumps({"cells": [{"cell_type": "code", "source": "x" * 6_000_000}]}).encode(),
        "6,000,000 characters of source",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_notebook_is_named_for_what_it_is(tmp_path, name):
    content, why = WRONG[name]
    path = tmp_path / "toy.ipynb"
    path.write_bytes(content)
    with pytest.raises(Rejected, match=why) as caught:
        read(path)
    assert str(caught.value).startswith("toy.ipynb ")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content):
    try:
        parse(content)
    except ValueError as error:
        assert str(error)


def test_outputs_are_not_read_however_large(tmp_path):
    notebook = toy.submission(toy.SOLUTION)
    notebook["cells"][1]["outputs"] = [{"data": {"image/png": "A" * 40_000_000, "x": [[]] * 10}}]
    path = tmp_path / "toy.ipynb"
    path.write_text(json.dumps(notebook))
    assert [cell["source"] for cell in read(path)] == PLAIN


def test_a_large_file_of_nothing_but_brackets_costs_this_process_nothing(tmp_path):
    path = tmp_path / "toy.ipynb"
    path.write_text('{"cells": [' + "[]," * 5_000_000 + "[]]}")
    before = time.process_time()
    with pytest.raises(Rejected, match=r"toy.ipynb is (not a|no) notebook"):
        read(path)
    assert time.process_time() - before < 1  # of this process, not of the one that parses


def test_only_regular_files_of_reasonable_size_are_opened(tmp_path):
    secret = tmp_path / "secret.ipynb"
    secret.write_text(TEXT)
    (tmp_path / "link.ipynb").symlink_to(secret)
    os.mkfifo(tmp_path / "pipe.ipynb")
    (tmp_path / "folder.ipynb").mkdir()
    for name in ("link", "pipe", "folder"):
        with pytest.raises(Rejected, match="not a regular file"):
            read(tmp_path / f"{name}.ipynb")
    with (tmp_path / "big.ipynb").open("wb") as file:
        file.truncate(600_000_000)
    with pytest.raises(Rejected, match="600,000,000 bytes"):
        read(tmp_path / "big.ipynb")
    with pytest.raises(Rejected, match="was not handed in"):
        read(tmp_path / "none.ipynb")
    assert [cell["source"] for cell in read(secret)] == PLAIN


def put(folder, *names):
    """Files with these names, each a second newer than the one before."""
    for second, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(TEXT)
        os.utime(folder / name, (second, second))


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["toy.ipynb"], ["toy.ipynb"]),
        (["toy (1).ipynb"], ["toy (1).ipynb"]),
        (["TOY.IPYNB", "data.txt"], ["TOY.IPYNB"]),
        (["toy.ipynb.txt", "notes.txt"], ["toy.ipynb.txt"]),
        (["toy.json", "data.txt"], ["toy.json"]),
        (["Jane_123_my homework.ipynb"], ["Jane_123_my homework.ipynb"]),
        (["inner/toy.ipynb"], ["inner/toy.ipynb"]),
        (["toy.ipynb", "toy-Copy1.ipynb"], ["toy-Copy1.ipynb", "toy.ipynb"]),
        (["toy-Copy1.ipynb", "toy.ipynb"], ["toy.ipynb", "toy-Copy1.ipynb"]),
        ([".ipynb_checkpoints/toy-checkpoint.ipynb", "toy.ipynb"], ["toy.ipynb"]),
        (["__MACOSX/._toy.ipynb", "._toy.ipynb", "toy.ipynb"], ["toy.ipynb"]),
    ],
)
def test_the_notebook_is_found_under_whatever_name(tmp_path, names, found):
    put(tmp_path, *names)
    assert [str(path.relative_to(tmp_path)) for path in candidates(tmp_path, "toy")] == found


def test_of_equally_old_files_the_one_with_the_right_name_comes_first(tmp_path):
    put(tmp_path, "a.ipynb", "toy.ipynb")
    for path in tmp_path.iterdir():
        os.utime(path, (5, 5))
    assert candidates(tmp_path, "toy")[0].name == "toy.ipynb"


def test_where_there_is_none_what_is_there_is_named(tmp_path):
    put(tmp_path, "toy.zip", "notes.md")
    with pytest.raises(Rejected, match=r"not handed in \(there is notes.md, toy.zip\)"):
        candidates(tmp_path, "toy")
    with pytest.raises(Rejected, match="cannot be read"):
        candidates(tmp_path / "none", "toy")


@pytest.mark.parametrize(
    "said",
    [
        "2027-03-01 14:05:00.123456 UTC",
        "2027-03-01 14:05:00 America/New_York",
        "2027-03-01 14:05:00 Etc/GMT+5",
        "2027-03-01T14:05:00Z",
        "2027-03-01 14:05 +0100",
        "\ufeff2027-03-01 14:05:00\r\n",
    ],
)
def test_a_time_is_read(tmp_path, said):
    (tmp_path / "timestamp.txt").write_text(said, encoding="utf-8")
    assert read_timestamp(tmp_path) == said.strip("\ufeff\r\n")


@pytest.mark.parametrize(
    "said",
    [
        *("", "yesterday", "10", "2027-13-45 25:61:00", "2027-03-01 14:05:00 Nowhere/Land"),
        *("2027-03-01 14:05:00 /dev/zero", "2027-03-01", "x" * 30_000_000, "\x00" * 9),
        b"\xff\xfe\x00",
        None,
    ],
    ids=lambda said: f"{said!r:.30}",
)
def test_what_is_no_time_is_named_with_the_form_of_one(tmp_path, said):
    path = tmp_path / "timestamp.txt"
    if said is None:
        path.symlink_to("/dev/zero")
    else:
        path.write_bytes(said if isinstance(said, bytes) else said.encode())
    with pytest.raises(Rejected, match=r"timestamp.txt says no time such as '2027-03-01 14:05:00"):
        read_timestamp(tmp_path)


def test_no_timestamp_is_no_fault(tmp_path):
    assert read_timestamp(tmp_path) is None
