"""A sheet to draw on: boxes, circles, arrows, words and formulas, as plain SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from tools.diagrams.maths import Formulas, short

INK = "#222222"
MUTED = "#56616c"
#: What flows back: dashed as well, so that nobody has to know it by its colour.
BACKWARD = "#a3307a"
#: The colours of the cells in ``helpers.plots``; a test holds the two together.
CELLS = {"SimpleRNN": "#0072B2", "GRU": "#009E73", "LSTM": "#D55E00"}
STATE = CELLS["SimpleRNN"]

#: Nothing on a sheet is smaller, for it is read at the size at which it is drawn.
SMALLEST = 12.5
DASHES = "5 4"
HEAD = 9.0  # length of an arrow's head
FONTS = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"

Point = tuple[float, float]


@dataclass
class Canvas:
    """One drawing. Positions are in pixels, from the top left."""

    width: float
    height: float
    parts: list[str] = field(default_factory=list)
    formulas: Formulas = field(default_factory=Formulas)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        colour: str = INK,
        tint: float = 0.0,
        dashed: bool = False,
        radius: float = 6,
        weight: float = 1.6,
    ) -> None:
        """A rectangle around the point (x, y), its inside in a tint of its colour."""
        at = f'x="{short(x - width / 2)}" y="{short(y - height / 2)}"'
        size = f'width="{short(width)}" height="{short(height)}" rx="{short(radius)}"'
        self.parts.append(f"<rect {at} {size} {_look(colour, tint, dashed, weight)}/>")

    def circle(
        self,
        x: float,
        y: float,
        radius: float,
        *,
        colour: str = INK,
        tint: float = 0.0,
        dashed: bool = False,
    ) -> None:
        """A circle; a tint of one fills it."""
        at = f'cx="{short(x)}" cy="{short(y)}" r="{short(radius)}"'
        self.parts.append(f"<circle {at} {_look(colour, tint, dashed, 1.6)}/>")

    def line(
        self,
        *points: Point,
        colour: str = INK,
        arrow: bool = True,
        dashed: bool = False,
        weight: float = 1.6,
    ) -> None:
        """A line through points, with a head at its end unless told otherwise."""
        run = list(points)
        if arrow:
            (x, y), tip = run[-2], run[-1]
            far = math.hypot(tip[0] - x, tip[1] - y)
            unit = ((tip[0] - x) / far, (tip[1] - y) / far)
            run[-1] = (tip[0] - unit[0] * HEAD * 0.8, tip[1] - unit[1] * HEAD * 0.8)
            self._head(tip, unit, colour)
        data = "M" + "L".join(f"{short(x)} {short(y)}" for x, y in run)
        self.parts.append(f'<path d="{data}" {_look(colour, 0, dashed, weight)}/>')

    def bridge(self, x: float, start: float, end: float, *, over: float) -> None:
        """An arrow straight up from start to end that steps over the line at height ``over``."""
        data = f"M{short(x)} {short(start)}V{short(over + 6)}a6 6 0 0 1 0 -12V{short(end + 7)}"
        self.parts.append(f'<path d="{data}" {_look(INK, 0, False, 1.6)}/>')
        self._head((x, end), (0, -1), INK)

    def arc(self, start: Point, end: Point, *, colour: str = INK) -> None:
        """An arrow down the left side, further out the further it goes, that ends to the right."""
        (x, above), (_, below) = start, end
        out, tip = short(x - 0.75 * (below - above) ** 0.9 - 14), short(x - HEAD * 0.8)
        first, last = short(above), short(below)
        data = f"M{short(x)} {first}C{out} {first} {out} {last} {tip} {last}"
        self.parts.append(f'<path d="{data}" {_look(colour, 0, False, 1.4)}/>')
        self._head((x, below), (1, 0), colour)

    def dot(self, x: float, y: float) -> None:
        """Where a line divides."""
        self.circle(x, y, 2.6, tint=1)

    def operation(self, x: float, y: float, sign: str, *, radius: float = 13) -> None:
        """A small circle with what is done there: ``times`` entry by entry, or ``plus``."""
        self.circle(x, y, radius)
        for across in (True, False):
            if sign == "plus":
                arm = (6.0, 0.0) if across else (0.0, 6.0)
                ends = ((x - arm[0], y - arm[1]), (x + arm[0], y + arm[1]))
                self.line(*ends, arrow=False)
        if sign == "times":
            self.circle(x, y, 2.4, tint=1)

    def cross(self, x: float, y: float, arm: float, *, colour: str = MUTED) -> None:
        """Two strokes through what is left out."""
        for side in (-1, 1):
            ends = ((x - arm, y - side * arm), (x + arm, y + side * arm))
            self.line(*ends, colour=colour, arrow=False, weight=1.4)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        anchor: str = "middle",
        size: float = 14,
        colour: str = INK,
        bold: bool = False,
    ) -> None:
        """Words, their middle at height y."""
        heavy = ' font-weight="650"' if bold else ""
        self.parts.append(
            f'<text x="{short(x)}" y="{short(y + 0.35 * size)}" font-size="{short(size)}"'
            f' text-anchor="{anchor}" fill="{colour}"{heavy}>{escape(words)}</text>'
        )

    def maths(
        self, x: float, y: float, formula: str, *, anchor: str = "middle", size: float = 19
    ) -> None:
        """A formula, the middle of its small letters a little above height y."""
        self.parts.append(self.formulas.place(formula, x, y + 0.27 * size, size, anchor))

    def node(
        self, x: float, y: float, formula: str, *, colour: str = STATE, radius: float = 23
    ) -> None:
        """A state or a value: a circle with its symbol."""
        self.circle(x, y, radius, colour=colour, tint=0.12)
        self.maths(x, y, formula, size=18)

    def badge(self, x: float, y: float, number: int) -> None:
        """The number of the equation's line that an element computes."""
        self.circle(x, y, 9.5, colour=MUTED)
        self.text(x, y, str(number), size=SMALLEST, colour=MUTED, bold=True)

    def svg(self) -> str:
        """The drawing as a file."""
        size = f'width="{short(self.width)}" height="{short(self.height)}"'
        view = f'viewBox="0 0 {short(self.width)} {short(self.height)}"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {view} font-family="{FONTS}">'
        style = f"<style>.maths{{fill:{INK}}}</style>"
        defs = f"<defs>{self.formulas.definitions()}</defs>"
        return "\n".join([head, style, defs, *self.parts, "</svg>", ""])

    def _head(self, tip: Point, unit: Point, colour: str) -> None:
        """A filled triangle."""
        (x, y), (dx, dy) = tip, unit
        corners: Sequence[Point] = [
            tip,
            (x - HEAD * dx - HEAD * 0.42 * dy, y - HEAD * dy + HEAD * 0.42 * dx),
            (x - HEAD * dx + HEAD * 0.42 * dy, y - HEAD * dy - HEAD * 0.42 * dx),
        ]
        data = "M" + "L".join(f"{short(a)} {short(b)}" for a, b in corners) + "Z"
        self.parts.append(f'<path d="{data}" fill="{colour}"/>')


def _look(colour: str, tint: float, dashed: bool, weight: float) -> str:
    """Stroke and inside of a shape."""
    inside = f'fill="{colour}"' if tint else 'fill="none"'
    thin = f' fill-opacity="{short(tint, 2)}"' if 0 < tint < 1 else ""
    dashes = f' stroke-dasharray="{DASHES}"' if dashed else ""
    return f'{inside}{thin} stroke="{colour}" stroke-width="{short(weight)}"{dashes}'
