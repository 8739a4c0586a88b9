"""A window over place and time: where a convolution in two and in three dimensions looks."""

from tools.diagrams.canvas import CELLS, MUTED, STATE, Canvas

WIDTH, HEIGHT = 640, 276
SIDE, APART, CELL = 84.0, 104.0, 12.0
FRAMES = 5
TOP, LEFT = 110.0, 150.0
WINDOW = 3


def draw() -> Canvas:
    """Five frames in a row; a window of three of them, and what it has seen of the motion."""
    sheet = Canvas(WIDTH, HEIGHT)
    for t in range(FRAMES):
        x = LEFT + t * APART
        sheet.box(x, TOP, SIDE, SIDE, colour=STATE, radius=2)
        at = x - 24 + 12 * t
        sheet.box(at, TOP, 2 * CELL, 2 * CELL, colour=STATE, tint=0.65, radius=1)
        if 1 <= t <= WINDOW:
            sheet.box(x, TOP, 3.4 * CELL, 3.4 * CELL, colour=CELLS["LSTM"], weight=2.6, radius=2)
        sheet.maths(x, TOP + 64, f"X_{t + 1}", size=17)
    left, right = LEFT + APART, LEFT + WINDOW * APART
    for side in (-1, 1):
        y = TOP + side * 1.7 * CELL
        sheet.line((left, y), (right, y), arrow=False, colour=CELLS["LSTM"], dashed=True)
    sheet.text(14, TOP, "frames", anchor="start", colour=MUTED)
    middle = (left + right) / 2
    sheet.line((middle, TOP + 84), (middle, 222), colour=CELLS["LSTM"])
    sheet.box(middle, 242, 300, 36, colour=CELLS["LSTM"], tint=0.12)
    sheet.text(middle, 242, "left edge, then full, then right edge")
    sheet.text(middle, 34, "one filter sees the same place on three frames", colour=MUTED)
    return sheet
