"""What was read is not read again, unless the readers have changed; a damaged memory costs time."""

import pytest

from tools import remembered
from tools.remembered import memory


@pytest.fixture
def count(monkeypatch):
    """A function that notes what it is asked, as if in a new process each time."""
    read = []

    @remembered.remembered
    def count(text):
        read.append(text)
        return len(text)

    def asked(file, *texts):
        read.clear()
        monkeypatch.setattr(remembered, "_known", {})
        with memory(file):
            assert [count(text) for text in texts] == [len(text) for text in texts]
        return list(read)

    return asked


def test_what_was_read_is_known_to_the_next_command(count, tmp_path):
    file = tmp_path / "memory"
    assert count(file, "a", "bb", "a") == ["a", "bb"]
    assert count(file, "a", "bb", "ccc") == ["ccc"]
    assert [path.name for path in tmp_path.iterdir()] == ["memory"]


def test_what_nobody_asks_for_is_forgotten(count, tmp_path):
    count(tmp_path / "memory", "a", "bb")
    count(tmp_path / "memory", "a")
    assert count(tmp_path / "memory", "a", "bb") == ["bb"]


def test_everything_is_read_again_when_a_reader_has_changed(count, tmp_path, monkeypatch):
    for name in remembered.READERS:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.setattr(remembered, "ROOT", tmp_path)
    for name in remembered.READERS:
        count(tmp_path / "memory", "a")
        assert count(tmp_path / "memory", "a") == []
        (tmp_path / name).write_text(f"# new {name}\n")
        assert count(tmp_path / "memory", "a") == ["a"]


@pytest.mark.parametrize("damage", [b"", b"no pickle", b"\x80\x05."])
def test_a_damaged_memory_is_made_anew(count, tmp_path, damage):
    (tmp_path / "memory").write_bytes(damage)
    assert count(tmp_path / "memory", "a") == ["a"]
    assert count(tmp_path / "memory", "a") == []


def test_a_full_disk_costs_nothing_else(count, tmp_path):
    assert count(tmp_path / "nowhere" / "memory", "a") == ["a"]


def test_what_fails_is_not_remembered(tmp_path):
    @remembered.remembered
    def fails(text):
        raise ValueError(text)

    for _ in range(2):
        with pytest.raises(ValueError, match="told"), memory(tmp_path / "memory"):
            fails("told")
