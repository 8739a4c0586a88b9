"""A clip of five frames of which the last two are padding: features, states, and two answers."""

from tools.diagrams.canvas import CELLS, MUTED, STATE, Canvas

WIDTH, HEIGHT = 650, 432
STEPS = [150 + 100 * i for i in range(5)]
KEPT = 3
ROWS = {"frames": 385, "convolutions": 300, "features": 222, "states": 138, "answer": 40}
SIDE = 62.0  # of a frame


def draw() -> Canvas:
    """Frames below, the answer above; time runs to the right."""
    sheet = Canvas(WIDTH, HEIGHT)
    for name in ("frames", "features", "states"):
        sheet.text(14, ROWS[name], name, anchor="start", colour=MUTED)
    sheet.maths(14, ROWS["frames"] + 20, "X_t", anchor="start", size=16)
    sheet.maths(14, ROWS["features"] + 20, "x_t", anchor="start", size=16)
    sheet.maths(14, ROWS["states"] + 20, "h_t", anchor="start", size=16)
    left, right = STEPS[0] - 40, STEPS[KEPT - 1] + 40
    sheet.box(
        (left + right) / 2, ROWS["convolutions"], right - left + 16, 34, colour=STATE, tint=0.08
    )
    sheet.text((left + right) / 2, ROWS["convolutions"], "the same convolutions for every frame")
    for i, x in enumerate(STEPS):
        _frame(sheet, x, i)
        if i < KEPT:
            _step(sheet, x, i)
        else:
            sheet.cross(x, ROWS["states"], 9)
    sheet.text(
        (STEPS[-2] + STEPS[-1]) / 2, ROWS["states"] - 30, "mask: the state stays", colour=MUTED
    )
    sheet.line(
        (STEPS[KEPT - 1] + 24, ROWS["states"]),
        (STEPS[-1] + 36, ROWS["states"]),
        (STEPS[-1] + 36, ROWS["answer"]),
        (STEPS[3] + 32, ROWS["answer"]),
        colour=CELLS["LSTM"],
    )
    sheet.box(STEPS[3], ROWS["answer"], 62, 34)
    sheet.text(STEPS[3], ROWS["answer"], "right")
    return sheet


def _frame(sheet: Canvas, x: float, i: int) -> None:
    """A frame with a square that goes to the right, or padding."""
    y, real = ROWS["frames"], i < KEPT
    sheet.box(x, y, SIDE, SIDE, colour=STATE if real else MUTED, dashed=not real, radius=2)
    if real:
        sheet.box(x - 14 + 11 * i, y - 4, 14, 14, colour=STATE, tint=0.7, radius=1)
        sheet.line((x, y - SIDE / 2), (x, ROWS["convolutions"] + 17), colour=STATE)
    else:
        sheet.text(x, y, "padding", size=13, colour=MUTED)


def _step(sheet: Canvas, x: float, i: int) -> None:
    """From the convolutions to a state."""
    sheet.line((x, ROWS["convolutions"] - 17), (x, ROWS["features"] + 16), colour=STATE)
    for place in range(4):
        lit = place == i
        at = x + (place - 1.5) * 15
        sheet.box(
            at, ROWS["features"], 15, 28, colour=STATE, tint=0.6 if lit else 0.05, radius=1,
            weight=1.2,
        )  # fmt: skip
    sheet.line((x, ROWS["features"] - 16), (x, ROWS["states"] + 24), colour=CELLS["LSTM"])
    sheet.circle(x, ROWS["states"], 22, colour=CELLS["LSTM"], tint=0.12)
    sheet.maths(x, ROWS["states"], f"h_{i + 1}", size=18)
    if i + 1 < KEPT:
        ends = ((x + 23, ROWS["states"]), (STEPS[i + 1] - 23, ROWS["states"]))
        sheet.line(*ends, colour=CELLS["LSTM"])
