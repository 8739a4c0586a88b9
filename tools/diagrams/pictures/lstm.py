"""One step of an LSTM: an element for each line of its equations."""

from tools.diagrams.canvas import CELLS, Canvas

ROAD, PRODUCT, GATES, BUS = 88.0, 155.0, 232.0, 318.0  # heights
FORGET, INPUT, CANDIDATE, OUTPUT, SHOWN = 165.0, 262.0, 362.0, 470.0, 566.0


def draw() -> Canvas:
    """The drawing."""
    sheet = Canvas(680, 400)
    colour = CELLS["LSTM"]
    sheet.box(340, 198, 540, 316, colour=colour, tint=0.05, radius=14)
    gates = [
        (FORGET, "forget", r"\sigma", 2),
        (INPUT, "input", r"\sigma", 1),
        (CANDIDATE, "candidate", r"\tanh", 3),
        (OUTPUT, "output", r"\sigma", 4),
    ]
    for x, word, function, line in gates:
        sheet.box(x, GATES, 84, 52, colour=colour, tint=0.12)
        sheet.text(x, GATES - 13, word, size=13)
        sheet.maths(x, GATES + 10, function, size=18)
        sheet.badge(x + 20, GATES + 46, line)
        sheet.line((x, BUS), (x, GATES + 26))
        if x != OUTPUT:
            sheet.dot(x, BUS)
    _cell_state(sheet)
    _hidden_state(sheet)
    # what all four read
    sheet.maths(30, BUS, "h_{t-1}")
    sheet.line((54, BUS), (OUTPUT, BUS), arrow=False)
    sheet.line((110, 374), (110, BUS + 3))
    sheet.dot(110, BUS)
    sheet.maths(110, 386, "x_t")
    return sheet


def _cell_state(sheet: Canvas) -> None:
    """The straight road on top: keep, and add."""
    sheet.maths(30, ROAD, "c_{t-1}")
    sheet.line((54, ROAD), (FORGET - 13, ROAD))
    sheet.operation(FORGET, ROAD, "times")
    sheet.line((FORGET, GATES - 26), (FORGET, ROAD + 13))
    sheet.maths(FORGET + 10, 178, "f_t", anchor="start")
    sheet.line((FORGET + 13, ROAD), (CANDIDATE - 13, ROAD))
    sheet.operation(CANDIDATE, ROAD, "plus")
    sheet.badge(CANDIDATE + 20, ROAD - 20, 5)
    sheet.line((CANDIDATE, PRODUCT - 13), (CANDIDATE, ROAD + 13))
    sheet.operation(CANDIDATE, PRODUCT, "times")
    sheet.line((INPUT, GATES - 26), (INPUT, PRODUCT), (CANDIDATE - 13, PRODUCT))
    sheet.maths(INPUT + 10, 182, "i_t", anchor="start")
    sheet.line((CANDIDATE, GATES - 26), (CANDIDATE, PRODUCT + 13))
    sheet.maths(CANDIDATE + 10, 187, r"\tilde c_t", anchor="start")
    sheet.line((CANDIDATE + 13, ROAD), (638, ROAD))
    sheet.maths(654, ROAD, "c_t")


def _hidden_state(sheet: Canvas) -> None:
    """What is shown of the cell state."""
    sheet.dot(SHOWN, ROAD)
    sheet.line((SHOWN, ROAD), (SHOWN, PRODUCT - 20))
    sheet.box(SHOWN, PRODUCT - 3, 62, 34)
    sheet.maths(SHOWN, PRODUCT - 3, r"\tanh", size=18)
    sheet.line((SHOWN, PRODUCT + 14), (SHOWN, GATES - 13))
    sheet.operation(SHOWN, GATES, "times")
    sheet.badge(SHOWN + 22, GATES + 18, 6)
    sheet.line((OUTPUT + 42, GATES), (SHOWN - 13, GATES))
    sheet.maths(OUTPUT + 60, GATES - 16, "o_t")
    sheet.line((SHOWN, GATES + 13), (SHOWN, BUS), (638, BUS))
    sheet.maths(654, BUS, "h_t")
