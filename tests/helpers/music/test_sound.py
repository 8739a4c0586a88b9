import base64
import io
import re
import wave

import numpy as np
import pytest

from helpers.music import Note, player, render, wav
from helpers.music.sound import frequency


def strongest(samples, rate):
    spectrum = np.abs(np.fft.rfft(samples))
    return np.fft.rfftfreq(len(samples), 1 / rate)[spectrum.argmax()]


def test_a_is_440_hertz_and_an_octave_doubles():
    assert frequency(69) == 440 and frequency(81) == 880
    assert frequency(60) == pytest.approx(261.63, abs=0.01)


@pytest.mark.parametrize("pitch", [36, 57, 69, 81])
def test_the_strongest_tone_is_the_pitch(pitch):
    sound = render([Note(0, 16, pitch)], quarters_per_minute=60)
    assert strongest(sound, 8000) == pytest.approx(frequency(pitch), rel=0.01)


def test_a_note_sounds_when_it_should_and_as_long():
    sound = render([Note(4, 4, 69)], quarters_per_minute=60)  # the second second
    assert np.abs(sound[:7990]).max() == 0 and np.abs(sound[8200:15900]).max() > 0.3
    assert 16_000 < len(sound) < 17_500 and np.abs(sound).max() == pytest.approx(0.9)
    assert np.abs(sound[-1]) < 1e-3  # no click at the end


def test_overtones_beyond_half_the_rate_are_left_out():
    high = render([Note(0, 16, 105)], quarters_per_minute=60)  # 3520 Hz: the next one is 7040
    spectrum = np.abs(np.fft.rfft(high))
    low = np.fft.rfftfreq(len(high), 1 / 8000) < 3000
    assert spectrum[low].max() < 0.02 * spectrum.max()


def test_a_wav_file_holds_the_samples():
    sound = render([Note(0, 4, 69)])
    with wave.open(io.BytesIO(wav(sound)), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8000)
        found = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    np.testing.assert_allclose(found / 32767, sound, atol=1e-4)


def test_a_player_carries_its_sound_and_has_a_name():
    page = player(render([Note(0, 4, 69)]), 'An "A" & nothing else').data
    assert 'aria-label="An &quot;A&quot; &amp; nothing else"' in page and "<audio controls" in page
    data = base64.b64decode(re.search(r"base64,([^\"]+)", page)[1])
    assert data[:4] == b"RIFF" and "http" not in page


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: render([]), "no notes to hear"),
        (lambda: render([Note(0, 1, 60)], rate=0), "rate 0: expected more than 0"),
        (lambda: wav(np.zeros(0)), "at least one, not"),
        (lambda: wav(np.array([0.0, 1.5])), "beyond -1 or 1"),
        (lambda: wav(np.array([0.0, np.nan])), "or NaN"),
        (lambda: player(np.zeros(8), " "), "needs a label"),
    ],
)
def test_what_cannot_be_heard_is_refused(make, says):
    with pytest.raises(ValueError, match=says):
        make()


@pytest.mark.parametrize("tempo", [float("nan"), float("inf"), 0, -3])
def test_a_tempo_that_is_none_is_refused(tempo):
    with pytest.raises(ValueError, match="quarters a minute"):
        render([Note(0, 1, 60)], quarters_per_minute=tempo)
