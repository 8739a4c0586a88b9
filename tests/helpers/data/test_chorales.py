import json
from pathlib import Path

import mido
import numpy as np
import pytest

from helpers.data import chorales
from helpers.music import Note, notes_of, roll_of, write_midi

SHARED = Path(__file__).parents[4] / "shared" / "data"
GOOD = {part: [[[67, 64, 60, 48]] * 4 + [[-1, 65, 60, 53]] * 4] for part in chorales.PARTS}


def changed(**parts):
    return json.dumps({**GOOD, **parts})


def test_the_embedded_ones_are_the_same_for_a_seed_and_in_one_part_only():
    one, two, other = chorales.load("embedded"), chorales.load("embedded"), chorales.load(seed=1)
    for part, size in zip(chorales.PARTS, chorales.SIZES, strict=True):
        assert len(getattr(one, part)) == size
        for a, b in zip(getattr(one, part), getattr(two, part), strict=True):
            np.testing.assert_array_equal(a, b)
    pieces = [piece.tobytes() for part in chorales.PARTS for piece in getattr(one, part)]
    assert len(set(pieces)) == len(pieces)
    assert other.train[0].tobytes() != one.train[0].tobytes()


def test_a_file_is_read(tmp_path, monkeypatch):
    (tmp_path / chorales.NAME).write_text(json.dumps(GOOD))
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("RNN_DATA", "real")
    found = chorales.load()
    assert found.source == "real" and found.train[0].shape == (8, 4)
    assert [r.shape for r in chorales.rolls(found.test, 1)] == [(2, 88)]
    np.testing.assert_array_equal(chorales.on_grid(found.train, 2)[0], found.train[0][::2])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "no JSON .*download it again"),
        ("[]", "has a list, expected the parts"),
        (json.dumps({"train": []}), "expected the parts train, valid, test"),
        (changed(test=[]), "no pieces in test"),
        (changed(valid=[[]]), "piece 0 of valid .* has no steps"),
        (changed(valid=[3]), "piece 0 of valid .* has no steps"),
        (changed(train=GOOD["train"] + [[[60, 60, 60]]]), "step 0 of piece 1 of train .*4 pitches"),
        (changed(train=[[7]]), "step 0 of piece 0 of train .* is 7"),
        (changed(train=[[[60, 60, 60, 109]]]), "pitch 109, expected 21 to 108, or -1"),
        (changed(train=[[[60, 60, 60, 20]]]), "pitch 20"),
        (changed(train=[[[60, 60, 60, 60.5]]]), "pitch 60.5"),
        (changed(train=[[[60, 60, 60, None]]]), "pitch None"),
        (changed(train=[[[60, 60, 60, True]]]), "pitch True"),
    ],
)
def test_a_bad_file_is_named_with_its_place(text, says, tmp_path):
    path = tmp_path / chorales.NAME
    path.write_text(text)
    with pytest.raises(ValueError, match=says):
        chorales.read(path)


def test_an_unknown_source_and_an_odd_grid_are_refused():
    with pytest.raises(ValueError, match="unknown source of chorales 'midi'"):
        chorales.load("midi")
    with pytest.raises(ValueError, match="3 steps a quarter, expected 1, 2 or 4"):
        chorales.on_grid([np.zeros((4, 4), int)], 3)


def test_the_midi_files_of_a_folder_become_rolls(tmp_path):
    piece = chorales.load().train[0]
    write_midi(tmp_path / "b.mid", notes_of(piece))
    write_midi(tmp_path / "a.MIDI", [Note(0, 2, 60), Note(1, 2, 64)])
    (tmp_path / "notes.txt").write_text("not music")
    found = chorales.midi_rolls(tmp_path)
    assert [*found] == ["a.MIDI", "b.mid"]
    np.testing.assert_array_equal(found["b.mid"], roll_of(piece))
    assert found["a.MIDI"].sum() == 4
    coarse = chorales.midi_rolls(tmp_path, 1)["b.mid"]
    np.testing.assert_array_equal(coarse, roll_of(piece[::4]))  # what sounds there, nothing moved


def test_a_key_that_is_struck_while_it_sounds_is_refused_or_cut(tmp_path):
    messages = [("note_on", 0), ("note_on", 480), ("note_off", 480), ("note_off", 0)]
    track = mido.MidiTrack(mido.Message(kind, note=60, time=time) for kind, time in messages)
    mido.MidiFile(tracks=[track]).save(tmp_path / "clash.mid")
    with pytest.raises(ValueError, match="clash.mid, track 0.* is struck at tick 480"):
        chorales.midi_rolls(tmp_path)
    assert chorales.midi_rolls(tmp_path, 1, overlaps="cut")["clash.mid"].sum() == 2


def test_a_folder_without_midi_and_a_file_that_is_none_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="is not a folder"):
        chorales.midi_rolls(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="no file that ends in .mid"):
        chorales.midi_rolls(tmp_path)
    write_midi(tmp_path / "low.mid", [Note(3, 1, 20)])
    with pytest.raises(ValueError, match="low.mid: pitch 20 at step 3 is off the keyboard"):
        chorales.midi_rolls(tmp_path)
    (tmp_path / "low.mid").write_bytes(b"MThd")
    with pytest.raises(ValueError, match="low.mid, 4 bytes, is no whole MIDI file"):
        chorales.midi_rolls(tmp_path)
    mido.MidiFile(tracks=[mido.MidiTrack()]).save(tmp_path / "low.mid")
    with pytest.raises(ValueError, match="low.mid has no notes"):
        chorales.midi_rolls(tmp_path)


@pytest.mark.skipif(not (SHARED / chorales.NAME).is_file(), reason="needs the real file")
def test_the_published_file_is_read_whole():
    found = chorales.read(SHARED / chorales.NAME)
    assert [len(getattr(found, part)) for part in chorales.PARTS] == [229, 76, 77]
    assert sum(map(len, chorales.on_grid(found.test, 1))) == 4725
