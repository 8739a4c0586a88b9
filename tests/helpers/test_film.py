"""Clips that play in a page: what the pictures hold, and what is refused."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from helpers.data import clips
from helpers.film import film


def test_the_strip_holds_every_frame():
    clip = clips.load(1, seed=1, lengths=(5, 5)).frames[0, ..., 0]
    page = film({"right & <left>": clip})._repr_html_()
    data = re.search(r"base64,([A-Za-z0-9+/=]+)\)", page)[1]
    strip = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))
    assert strip.shape == (16, 5 * 16)
    np.testing.assert_allclose(strip[:, 32:48] / 255, clip[2], atol=0.5 / 255)
    assert "--frames: 5" in page and "right &amp; &lt;left&gt;" in page
    assert "<script" not in page and "http" not in page


def test_it_can_be_paused_and_respects_who_wants_no_motion():
    page = film({"one": np.zeros((2, 4, 4)), "two": np.zeros((3, 4, 4))})
    html = page._repr_html_()
    box = re.search(r'<input type="checkbox" id="([\w-]+)"> <label for="([\w-]+)"', html)
    assert box[1] == box[2] and "input:checked ~ .reels .reel" in html
    assert "prefers-reduced-motion: reduce" in html and html.count('role="img"') == 2
    assert repr(page) == "Film(2 clips)"
    assert film({"one": np.zeros((2, 4, 4)), "two": np.zeros((3, 4, 4))}).html == html


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({}, "no clip"),
        ({"a": np.zeros((2, 4, 4, 1))}, "'a' has shape"),
        ({"a": np.zeros((0, 4, 4))}, "expected"),
    ],
)
def test_what_cannot_be_played_is_refused(given, what):
    with pytest.raises(ValueError, match=what):
        film(given)
