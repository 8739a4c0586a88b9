"""Figures that answer back: a box for the page, and the data with which a script fills it.

The scripts stand in ``book/_static/explorables/``, one for each name, and compute in the page what
the chapter computes in its cells. What they need of these cells goes with the box as JSON.
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

#: The scripts of each figure, in the order in which they are loaded.
SCRIPTS = {
    "clipping": ("core", "clipping"),
    "lag": ("core", "rnn", "lag"),
    "gates": ("core", "rnn", "gates"),
    "viterbi": ("core", "viterbi"),
    "temperature": ("core", "temperature"),
    "reach": ("core", "reach"),
    "reader": ("core", "rnn", "reader"),
    "alignment": ("core", "rnn", "alignment"),
    "beam": ("core", "beam"),
}
LARGEST = 150_000  #: bytes of data that a page may carry for a figure
DIGITS = 7  #: as many as float32 has


def explorable(name: str, data: Mapping[str, Any], *, title: str, task: str) -> Any:
    """The box of a figure that answers back, to be shown beside a still figure.

    Parameters
    ----------
    name : str
        One of `SCRIPTS`.
    data : mapping
        What the script needs: numbers, texts, arrays, and lists and mappings of them. Numbers are
        rounded to seven digits.
    title : str
        Names the figure, also for a screen reader.
    task : str
        What to try, and what to predict before.

    Returns
    -------
    IPython.display.HTML

    Raises
    ------
    ValueError
        If there is no such figure, a text is empty, or the data have a number that is none, or
        are too large for a page.
    TypeError
        If the data hold something that is none of the above.

    Examples
    --------
    >>> given = {"gradient": [3.0, 0.5], "limit": 1.0}
    >>> box = explorable("clipping", given, title="Clipped", task="Move it.")
    >>> 'data-scripts="core clipping"' in box.data
    True
    """
    from IPython.display import HTML

    if name not in SCRIPTS:
        raise ValueError(f"no figure is called {name!r}, expected one of {sorted(SCRIPTS)}")
    for what, text in (("title", title), ("task", task)):
        if not text.strip():
            raise ValueError(f"the figure {name!r} needs a {what}: it is empty")
    carried = as_json(data)
    if len(carried) > LARGEST:
        raise ValueError(
            f"the data of {name!r} have {len(carried)} bytes, over {LARGEST}: round or shorten them"
        )
    label = f"explorable-{name}"
    return HTML(
        f'<div class="explorable" data-explorable="{name}" data-scripts="{" ".join(SCRIPTS[name])}"'
        f' role="group" aria-labelledby="{label}">'
        f'<p class="explorable-title" id="{label}">{html.escape(title)}</p>'
        f'<p class="task">{html.escape(task)}</p>'
        '<p class="still">Where scripts run, a figure to play with stands here; without them, the'
        " still figures of its chapter show what it is about.</p>"
        f'<script type="application/json">{carried}</script></div>'
    )


def packed(weights: np.ndarray) -> dict[str, Any]:
    """Many weights in little room: their shape, and float32 in base64.

    Raises
    ------
    ValueError
        If a weight is no finite number in float32, or there is none.

    Examples
    --------
    >>> packed(np.ones((1, 2)))
    {'shape': [1, 2], 'float32': 'AACAPwAAgD8='}
    """
    numbers = np.asarray(weights, dtype="<f4")
    if not numbers.size or not np.isfinite(numbers).all():
        raise ValueError(f"weights of shape {numbers.shape}: expected some, all of them finite")
    text = base64.b64encode(numbers.tobytes()).decode()
    return {"shape": list(numbers.shape), "float32": text}


def recurrent(layer: Any) -> dict[str, Any]:
    """The weights of a built recurrent layer of Keras, packed, under the names of `helpers.cells`.

    Raises
    ------
    ValueError
        If the layer has other weights than these three.
    """
    weights = layer.get_weights()
    if len(weights) != 3:
        raise ValueError(f"layer {layer.name!r} has {len(weights)} weights, expected W_xh, W_hh, b")
    return {name: packed(found) for name, found in zip(("W_xh", "W_hh", "b"), weights, strict=True)}


def as_json(data: Any) -> str:
    """Data as JSON that may stand in a page: no text of it can end the element around it."""
    text = json.dumps(_plain(data, "data"), separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("&", "\\u0026")


def _plain(value: Any, place: str) -> Any:
    """Arrays as lists, numbers rounded; ``place`` says where in the data a fault is."""
    match value:
        case None | bool() | str():
            return value
        case np.ndarray() | np.generic():
            return _plain(value.tolist(), place)
        case int():
            return value
        case float():
            if not np.isfinite(value):
                raise ValueError(f"{place} is {value}: a page shows finite numbers only")
            return float(f"{value:.{DIGITS}g}")
        case Mapping():
            return {str(key): _plain(item, f"{place}[{key!r}]") for key, item in value.items()}
        case list() | tuple():
            return [_plain(item, f"{place}[{at}]") for at, item in enumerate(value)]
    raise TypeError(f"{place} is a {type(value).__name__}, expected numbers, texts or arrays")
