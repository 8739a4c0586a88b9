"""Two readers of one sequence, and their states side by side."""

from tools.diagrams.canvas import CELLS, Canvas

OUTPUTS, BACKWARD, FORWARD, INPUTS = 40.0, 130.0, 226.0, 320.0  # heights
COLUMNS = (186.0, 312.0, 438.0, 564.0)
RADIUS = 24


def draw() -> Canvas:
    """The drawing."""
    sheet = Canvas(680, 348)
    for t, x in enumerate(COLUMNS, 1):
        forward, backward = rf"\overrightarrow{{h}}_{t}", rf"\overleftarrow{{h}}_{t}"
        sheet.node(x - 22, FORWARD, forward, colour=CELLS["LSTM"], radius=RADIUS)
        sheet.node(x + 22, BACKWARD, backward, colour=CELLS["LSTM"], radius=RADIUS)
        sheet.box(x, OUTPUTS, 96, 48)
        sheet.maths(x, OUTPUTS + 4, rf"[\,{forward},\; {backward}\,]", size=18)
        sheet.maths(x, INPUTS, f"x_{t}")
        sheet.line((x - 8, INPUTS - 14), (x - 22, FORWARD + RADIUS))
        sheet.line((x + 8, INPUTS - 14), (x + 22, BACKWARD + RADIUS))
        sheet.line((x - 22, FORWARD - RADIUS), (x - 22, OUTPUTS + 24))
        sheet.line((x + 22, BACKWARD - RADIUS), (x + 22, OUTPUTS + 24))
    for left, right in zip(COLUMNS, COLUMNS[1:], strict=False):
        sheet.line((left - 22 + RADIUS, FORWARD), (right - 22 - RADIUS, FORWARD))
        sheet.line((right + 22 - RADIUS, BACKWARD), (left + 22 + RADIUS, BACKWARD))
    sheet.text(16, FORWARD, "forward", anchor="start")
    sheet.maths(100, FORWARD, "0", size=18)
    sheet.line((112, FORWARD), (COLUMNS[0] - 22 - RADIUS, FORWARD))
    sheet.text(16, BACKWARD, "backward", anchor="start")
    sheet.maths(660, BACKWARD, "0", size=18)
    sheet.line((648, BACKWARD), (COLUMNS[-1] + 22 + RADIUS, BACKWARD))
    return sheet
