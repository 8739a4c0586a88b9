"""Masks over time: redrawn at every step, or one for all of them."""

from random import Random

from tools.diagrams.canvas import MUTED, STATE, Canvas

ENTRIES, STEPS, SIDE = 6, 10, 25.0
TOP = 74.0
PANELS = ((68.0, "Dropout: redrawn at every step"), (402.0, "dropout=: one mask for all steps"))


def draw() -> Canvas:
    """The drawing."""
    sheet = Canvas(670, 296)
    chance = Random(3)
    redrawn = [[chance.random() < 0.5 for _ in range(STEPS)] for _ in range(ENTRIES)]
    once = [[kept] * STEPS for kept in (True, False, True, True, False, False)]
    for (left, title), mask in zip(PANELS, (redrawn, once), strict=True):
        sheet.text(left - SIDE / 2, 24, title, anchor="start", bold=True)
        for entry, row in enumerate(mask):
            for step, kept in enumerate(row):
                _entry(sheet, left + step * SIDE, TOP + entry * SIDE, kept=kept)
        foot = TOP + ENTRIES * SIDE + 2
        sheet.line((left - SIDE / 2, foot), (left + (STEPS - 0.5) * SIDE, foot))
        sheet.maths(left + (STEPS - 0.5) * SIDE - 6, foot + 18, "t", size=18)
        sheet.text(left - SIDE / 2, foot + 18, "timestep", anchor="start", size=13)
    sheet.text(10, TOP - 28, "entries", anchor="start", size=13)
    _entry(sheet, 68, 274, kept=True)
    sheet.text(90, 274, "kept, divided by 1 − r", anchor="start")
    _entry(sheet, 290, 274, kept=False)
    sheet.text(312, 274, "dropped", anchor="start")
    return sheet


def _entry(sheet: Canvas, x: float, y: float, *, kept: bool) -> None:
    """One entry of a mask: filled, or crossed out."""
    if kept:
        sheet.box(x, y, SIDE - 3, SIDE - 3, colour=STATE, tint=0.55, radius=2, weight=1)
    else:
        sheet.box(x, y, SIDE - 3, SIDE - 3, colour=MUTED, radius=2, weight=1)
        sheet.cross(x, y, 5)
