"""Whatever people and releases do in turn, nothing that a person wrote is lost."""

import json
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tools import publish as tool
from tools.publish import MANIFEST, ReleaseError, publish

NAMES = ("a/a.ipynb", "a/data/x.txt", "b/b.ipynb")
PLACES = (
    *NAMES,
    *("a/a (new release).ipynb", "a/a (new release 2).ipynb", "b/b (new release)/b.ipynb"),
    *("b/notes.txt", "b", "a/data", "a/data (new release)/x.txt", "mine/a.ipynb"),
)
STEPS = st.one_of(
    st.tuples(
        st.just("release"),
        st.dictionaries(st.sampled_from(NAMES), st.sampled_from([b"1", b"2", b"3"]), min_size=1),
    ),
    st.tuples(st.sampled_from(["write", "link", "folder", "protect"]), st.sampled_from(PLACES)),
    st.tuples(st.just("remove"), st.sampled_from(NAMES)),
)


def contents(folder):
    """Files, and links as what they point to, by path."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = os.readlink(path)
        elif path.is_file():
            found[name] = path.read_bytes()
    return found


def released(folder, files):
    """A release of these files, in a folder of its own."""
    release = Path(tempfile.mkdtemp(dir=folder))
    for name, content in files.items():
        (release / name).parent.mkdir(parents=True, exist_ok=True)
        (release / name).write_bytes(content)
    return release


def do(place, kind, name, number):
    """What a person does: what they wrote, by path, if they could."""
    path = place / name
    if kind == "remove":
        if os.path.lexists(path) and (path.is_symlink() or not path.is_dir()):
            path.unlink()
        return {}
    if os.path.lexists(path) and kind != "write":
        if kind == "protect" and path.is_file() and not path.is_symlink():
            path.chmod(0o444)
            return {name: path.read_bytes()}
        return {}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if kind == "link":
            path.symlink_to(f"somewhere-{number}")
            return {name: f"somewhere-{number}"}
        if kind == "folder":
            path.mkdir()
            path /= "inside.txt"
        if path.is_symlink():  # an editor writes where the link leads
            path = path.parent / os.readlink(path)
        path.chmod(0o644) if path.is_file() else None
        path.write_bytes(f"person {number}".encode())
        return {path.relative_to(place).as_posix(): f"person {number}".encode()}
    except (FileExistsError, NotADirectoryError, IsADirectoryError, FileNotFoundError):
        return {}


@settings(deadline=None, max_examples=150)
@given(st.lists(STEPS, min_size=1, max_size=12))
@example([("link", "a/data/x.txt"), ("write", "a/data/x.txt"), ("release", {"a/a.ipynb": b"1"})])
def test_no_sequence_of_releases_and_work_loses_what_a_person_wrote(steps):
    with tempfile.TemporaryDirectory() as name:
        folder, theirs = Path(name), {}
        place = folder / "place"
        place.mkdir()
        for number, (kind, what) in enumerate(steps):
            if kind != "release":
                theirs |= do(place, kind, what, number)
                if kind == "remove":
                    theirs.pop(what, None)
                continue
            lines = publish(released(folder, what), place)
            now = contents(place)
            assert {path: now.get(path) for path in theirs} == theirs
            assert not [path for path in now if path.endswith(".partial")]
            for path, content in what.items():
                told = [line for line in lines if line.startswith(path)]
                assert now.get(path) == content or "left as it is" in told[0]
            publish(released(folder, what), place)
            assert contents(place) == now, "the same release again changes nothing"


def start(folder, content=b"1"):
    place = folder / "place"
    publish(released(folder, {"a/a.ipynb": content}), place)
    return place


def test_work_stays_and_the_new_release_is_put_beside_it(tmp_path):
    place = start(tmp_path)
    (place / "a/a.ipynb").write_bytes(b"work")
    [line] = publish(released(tmp_path, {"a/a.ipynb": b"2"}), place)
    assert line == (
        "a/a.ipynb was changed here: left as it is, the new release is a/a (new release).ipynb"
    )
    assert (place / "a/a (new release).ipynb").read_bytes() == b"2"
    publish(released(tmp_path, {"a/a.ipynb": b"3"}), place)
    assert (place / "a/a (new release).ipynb").read_bytes() == b"3"
    (place / "a/a (new release).ipynb").write_bytes(b"work on that, too")
    publish(released(tmp_path, {"a/a.ipynb": b"4"}), place)
    assert (place / "a/a (new release 2).ipynb").read_bytes() == b"4"
    assert (place / "a/a.ipynb").read_bytes() == b"work"


def test_where_nothing_is_new_nothing_is_put_beside(tmp_path):
    place = start(tmp_path)
    (place / "a/a.ipynb").write_bytes(b"work")
    lines = publish(released(tmp_path, {"a/a.ipynb": b"1"}), place)
    assert lines == ["a/a.ipynb was changed here: left as it is"]
    assert set(contents(place)) == {"a/a.ipynb", MANIFEST}


def test_what_is_not_released_any_more_goes_unless_somebody_worked_on_it(tmp_path):
    place = tmp_path / "place"
    publish(released(tmp_path, dict.fromkeys(NAMES, b"1")), place)
    (place / "b/b.ipynb").write_bytes(b"work")
    publish(released(tmp_path, {"c/c.ipynb": b"1"}), place)
    assert set(contents(place)) == {"b/b.ipynb", "c/c.ipynb", MANIFEST}
    assert not (place / "a").exists()


def test_the_manifest_does_not_grow_by_releasing_the_same_again(tmp_path):
    place = start(tmp_path)
    for content in (b"2", b"1", b"2", b"2"):
        publish(released(tmp_path, {"a/a.ipynb": content}), place)
    [known] = json.loads((place / MANIFEST).read_text()).values()
    assert known == [tool.checksum(b"1"), tool.checksum(b"2")]


@pytest.mark.parametrize("broken", ["<<<<<<< HEAD\n{}", "[]", '{"a": 1}'])
def test_a_broken_manifest_stops_before_anything_is_touched(tmp_path, broken):
    place = start(tmp_path)
    (place / MANIFEST).write_text(broken)
    before = contents(place)
    with pytest.raises(ReleaseError, match="cannot be read.*\n.*git checkout"):
        publish(released(tmp_path, {"a/a.ipynb": b"2"}), place)
    assert contents(place) == before


@pytest.mark.parametrize("failing", ["_partial", "_put"])
@pytest.mark.parametrize("call", [0, 1, 2, 3])
def test_a_failure_leaves_everything_as_it_was(tmp_path, monkeypatch, failing, call):
    place = tmp_path / "place"
    publish(released(tmp_path, {"a/a.ipynb": b"1", "old/old.ipynb": b"1"}), place)
    before, works, calls = contents(place), getattr(tool, failing), iter(range(100))

    def full(*arguments):
        if next(calls) == call:
            raise OSError("no space left on device")
        return works(*arguments)

    monkeypatch.setattr(tool, failing, full)
    with pytest.raises(ReleaseError, match="no space left"):
        publish(released(tmp_path, {"a/a.ipynb": b"2", "new/new.ipynb": b"2", "x": b"2"}), place)
    assert contents(place) == before and not (place / "new").exists()


def test_a_file_that_is_saved_this_moment_is_not_written_over(tmp_path, monkeypatch):
    place, works = start(tmp_path), tool._partial

    def meanwhile(change):
        (place / "a/a.ipynb").write_bytes(b"saved just now")
        return works(change)

    monkeypatch.setattr(tool, "_partial", meanwhile)
    with pytest.raises(ReleaseError, match="run it again"):
        publish(released(tmp_path, {"a/a.ipynb": b"2"}), place)
    assert (place / "a/a.ipynb").read_bytes() == b"saved just now"
