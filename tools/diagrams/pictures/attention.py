"""Attention over five steps of which the last two are padding: scores, weights, the sum."""

from tools.diagrams.canvas import CELLS, MUTED, STATE, Canvas

WIDTH, HEIGHT = 640, 400
STEPS = [150 + 95 * i for i in range(5)]
WEIGHTS = (0.15, 0.7, 0.15)  # made up; the caption says so
KEPT = len(WEIGHTS)
ROWS = {"states": 350, "scores": 265, "softmax": 190, "weights": 118, "context": 40}
BAR = 46.0  # height of a weight of one


def draw() -> Canvas:
    """The states below, what comes of them above."""
    sheet = Canvas(WIDTH, HEIGHT)
    for name in ("states", "scores", "weights"):
        sheet.text(14, ROWS[name], name, anchor="start", colour=MUTED)
    for i, x in enumerate(STEPS):
        real = i < KEPT
        sheet.circle(
            x,
            ROWS["states"],
            23,
            colour=STATE if real else MUTED,
            tint=0.12 * real,
            dashed=not real,
        )
        sheet.maths(x, ROWS["states"], f"h_{i + 1}", size=18)
        sheet.line(
            (x, ROWS["states"] - 24), (x, ROWS["scores"] + 17), colour=STATE if real else MUTED
        )
        sheet.box(x, ROWS["scores"], 44, 32, colour=STATE if real else MUTED, dashed=not real)
        sheet.maths(x, ROWS["scores"], f"e_{i + 1}", size=17)
        if real:
            sheet.line((x, ROWS["scores"] - 17), (x, ROWS["softmax"] + 16), colour=STATE)
            sheet.line((x, ROWS["softmax"] - 16), (x, ROWS["weights"] + 26), colour=CELLS["LSTM"])
        else:
            sheet.cross(x, ROWS["scores"] - 40, 8)
    left, right = STEPS[0] - 36, STEPS[-1] + 36
    sheet.box((left + right) / 2, ROWS["softmax"], right - left, 30)
    sheet.text((left + right) / 2, ROWS["softmax"], "softmax over what is not padding")
    for i, x in enumerate(STEPS):
        weight = WEIGHTS[i] if i < KEPT else 0.0
        colour = CELLS["LSTM"] if weight else MUTED
        base = ROWS["weights"] + 23
        sheet.line((x - 20, base), (x + 20, base), arrow=False, colour=MUTED)
        if weight:
            height = BAR * weight
            sheet.box(x, base - height / 2, 24, height, colour=colour, tint=0.6, radius=2)
            sheet.line(
                (x, base - height - 4),
                (_towards(x), ROWS["context"] + 20),
                colour=colour,
                weight=1 + 3 * weight,
            )
        sheet.maths(x + 30, base - 10, rf"\alpha_{i + 1}", size=16)
    sheet.node(STEPS[1], ROWS["context"] - 4, "c", colour=CELLS["LSTM"])
    sheet.text(
        STEPS[1] + 40,
        ROWS["context"] - 6,
        "context: the states, weighted and added",
        anchor="start",
        colour=MUTED,
    )
    return sheet


def _towards(x: float) -> float:
    """Where an arrow from a weight meets the context."""
    return STEPS[1] + (x - STEPS[1]) * 0.22
