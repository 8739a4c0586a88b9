"""Files that we write, played by programs that are not ours."""

import shutil
import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest

from helpers.music import Note, write_midi
from helpers.music.sound import frequency

FONTS = [*Path("/usr/share/sounds/sf2").glob("*.sf2")] if Path("/usr/share/sounds").is_dir() else []
PROGRAMS = {
    "timidity": ["timidity", "-Ow1sl", "-s", "22050", "-o", "{wav}", "{midi}"],
    "fluidsynth": ["fluidsynth", "-ni", "-r", "22050", "-F", "{wav}", "{font}", "{midi}"],
}


def rendered(program, midi, wav):
    """What a program makes of a MIDI file: samples, and how many of them are a second."""
    if not shutil.which(program) or (program == "fluidsynth" and not FONTS):
        pytest.skip(f"needs {program} and its instruments (Debian: apt install {program})")
    places = {"wav": wav, "midi": midi, "font": FONTS[0] if FONTS else ""}
    command = [word.format(**places) for word in PROGRAMS[program]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    with wave.open(str(wav)) as file:
        raw = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)
        return raw.reshape(-1, file.getnchannels()).mean(axis=1), file.getframerate()


@pytest.mark.parametrize("program", PROGRAMS)
def test_another_program_plays_the_pitches_that_we_wrote_one_after_another(program, tmp_path):
    pitches = [69, 60, 76]
    notes = [Note(8 * i, 8, pitch) for i, pitch in enumerate(pitches)]
    midi = write_midi(tmp_path / "a.mid", notes, quarters_per_minute=60, program=0)
    samples, rate = rendered(program, midi, tmp_path / "a.wav")
    assert len(samples) / rate >= 6
    for i, pitch in enumerate(pitches):
        heard = samples[int((2 * i + 0.5) * rate) : int((2 * i + 1.5) * rate)]
        power = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
        hertz = np.fft.rfftfreq(len(heard), 1 / rate)[power.argmax()]
        assert abs(hertz / frequency(pitch) - 1) < 0.01, (
            f"{program} plays {hertz:.0f} Hz for pitch {pitch}"
        )
