"""Where the mask of ``recurrent_dropout`` meets the state: on its only road, or beside it."""

from tools.diagrams.canvas import BACKWARD, CELLS, Canvas


def draw() -> Canvas:
    """The drawing."""
    sheet = Canvas(670, 316)
    _vanilla(sheet, 60)
    _gru(sheet, 166)
    return sheet


def _mask(sheet: Canvas, x: float, y: float, symbol: str) -> None:
    """The product with a mask, and the mask beside it."""
    sheet.operation(x, y, "times")
    sheet.line((x, y - 38), (x, y - 13), colour=BACKWARD, dashed=True)
    sheet.maths(x + 8, y - 32, symbol, anchor="start", size=18)


def _vanilla(sheet: Canvas, y: float) -> None:
    """There is one road, and the mask is on it."""
    sheet.text(12, y - 38, "SimpleRNN", anchor="start", bold=True)
    sheet.maths(36, y, "h_{t-1}")
    sheet.line((60, y), (187, y))
    _mask(sheet, 200, y, r"\mu")
    sheet.line((213, y), (288, y))
    sheet.box(328, y, 80, 36, colour=CELLS["SimpleRNN"], tint=0.12)
    sheet.maths(328, y, r"\cdot\, W_{hh}", size=18)
    sheet.line((368, y), (447, y))
    sheet.box(484, y, 74, 36, colour=CELLS["SimpleRNN"], tint=0.12)
    sheet.maths(484, y, r"\tanh", size=18)
    sheet.line((521, y), (626, y))
    sheet.maths(645, y, "h_t")
    sheet.text(328, y + 36, "the only road, and the mask stands on it", size=13)


def _gru(sheet: Canvas, y: float) -> None:
    """The kept state goes past the masks; only gates and candidate see a masked copy."""
    colour = CELLS["GRU"]
    sheet.text(12, y - 28, "GRU", anchor="start", bold=True)
    sheet.maths(36, y, "h_{t-1}")
    sheet.line((60, y), (447, y), weight=2.6)
    sheet.text(286, y - 16, "the carried state: no mask", size=13)
    sheet.operation(460, y, "times")
    sheet.line((473, y), (537, y), weight=2.6)
    sheet.operation(550, y, "plus")
    sheet.line((563, y), (626, y), weight=2.6)
    sheet.maths(645, y, "h_t")
    below = y + 96
    sheet.dot(96, y)
    sheet.line((96, y), (96, below), (187, below))
    _mask(sheet, 200, below, r"\mu_u, \mu_r, \mu_h")
    sheet.line((213, below), (350, below))
    sheet.box(430, below, 160, 44, colour=colour, tint=0.12)
    sheet.text(430, below, "gates, candidate", size=14)
    sheet.line((460, below - 22), (460, y + 13))
    sheet.maths(452, y + 44, "u_t", anchor="end", size=18)
    sheet.line((510, below), (550, below), (550, y + 13))
    sheet.maths(560, y + 56, r"(1-u_t) \odot \tilde h_t", anchor="start", size=17)
    sheet.text(286, below + 38, "one mask each for what the gates and the candidate read", size=13)
