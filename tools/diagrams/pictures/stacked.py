"""Two recurrent layers, one on the other."""

from tools.diagrams.canvas import CELLS, Canvas

ANSWER, UPPER, LOWER, INPUTS = 40.0, 130.0, 230.0, 318.0  # heights
COLUMNS = (190.0, 300.0, 410.0, 520.0)
RADIUS = 25


def draw() -> Canvas:
    """The drawing."""
    sheet = Canvas(600, 346)
    layers = ((LOWER, 1, CELLS["GRU"]), (UPPER, 2, CELLS["LSTM"]))
    for y, number, colour in layers:
        sheet.box(345, y, 450, 74, colour=colour, tint=0.05, radius=12)
        sheet.maths(20, y, rf"\mathcal{{R}}^{{({number})}}", anchor="start", size=18)
        sheet.maths(92, y, "0", size=18)
        sheet.line((104, y), (COLUMNS[0] - RADIUS, y))
    for t, x in enumerate(COLUMNS, 1):
        sheet.maths(x, INPUTS, f"x_{t}")
        sheet.line((x, INPUTS - 14), (x, LOWER + RADIUS))
        sheet.line((x, LOWER - RADIUS), (x, UPPER + RADIUS))
        for y, number, colour in layers:
            sheet.node(x, y, f"h^{{({number})}}_{t}", colour=colour, radius=RADIUS)
            if t > 1:
                sheet.line((COLUMNS[t - 2] + RADIUS, y), (x - RADIUS, y))
    sheet.text(355, 180, "all states", size=13)
    sheet.line((COLUMNS[-1], UPPER - RADIUS), (COLUMNS[-1], ANSWER + 17))
    sheet.text(COLUMNS[-1] - 12, 80, "the last state", anchor="end", size=13)
    sheet.box(COLUMNS[-1], ANSWER, 74, 34)
    sheet.text(COLUMNS[-1], ANSWER, "Dense")
    return sheet
