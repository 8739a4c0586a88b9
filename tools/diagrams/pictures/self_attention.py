"""One step of self-attention: its query meets all keys, and the values are mixed."""

from tools.diagrams.canvas import CELLS, MUTED, STATE, Canvas

WIDTH, HEIGHT = 640, 380
STEPS = [130 + 140 * i for i in range(4)]
ASKING = 2  # the step whose answer is drawn
INPUTS, PARTS, SCORES, ANSWER = 335, 255, 150, 45
OFFSETS = {"q": -36.0, "k": 0.0, "v": 36.0}
COLOURS = {"q": CELLS["LSTM"], "k": STATE, "v": CELLS["GRU"]}


def draw() -> Canvas:
    """Inputs below, the answer of one step above."""
    sheet = Canvas(WIDTH, HEIGHT)
    for i, x in enumerate(STEPS):
        sheet.node(x, INPUTS, f"x_{i + 1}")
        for name, offset in OFFSETS.items():
            idle = name == "q" and i != ASKING
            colour = MUTED if idle else COLOURS[name]
            sheet.line((x + offset * 0.5, INPUTS - 22), (x + offset, PARTS + 15), colour=colour)
            sheet.box(
                x + offset, PARTS, 31, 28, colour=colour, tint=0 if idle else 0.14, dashed=idle
            )
            sheet.maths(x + offset, PARTS, f"{name}_{i + 1}", size=15)
        sheet.line((x, PARTS - 15), (x, SCORES + 15), colour=COLOURS["k"])
        sheet.circle(x, SCORES, 14, colour=COLOURS["q"], tint=0.1)
        sheet.maths(x, SCORES, rf"\alpha_{i + 1}", size=14)
        sheet.line(
            (x + OFFSETS["v"], PARTS - 15),
            (x + OFFSETS["v"], SCORES - 30),
            arrow=False,
            colour=COLOURS["v"],
        )
        sheet.line((x + OFFSETS["v"], SCORES - 30), (_towards(x), ANSWER + 22), colour=COLOURS["v"])
        sheet.line((x, SCORES - 15), (x + OFFSETS["v"] - 3, SCORES - 30), colour=COLOURS["q"])
    rail = SCORES + 42
    asking = STEPS[ASKING] + OFFSETS["q"]
    sheet.line((asking, PARTS - 15), (asking, rail), arrow=False, colour=COLOURS["q"])
    sheet.line((STEPS[0] - 22, rail), (STEPS[-1] - 22, rail), arrow=False, colour=COLOURS["q"])
    for x in STEPS:
        sheet.line((x - 22, rail), (x - 11, SCORES + 12), colour=COLOURS["q"])
    sheet.node(STEPS[ASKING], ANSWER - 4, f"y_{ASKING + 1}", colour=CELLS["GRU"])
    return sheet


def _towards(x: float) -> float:
    """Where an arrow from a value meets the answer."""
    return STEPS[ASKING] + (x + OFFSETS["v"] - STEPS[ASKING]) * 0.06
