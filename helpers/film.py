"""Clips that play in a page: without a script, with a box that pauses them."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Mapping
from html import escape

import numpy as np
from PIL import Image

_STYLE = """
.film {margin: 1rem 0}
.film .reels {display: flex; flex-wrap: wrap; gap: .8rem}
.film .reels figure {margin: 0; padding: 0; max-width: 100%}
.film figcaption {text-align: center; color: inherit; margin: 0}
.film .reel {width: var(--side); aspect-ratio: 1; background: #000 var(--strip) 0 0 / auto 100%;
  image-rendering: pixelated; animation: film var(--time) steps(var(--frames)) infinite}
.film input:checked ~ .reels .reel {animation-play-state: paused}
@keyframes film {to {background-position-x: calc(-1 * var(--frames) * var(--side))}}
@media print, (prefers-reduced-motion: reduce) {
  .film input, .film label {display: none}
  .film .reel {animation: none; width: calc(var(--frames) * var(--side)); max-width: 100%;
    aspect-ratio: var(--frames) / 1; background-size: 100% 100%}
}
"""


class Film:
    """Clips side by side that a notebook shows playing; see `film`."""

    def __init__(self, html: str) -> None:
        self.html = html

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"Film({self.html.count('<figure>')} clips)"


def film(clips: Mapping[str, np.ndarray], *, side: int = 96, milliseconds: int = 220) -> Film:
    """Play clips side by side, over and over.

    The frames of a clip are one picture, along which a style sheet steps; nothing is loaded and no
    script runs. Where somebody has asked for reduced motion, and on paper, all frames stand in a
    row instead.

    Parameters
    ----------
    clips : mapping of str to array, shape (timesteps, height, width)
        What each clip shows, a word or a few, and its frames from 0, black, to 1, white; without
        padding.
    side : int
        Width and height on the page in pixels.
    milliseconds : int
        How long each frame is shown.

    Raises
    ------
    ValueError
        If there is no clip, or one has another shape.
    """
    if not clips:
        raise ValueError("there is no clip to play: give at least one")
    reels = [
        _reel(name, np.asarray(clip), side=side, milliseconds=milliseconds)
        for name, clip in clips.items()
    ]
    inside = "\n".join(reels)
    name = f"film-{hashlib.sha256(inside.encode()).hexdigest()[:8]}"
    box = f'<input type="checkbox" id="{name}"> <label for="{name}">pause</label>'
    return Film(
        f'<div class="film">\n<style>{_STYLE}</style>\n{box}\n'
        f'<div class="reels">\n{inside}\n</div>\n</div>'
    )


def _reel(name: str, clip: np.ndarray, *, side: int, milliseconds: int) -> str:
    if clip.ndim != 3 or not clip.size:
        raise ValueError(
            f"{name!r} has shape {clip.shape}, expected (timesteps, height, width) with at least "
            "one frame"
        )
    strip = np.rint(255 * np.concatenate([*clip], axis=1).clip(0, 1)).astype("uint8")
    file = io.BytesIO()
    Image.fromarray(strip).save(file, "PNG", optimize=True)
    data = base64.b64encode(file.getvalue()).decode()
    look = (
        f"--frames: {len(clip)}; --side: {side}px; --time: {len(clip) * milliseconds}ms; "
        f"--strip: url(data:image/png;base64,{data})"
    )
    says = f"A clip of {len(clip)} frames that plays over and over: {escape(name, quote=True)}"
    return (
        f'<figure><div class="reel" role="img" aria-label="{says}" style="{look}"></div>'
        f"<figcaption>{escape(name)}</figcaption></figure>"
    )
