import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from helpers.music import (
    HIGHEST,
    LOWEST,
    REST,
    Note,
    frames_of,
    notes_of,
    roll_of,
    transpose,
    voices_of,
)
from helpers.music.notes import pitch_name

PITCHES = st.one_of(st.just(REST), st.sampled_from([21, 60, 61, 108]))


def frames(pitches=PITCHES, min_side=0):
    shapes = st.tuples(st.integers(min_side, 12), st.integers(1, 4))
    return shapes.flatmap(lambda shape: hnp.arrays(int, shape, elements=pitches))


@given(frames())
def test_frames_survive_the_way_through_notes(music):
    notes = notes_of(music)
    again = frames_of(notes, n_steps=music.shape[0], n_voices=music.shape[1])
    np.testing.assert_array_equal(again, music)
    assert notes == sorted(notes)


@given(frames())
def test_notes_are_what_a_loop_over_steps_finds(music):
    wanted, steps = [], len(music)
    for voice in range(music.shape[1]):
        for t in range(steps):
            before = music[t - 1, voice] if t else REST
            if music[t, voice] not in (REST, before):
                end = t
                while end < steps and music[end, voice] == music[t, voice]:
                    end += 1
                wanted.append(Note(t, end - t, int(music[t, voice]), voice))
    assert notes_of(music) == sorted(wanted)


@given(frames())
def test_a_roll_has_the_keys_that_sound_and_no_other(music):
    roll = roll_of(music)
    assert roll.shape == (len(music), 88)
    for t, frame in enumerate(music):
        sounding = (np.flatnonzero(roll[t]) + LOWEST).tolist()
        assert sounding == sorted({int(p) for p in frame if p != REST})
    notes = notes_of(music)
    np.testing.assert_array_equal(roll, roll_of(notes, n_steps=len(music)))


@given(frames())
def test_voices_from_a_roll_have_the_same_roll_and_stand_from_high_to_low(music):
    roll = roll_of(music)
    found = voices_of(roll, music.shape[1])
    np.testing.assert_array_equal(roll_of(found), roll)
    padded = np.where(found == REST, -1, found)
    assert (np.diff(padded, axis=1) <= 0).all()


@given(frames(st.one_of(st.just(REST), st.integers(40, 90))), st.integers(-12, 12))
def test_transposing_there_and_back_changes_nothing(music, by):
    moved = transpose(music, by)
    np.testing.assert_array_equal(transpose(moved, -by), music)
    np.testing.assert_array_equal(moved == REST, music == REST)


def test_repeated_pitches_become_one_note():
    """The loss that no code can undo: four quarters on C, or one whole note."""
    struck = [Note(0, 4, 60), Note(4, 4, 60)]
    assert notes_of(frames_of(struck)) == [Note(0, 8, 60)]


def test_overlapping_notes_fit_into_a_roll():
    roll = roll_of([Note(0, 3, 60), Note(1, 3, 64), Note(2, 1, 60)])
    assert roll.sum(axis=0)[[60 - LOWEST, 64 - LOWEST]].tolist() == [3, 3]


def test_nothing_is_written_into():
    music = np.array([[60, REST], [62, 48]])
    kept = music.copy()
    notes_of(music), roll_of(music), transpose(music, 1)
    np.testing.assert_array_equal(music, kept)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Note(-1, 1, 60), "starts at step -1: shift"),
        (lambda: Note(3, 0, 60), "step 3 has length 0: leave out"),
        (lambda: Note(3, 1, 128), "pitch 128, expected 0 to 127: transpose"),
        (lambda: Note(3, 1, 60, -1), "voice -1: count from 0"),
        (lambda: notes_of(np.zeros(4, int)), r"shape \(steps, voices\), not \(4,\)"),
        (lambda: notes_of(np.zeros((4, 1))), "whole numbers"),
        (lambda: notes_of(np.array([[60], [-2]])), "voice 0 at step 1 is -2"),
        (lambda: frames_of([Note(0, 2, 60), Note(1, 2, 62)]), "D4 at step 1 .* sounds C4: short"),
        (lambda: frames_of([]), "no notes: say how many silent steps"),
        (lambda: frames_of([], n_steps=3), "no notes: say how many voices"),
        (lambda: frames_of([Note(0, 2, 60, 4)], n_voices=4), "voice 4 of 4"),
        (lambda: frames_of([Note(2, 2, 60)], n_steps=3), "ends at step 4, after the last of 3"),
        (lambda: frames_of([Note(10**9, 2, 60)]), "more than 200000: a coarser grid"),
        (lambda: roll_of([Note(0, 1, 20)]), "pitch 20 at step 0 is off the keyboard, 21 to 108"),
        (lambda: roll_of(np.array([[60], [109]])), "pitch 109 at step 1 is off the keyboard"),
        (lambda: transpose(np.array([[108]]), 1), "pitch 109 at step 0 .* transpose by an octave"),
        (lambda: voices_of(np.ones((2, 88))), "88 keys sound at step 0, and there are 4 voices"),
        (lambda: voices_of(np.ones(88)), r"shape \(steps, keys\), not \(88,\)"),
    ],
)
def test_what_cannot_be_is_refused_with_a_remedy(make, says):
    with pytest.raises(ValueError, match=says):
        make()


def test_no_steps_are_no_notes():
    assert notes_of(np.zeros((0, 4), int)) == []
    assert roll_of(np.zeros((0, 4), int)).shape == (0, 88)
    assert frames_of([], n_steps=0, n_voices=4).shape == (0, 4)


def test_pitches_have_names():
    assert [pitch_name(p) for p in (LOWEST, 60, 61, HIGHEST)] == ["A0", "C4", "C#4", "C8"]
