"""Formulas as outlines: the letters of the page's formulas, whatever fonts a reader has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

LETTERS = FontProperties(math_fontfamily="cm")  # Computer Modern, as MathJax's own
#: matplotlib places glyphs at this type size; outlines are kept ten times finer, in whole units.
PLACED = 100
FINER = 10
COMMANDS = {1: "M", 2: "L", 3: "Q", 4: "C"}
CLOSE = 79
ANCHORS = {"start": 0.0, "middle": 0.5, "end": 1.0}


@dataclass
class Formulas:
    """The glyphs of one drawing, each outline kept once."""

    outlines: dict[str, str] = field(default_factory=dict)

    def place(self, formula: str, x: float, baseline: float, size: float, anchor: str) -> str:
        """A formula as SVG.

        Parameters
        ----------
        formula : str
            Without its dollars, in matplotlib's TeX.
        x, baseline : float
        size : float
            Type size in pixels.
        anchor : str
            ``start``, ``middle`` or ``end``: which of its points stands at x.
        """
        glyphs, paths, bars = text_to_path.get_glyphs_mathtext(LETTERS, f"${formula}$")
        for name, path in paths.items():
            self.outlines.setdefault(name.lower(), outline(*path, scale=FINER))
        left = ANCHORS[anchor] * width(formula)
        parts = [
            f'<use href="#{name.lower()}" transform="translate({short(at - left)} {short(-up)})'
            f' scale({short(share / FINER, 3)} {short(-share / FINER, 3)})"/>'
            for name, at, up, share in glyphs
        ]
        upright = f'transform="translate({short(-left)}) scale(1 -1)"'
        parts += [f'<path {upright} d="{outline(*bar, scale=1)}"/>' for bar in bars]
        where = f"translate({short(x)} {short(baseline)}) scale({short(size / PLACED, 3)})"
        return f'<g class="maths" transform="{where}">{"".join(parts)}</g>'

    def definitions(self) -> str:
        """The outlines that the formulas refer to."""
        return "".join(f'<path id="{name}" d="{d}"/>' for name, d in sorted(self.outlines.items()))


def width(formula: str) -> float:
    """How wide a formula is at the type size ``PLACED``."""
    wide, _, _ = text_to_path.get_text_width_height_descent(f"${formula}$", LETTERS, True)
    return float(wide) * PLACED / LETTERS.get_size_in_points()


def outline(vertices: Iterable, codes: Iterable[int], *, scale: float) -> str:
    """The data of a path, in whole units."""
    parts, last = [], None
    for (x, y), code in zip(vertices, codes, strict=True):
        command = "" if code == last and code != 1 else COMMANDS.get(code, "Z")
        parts.append("Z" if code == CLOSE else f"{command or ' '}{round(x * scale)} ")
        if code != CLOSE:
            parts.append(f"{round(y * scale)}")
        last = code
    return "".join(parts)


def short(value: float, digits: int = 1) -> str:
    """A number as short as it can be written."""
    return f"{round(float(value), digits) + 0.0:g}"
