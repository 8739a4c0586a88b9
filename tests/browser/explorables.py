"""Figures that answer back, each in a small page that is opened from a folder, as by a reader.

The page has the theme's own style sheets; no book has to be built.
"""

import json
from pathlib import Path

import numpy as np
import sphinx_book_theme
from playwright.sync_api import BrowserContext, Page

from helpers.explorables import SCRIPTS, explorable, packed

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "book" / "_static"
THEME = Path(sphinx_book_theme.__file__).parent.parent
STYLES = [
    THEME / "pydata_sphinx_theme/theme/pydata_sphinx_theme/static/styles/pydata-sphinx-theme.css",
    THEME / "sphinx_book_theme/theme/sphinx_book_theme/static/styles/sphinx-book-theme.css",
    STATIC / "course.css",
    STATIC / "explorables/explorables.css",
]
PAGE = """<!doctype html><html lang="en" data-theme="light"><head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>A figure</title>
{styles}{scripts}</head><body><main class="bd-content"><article class="bd-article"><h1>A page</h1>
<div class="cell_output"><div class="output text_html">{box}</div></div></article></main></body>
</html>"""
CLIPPING = {
    "gradient": [3.0, 0.5],
    "limit": 1.0,
    "example": {"label": "A spike", "gradient": [4.0, 0.1], "limit": 0.5},
}


def network(rng: np.random.Generator, words: int, dim: int, units: int) -> dict:
    """Random weights of an embedding, a GRU in each direction, and an answer."""
    cells = {
        name: {
            "W_xh": packed(rng.normal(size=(dim, 3 * units))),
            "W_hh": packed(rng.normal(size=(units, 3 * units))),
            "b": packed(rng.normal(size=(2, 3 * units))),
        }
        for name in ("forward", "backward")
    }
    embedding, kernel = rng.normal(size=(words, dim)), rng.normal(size=2 * units)
    return {**cells, "embedding": packed(embedding), "kernel": packed(kernel), "bias": 0.2}


def translator(rng: np.random.Generator, letters: int, tokens: int, dim: int, units: int) -> dict:
    """Random weights of an LSTM in each direction, and of one that writes with attention."""
    sizes = {"forward": (dim, units // 2), "backward": (dim, units // 2), "writer": (dim, units)}
    cells = {
        name: {
            "W_xh": packed(rng.normal(size=(inputs, 4 * width))),
            "W_hh": packed(rng.normal(size=(width, 4 * width))),
            "b": packed(rng.normal(size=4 * width)),
        }
        for name, (inputs, width) in sizes.items()
    }
    dense = {"combine": (2 * units, units), "answer": (units, tokens)}
    matrices = {
        name: {"W": packed(rng.normal(size=shape)), "b": packed(rng.normal(size=shape[1]))}
        for name, shape in dense.items()
    }
    tables = {"source": (letters, dim), "target": (tokens, dim)}
    embeddings = {name: packed(rng.normal(size=shape)) for name, shape in tables.items()}
    return cells | matrices | embeddings


RNG = np.random.default_rng(0)
LAG = {
    "orthogonal": np.linalg.qr(RNG.normal(size=(8, 8)))[0],
    "W_xh": RNG.normal(size=(1, 8)),
    "x": RNG.normal(size=(3, 60)),
    "readout": RNG.normal(size=8),
}
BY_HAND = {  # the memory of one unit that the chapter sets by hand
    "W_xh": [[0.0, 0.0, 0.1], [-20.0, 0.0, 0.0]],
    "W_hh": [[0.0, 0.0, 0.0]],
    "b": [[10.0, 0.0, 0.0], [0.0, 0.0, 0.0]],
    "readout": [10.0],
    "offset": 0.0,
    "sequence": "0.5! -0.3 0.9 -0.8! 0.1",
}
LATTICE = {
    "words": ["Anna", "Blum", "sang"],
    "tags": ["O", "B-PER", "I-PER"],
    "emissions": [[0.0, 2.0, 0.5], [1.0, 0.8, 0.9], [3.0, 0.0, 0.0]],
    "transitions": [[0.5, 0.0, -1e4], [0.0, -1.0, 1.0], [0.0, -1.0, 0.5]],
    "start": [0.0, 0.0, -1e4],
    "end": [0.0, 0.0, 0.0],
}
DATA = {
    "clipping": CLIPPING,
    "lag": LAG,
    "gates": BY_HAND,
    "viterbi": LATTICE,
    "temperature": {"logits": [1.0, 0.0, -1.0, 0.0], "characters": ["a", "b", "c", "d"]},
    "reach": {"stack": [[3, 1], [3, 2]]},
    "beam": {
        "next": [[0, 0.1, 0.5, 0.4], [0, 0, 0, 0], [0, 0.3, 0.4, 0.3], [0, 0.9, 0.05, 0.05]],
        "names": ["start", "end", "a", "b"],
        **{"start": 0, "end": 1, "first": 2, "second": 3},
    },
    "reader": {
        "vocabulary": ["", "[UNK]", "not", "dull", "good"],
        "length": 6,
        "bag": {"weights": [0.0, 0.5, -1.0, -2.0, 2.0], "bias": 0.1},
        "network": network(RNG, words=5, dim=3, units=2),
        "example": "Not good!",
    },
    "alignment": {
        "letters": ["pad", "unk", "start", "end", "1", "2", "."],
        "unknown": 1,
        "tokens": ["pad", "unk", "start", "end", "1", "2", "-"],
        **{"start": 2, "end": 3, "longest": 12, "most": 9},
        "examples": ["1.2.12", "hello"],
        "network": translator(RNG, letters=7, tokens=7, dim=3, units=4),
    },
}


def open_figure(context: BrowserContext, folder: Path, name: str) -> tuple[Page, list[str]]:
    """A page with the figure of this name, and what goes wrong on it: errors, foreign requests."""
    box = explorable(name, DATA[name], title="A figure", task="Move it.").data
    used = [STATIC / f"explorables/{script}.js" for script in SCRIPTS[name]]
    text = PAGE.format(
        box=box,
        styles="".join(f'<link rel="stylesheet" href="{path.as_uri()}">' for path in STYLES),
        scripts="".join(f'<script defer src="{path.as_uri()}"></script>' for path in used),
    )
    file = folder / "page.html"
    file.write_text(text, encoding="utf-8")
    page, faults, kinds = context.new_page(), [], ("error", "warning")
    page.set_default_timeout(120_000)  # a busy machine is slow, not wrong
    page.on("console", lambda m: faults.append(m.text) if m.type in kinds else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    here = ("file:", "data:")
    page.on("request", lambda r: None if r.url.startswith(here) else faults.append(r.url))
    page.goto(file.as_uri())
    return page, faults


def says(page):
    """The sentence that is read out, with plain spaces."""
    return page.locator(".explorable .says").inner_text().replace("\u00a0", " ")


def computed(page, expression, argument):
    """What a script computes, for arguments of NumPy."""
    given = json.loads(json.dumps(argument, default=lambda array: array.tolist()))
    return page.evaluate(f"(given) => {expression}", given)
