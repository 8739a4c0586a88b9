import mido
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.music import Midi, Note, read_midi, write_midi

HERE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def pieces(draw):
    """Notes such as MIDI can say: a key of a voice is free before it is struck again."""
    found, free = [], {}
    for _ in range(draw(st.integers(1, 20))):
        voice, pitch = draw(st.integers(0, 14)), draw(st.sampled_from([0, 59, 60, 127]))
        start = free.get((voice, pitch), 0) + draw(st.integers(0, 5))
        length = draw(st.integers(1, 40))
        free[voice, pitch] = start + length
        found.append(Note(start, length, pitch, voice))
    return found


@HERE
@given(pieces(), st.sampled_from([1, 2, 3, 4, 8, 12]), st.floats(4, 500))
def test_what_is_written_is_read_exactly(tmp_path, notes, grid, speed):
    path = write_midi(tmp_path / "x.mid", notes, steps_per_quarter=grid, quarters_per_minute=speed)
    midi = read_midi(path)
    assert midi.on_grid(grid) == sorted(notes) and midi.off_grid(grid) == 0
    assert midi.tempos == ((0, round(6e7 / speed)),)


@HERE
@given(pieces())
def test_mido_itself_hears_as_many_notes_and_as_long_a_piece(tmp_path, notes):
    path = write_midi(tmp_path / "x.mid", notes, quarters_per_minute=60)
    file = mido.MidiFile(path)
    struck = [m for track in file.tracks for m in track if m.type == "note_on"]
    assert len(struck) == len(notes) and all(m.channel != 9 for m in struck)
    assert file.length == pytest.approx(max(note.end for note in notes) / 4)


def on(note, time=0, velocity=64, channel=0):
    return mido.Message("note_on", note=note, time=time, velocity=velocity, channel=channel)


def off(note, time=0, channel=0):
    return mido.Message("note_off", note=note, time=time, channel=channel)


def tempo(value, time=0):
    return mido.MetaMessage("set_tempo", tempo=value, time=time)


@pytest.fixture
def saved(tmp_path):
    def save(*tracks, kind=1, ticks=480):
        file = mido.MidiFile(type=kind, ticks_per_beat=ticks)
        file.tracks.extend(mido.MidiTrack(track) for track in tracks)
        file.save(tmp_path / "song.mid")
        return tmp_path / "song.mid"

    return save


def test_a_stroke_without_force_lets_go(saved):
    assert read_midi(saved([on(60), on(60, 480, 0)])).on_grid() == [Note(0, 4, 60)]


def test_tracks_and_channels_are_voices_and_drums_are_none(saved):
    path = saved(
        [on(72), on(36, channel=9), on(48, channel=3), off(72, 480), off(48, 0, 3)],
        [on(60), off(60, 240)],
    )
    assert read_midi(path).on_grid() == [Note(0, 2, 60, 2), Note(0, 4, 48, 1), Note(0, 4, 72, 0)]


@pytest.mark.parametrize("first", ["off", "on"])
def test_a_key_may_be_let_go_and_struck_at_once_in_either_order(saved, first):
    middle = [off(60, 480), on(60)] if first == "off" else [on(60, 480), off(60)]
    notes = read_midi(saved([on(60), *middle, off(60, 480)])).on_grid()
    assert notes == [Note(0, 4, 60), Note(4, 4, 60)]


def test_a_note_without_a_length_and_an_end_without_a_beginning_are_left_out(saved):
    path = saved([off(50), on(60), off(60), on(62), off(62, 480), off(62, 10)])
    assert read_midi(path).on_grid() == [Note(0, 4, 62)]


def test_overlaps_are_refused_or_cut(saved):
    path = saved([on(60), on(60, 240), off(60, 240), off(60, 240)])
    with pytest.raises(ValueError, match="song.mid, track 0, channel 1: C4 is struck at tick 240"):
        read_midi(path)
    assert read_midi(path, overlaps="cut").on_grid() == [Note(0, 2, 60), Note(2, 2, 60)]


def test_a_key_that_is_never_let_go_is_refused_or_cut(saved):
    path = saved([on(60), on(62, 240), off(62, 240)])
    with pytest.raises(ValueError, match="C4 is struck at tick 0 and never let go: pass overlaps="):
        read_midi(path)
    assert read_midi(path, overlaps="cut").on_grid() == [Note(0, 4, 60), Note(2, 2, 62)]
    with pytest.raises(ValueError, match='expected "refuse" or "cut"'):
        read_midi(path, overlaps="ignore")


