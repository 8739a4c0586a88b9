import matplotlib.pyplot as plt
import pytest

from helpers.music import Note, piano_roll


def test_each_note_is_a_bar_at_its_pitch_and_time():
    notes = [Note(0, 4, 60), Note(4, 8, 64), Note(0, 12, 48, voice=1)]
    ax = piano_roll(notes, steps_per_quarter=4)
    bars = [path.get_extents() for found in ax.collections for path in found.get_paths()]
    assert [(bar.x0, round(bar.y0 + 0.4)) for bar in bars] == [(0, 60), (1, 64), (0, 48)]
    assert [text.get_text() for text in ax.texts] == ["voice 0", "voice 1"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["C3", "C4"]
    plt.close("all")


def test_nothing_to_draw_is_refused():
    with pytest.raises(ValueError, match="no notes to draw"):
        piano_roll([])
