"""The unrolled network, forward and back: what every hidden state hears, and from whom."""

from tools.diagrams.canvas import BACKWARD, Canvas

LOSSES, STATES, INPUTS = 44.0, 150.0, 252.0  # heights
COLUMNS = (150.0, 290.0, 430.0, 570.0)
RADIUS = 23


def draw() -> Canvas:
    """The drawing."""
    sheet = Canvas(670, 330)
    sheet.maths(34, STATES, "h_0")
    for t, x in enumerate(COLUMNS, 1):
        sheet.box(x, LOSSES, 46, 36)
        sheet.maths(x, LOSSES, rf"\ell_{t}", size=18)
        sheet.node(x, STATES, f"h_{t}")
        sheet.maths(x, INPUTS, f"x_{t}")
        # up, and down again
        sheet.line((x - 8, STATES - RADIUS + 1), (x - 8, LOSSES + 18))
        _back(sheet, (x + 8, LOSSES + 18), (x + 8, STATES - RADIUS + 1))
        sheet.maths(x + 16, 96, rf"\partial \ell_{t} / \partial h_{t}", anchor="start", size=16)
        sheet.line((x, INPUTS - 16), (x, STATES + RADIUS))
        sheet.maths(x + 8, 204, "W_{xh}", anchor="start", size=16)
        # to the right, and to the left again
        start = COLUMNS[t - 2] + RADIUS - 1 if t > 1 else 52
        sheet.line((start, STATES - 8), (x - RADIUS + 1, STATES - 8))
        if t > 1:
            middle = x - 70
            sheet.maths(middle, STATES - 22, "W_{hh}", size=16)
            _back(sheet, (x - RADIUS + 1, STATES + 8), (start, STATES + 8))
            sheet.maths(middle, STATES + 26, rf"J_{t}^\top", size=16)
    sheet.line((150, 304), (196, 304))
    sheet.text(206, 304, "forward: values", anchor="start")
    _back(sheet, (396, 304), (350, 304))
    sheet.text(406, 304, "back: gradients", anchor="start")
    return sheet


def _back(sheet: Canvas, *ends: tuple[float, float]) -> None:
    """An arrow of the way back."""
    sheet.line(*ends, colour=BACKWARD, dashed=True, weight=2)
