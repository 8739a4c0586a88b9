"""Sound in the page: a browser decodes what a cell rendered, and it is as long as it should be."""

import base64
import io
import re
import wave

from tools.gates.pages import soup

PAGE = "book/projects/music"
DECODE = """async (audio) => {
    const data = await (await fetch(audio.src)).arrayBuffer();
    const context = new OfflineAudioContext(1, 1, 8000);
    const sound = await context.decodeAudioData(data);
    const heights = sound.getChannelData(0);
    let loudest = 0;
    for (const height of heights) loudest = Math.max(loudest, Math.abs(height));
    return { seconds: sound.duration, loudest, known: audio.duration };
}"""


def test_each_player_has_a_name_and_a_sound_that_the_browser_decodes_whole(visit, html):
    written = [audio["src"] for audio in soup(html / f"{PAGE}.html").select("audio")]
    seen = visit(PAGE)
    players = seen.page.locator("audio").all()
    assert len(players) == len(written) >= 2
    for audio, source in zip(players, written, strict=True):
        assert audio.get_attribute("aria-label").strip()
        seen.page.wait_for_function(
            "audio => audio.readyState > 0 || audio.error", arg=audio.element_handle()
        )
        data = base64.b64decode(re.sub(r"^data:audio/wav;base64,", "", source))
        with wave.open(io.BytesIO(data)) as file:
            seconds = file.getnframes() / file.getframerate()
        found = audio.evaluate(DECODE)
        assert abs(found["seconds"] - seconds) < 0.01 and abs(found["known"] - seconds) < 0.05
        assert 5 < seconds < 20 and 0.8 < found["loudest"] < 1
    assert not seen.faults