def test_tempos_may_change_anywhere_and_in_any_track(saved):
    path = saved(
        [tempo(1_000_000, 480)],
        [on(60), tempo(250_000, 960), tempo(400_000), off(60, 480)],
    )
    midi = read_midi(path)
    assert midi.tempos == ((0, 500_000), (480, 1_000_000), (960, 400_000))
    assert midi.seconds(1440) == pytest.approx(0.5 + 1.0 + 0.4)
    assert midi.seconds(0) == 0 and midi.seconds(240) == pytest.approx(0.25)
    assert midi.seconds(1440) == pytest.approx(mido.MidiFile(path).length)
    assert midi.on_grid() == [Note(0, 12, 60)]  # musical time knows of no tempo


def test_a_grid_that_does_not_fit_says_so_and_loses_no_note():
    triplets = Midi(tuple(Note(160 * i, 160, 60 + i % 2) for i in range(6)), 480, ((0, 500_000),))
    assert triplets.off_grid(3) == 0 and triplets.off_grid(4) == pytest.approx(1 / 3)
    assert len(triplets.on_grid(1)) == 5  # of two that fall on the same step, one stays
    trill = Midi((Note(0, 10, 60), Note(10, 400, 60), Note(430, 50, 60)), 480, ((0, 1),))
    assert trill.on_grid(4) == [Note(0, 3, 60), Note(4, 1, 60)]
    with pytest.raises(ValueError, match="0 steps a quarter"):
        trill.on_grid(0)


@pytest.mark.parametrize(
    ("tracks", "options", "says"),
    [
        ([[]], {}, "song.mid has no notes in 1 tracks: was it"),
        ([[on(36, channel=9), off(36, 9, 9)]], {}, "but 1 strokes of drums"),
        ([[on(60), off(60, 0)]], {}, "has 1 notes, each let go at the tick"),
        ([[tempo(0), on(60), off(60, 480)]], {}, "at tick 0 a quarter takes no time at all"),
        ([[on(60), off(60, 480)]], {"kind": 2}, "format 2"),
        ([[on(60), off(60, 480)]], {"ticks": -7640}, "frames of film .division -7640."),
        ([[on(60), off(60, 480)]], {"ticks": 0}, "frames of film .division 0."),
    ],
)
def test_files_without_notes_or_without_time_are_refused(saved, tracks, options, says):
    with pytest.raises(ValueError, match=says):
        read_midi(saved(*tracks, **options))


@pytest.mark.parametrize("data", [b"", b"RIFF....", b"MThd", b"MThd\0\0\0\x06\0\1\0\1\1\xe0MTrk"])
def test_a_broken_file_is_named(tmp_path, data):
    path = tmp_path / "broken.mid"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=f"broken.mid, {len(data)} bytes, is no whole MIDI file"):
        read_midi(path)


@HERE
@given(data=st.data())
def test_whatever_is_broken_there_is_a_value_error_or_an_answer(tmp_path, data):
    path = write_midi(tmp_path / "x.mid", [Note(0, 4, 60), Note(4, 4, 62, 1)])
    broken = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(broken[: data.draw(st.integers(0, len(broken)))]))
    try:
        assert read_midi(path, overlaps="cut").notes
    except ValueError as error:
        assert "x.mid" in str(error)


def test_a_missing_file_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_midi(tmp_path / "none.mid")


@pytest.mark.parametrize(
    ("notes", "options", "says"),
    [
        ([], {}, "no notes to write to .*x.mid: a sequence of length zero"),
        ([Note(0, 1, 60, 15)], {}, "16 voices"),
        ([Note(0, 2, 60), Note(1, 2, 60)], {}, "voice 0 strikes C4 at step 1 while it sounds"),
        ([Note(0, 1, 60)], {"steps_per_quarter": 7}, "7 steps do not divide a quarter"),
        ([Note(0, 1, 60)], {"steps_per_quarter": 0}, "0 steps a quarter"),
        ([Note(0, 1, 60)], {"quarters_per_minute": 0}, "0 quarters a minute"),
        ([Note(0, 1, 60)], {"quarters_per_minute": 3}, "3 quarters a minute"),
    ],
)
def test_what_midi_cannot_say_is_refused(tmp_path, notes, options, says):
    with pytest.raises(ValueError, match=says):
        write_midi(tmp_path / "x.mid", notes, **options)
    assert not (tmp_path / "x.mid").exists()


def test_an_instrument_that_is_none_is_refused(tmp_path):
    with pytest.raises(ValueError, match="program is 200, expected 0 to 127"):
        write_midi(tmp_path / "x.mid", [Note(0, 1, 60)], program=200)


def test_no_notes_are_not_off_the_grid():
    assert Midi((), 480, ((0, 500_000),)).off_grid() == 0
