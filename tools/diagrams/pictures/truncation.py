"""Truncated backpropagation beside a sequence that was cut."""

from tools.diagrams.canvas import BACKWARD, INK, MUTED, STATE, Canvas

STEPS, WINDOW, RADIUS, APART = 10, 4, 14, 58.0
FIRST = 50.0
BORDER = FIRST + (STEPS - WINDOW - 0.5) * APART


def draw() -> Canvas:
    """The drawing."""
    sheet = Canvas(670, 330)
    for y, title in ((72, "Truncated: all is read, the state is carried"), (238, "Cut")):
        cut = title == "Cut"
        words = "Cut: the rest is never read" if cut else title
        sheet.text(FIRST - RADIUS, y - 52, words, anchor="start", bold=True)
        for step in range(STEPS):
            _step(sheet, step, y, absent=cut and step < STEPS - WINDOW)
        sheet.line((_at(STEPS - 1) + RADIUS, y - 6), (619, y - 6))
        _back(sheet, (619, y + 6), (_at(STEPS - 1) + RADIUS, y + 6))
        sheet.maths(630, y, "L", anchor="start")
    sheet.line((BORDER, 34), (BORDER, 122), arrow=False, weight=3.5)
    sheet.text(BORDER + 10, 42, "the gradient stops here", anchor="start", size=13)
    sheet.text((BORDER + _at(STEPS - 1) + 20) / 2 + 4, 152, "window", size=13)
    bracket = ((BORDER + 8, 132), (BORDER + 8, 138), (_at(9) + 16, 138), (_at(9) + 16, 132))
    sheet.line(*bracket, arrow=False, colour=MUTED)
    sheet.line((_at(5) + 12, 232), (_at(6) - RADIUS, 232))
    sheet.maths(_at(5), 233, "0", size=18)
    sheet.line((FIRST, 308), (96, 308))
    sheet.text(106, 308, "forward: values", anchor="start")
    _back(sheet, (296, 308), (250, 308))
    sheet.text(306, 308, "back: gradients", anchor="start")
    return sheet


def _step(sheet: Canvas, step: int, y: float, *, absent: bool) -> None:
    """One state, its input, and its arrows from and to the step before."""
    x = _at(step)
    if absent:
        if step < STEPS - WINDOW - 1:  # in the place of the last stands the zero to begin with
            sheet.circle(x, y, RADIUS, colour=MUTED, dashed=True)
        sheet.cross(x, y + 44, 5)
        return
    sheet.circle(x, y, RADIUS, colour=STATE, tint=0.12)
    sheet.line((x, y + 40), (x, y + RADIUS))
    sheet.circle(x, y + 44, 4, colour=INK, tint=1)
    before = x - APART + RADIUS
    start = STEPS - WINDOW
    if step and (y < 150 or step > start):
        sheet.line((before, y - 6), (x - RADIUS, y - 6))
    if step > start:
        _back(sheet, (x - RADIUS, y + 6), (before, y + 6))


def _at(step: int) -> float:
    """Where a step stands."""
    return FIRST + step * APART


def _back(sheet: Canvas, *ends: tuple[float, float]) -> None:
    """An arrow of the way back."""
    sheet.line(*ends, colour=BACKWARD, dashed=True, weight=2)
