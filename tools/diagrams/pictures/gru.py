"""One step of a GRU: an element for each line of its equations."""

from tools.diagrams.canvas import CELLS, Canvas

ROAD, BELOW, GATES, STATES, INPUTS = 82.0, 152.0, 228.0, 334.0, 372.0  # heights
UPDATE, RESET, SEEN, CANDIDATE = 170.0, 280.0, 402.0, 524.0


def draw() -> Canvas:
    """The drawing."""
    sheet = Canvas(680, 420)
    colour = CELLS["GRU"]
    sheet.box(346, 214, 528, 366, colour=colour, tint=0.05, radius=14)
    for x, word, line in ((UPDATE, "update", 1), (RESET, "reset", 2)):
        sheet.box(x, GATES, 78, 52, colour=colour, tint=0.12)
        sheet.text(x, GATES - 13, word, size=13)
        sheet.maths(x, GATES + 10, r"\sigma", size=18)
        sheet.badge(x + 34, GATES + 46, line)
        sheet.line((x - 14, STATES), (x - 14, GATES + 26))
        sheet.dot(x - 14, STATES)
        sheet.bridge(x + 14, INPUTS, GATES + 26, over=STATES)
        sheet.dot(x + 14, INPUTS)
    _candidate(sheet, colour)
    _interpolation(sheet)
    # what comes in
    sheet.maths(28, ROAD, "h_{t-1}")
    sheet.line((52, ROAD), (UPDATE - 13, ROAD))
    sheet.dot(104, ROAD)
    sheet.line((104, ROAD), (104, STATES), (SEEN, STATES), arrow=False)
    sheet.maths(28, INPUTS, "x_t")
    sheet.line((46, INPUTS), (CANDIDATE, INPUTS), arrow=False)
    return sheet


def _candidate(sheet: Canvas, colour: str) -> None:
    """What the reset gate lets it see of the state, and the input."""
    sheet.line((SEEN, STATES), (SEEN, 306))
    sheet.box(SEEN, 288, 106, 36)
    sheet.maths(SEEN, 288, r"\cdot\, W_{hh} + b_h'", size=17)
    sheet.line((SEEN, 270), (SEEN, GATES + 13))
    sheet.operation(SEEN, GATES, "times")
    sheet.line((RESET + 39, GATES), (SEEN - 13, GATES))
    sheet.maths(RESET + 76, GATES - 15, "r_t")
    sheet.line((SEEN + 13, GATES), (CANDIDATE - 43, GATES))
    sheet.box(CANDIDATE, GATES, 86, 52, colour=colour, tint=0.12)
    sheet.text(CANDIDATE, GATES - 13, "candidate", size=13)
    sheet.maths(CANDIDATE, GATES + 10, r"\tanh", size=18)
    sheet.badge(CANDIDATE + 20, GATES + 46, 3)
    sheet.line((CANDIDATE, INPUTS), (CANDIDATE, GATES + 26))


def _interpolation(sheet: Canvas) -> None:
    """Keep a share of the old state, and fill up with the candidate."""
    sheet.line((UPDATE, GATES - 26), (UPDATE, ROAD + 13))
    sheet.maths(UPDATE - 10, 183, "u_t", anchor="end")
    sheet.operation(UPDATE, ROAD, "times")
    sheet.dot(UPDATE, BELOW)
    sheet.line((UPDATE, BELOW), (310, BELOW))
    sheet.box(340, BELOW, 60, 34)
    sheet.maths(340, BELOW, r"1 - \cdot", size=18)
    sheet.line((370, BELOW), (CANDIDATE - 13, BELOW))
    sheet.maths(442, BELOW - 15, "1 - u_t")
    sheet.operation(CANDIDATE, BELOW, "times")
    sheet.line((CANDIDATE, GATES - 26), (CANDIDATE, BELOW + 13))
    sheet.maths(CANDIDATE + 10, 184, r"\tilde h_t", anchor="start")
    sheet.line((CANDIDATE, BELOW - 13), (CANDIDATE, ROAD + 13))
    sheet.line((UPDATE + 13, ROAD), (CANDIDATE - 13, ROAD))
    sheet.operation(CANDIDATE, ROAD, "plus")
    sheet.badge(CANDIDATE + 20, ROAD - 20, 4)
    sheet.line((CANDIDATE + 13, ROAD), (638, ROAD))
    sheet.maths(655, ROAD, "h_t")
