"""Encoder and decoder, twice: given the right tokens in training, and given its own afterwards."""

from tools.diagrams.canvas import CELLS, MUTED, STATE, Canvas

WIDTH, HEIGHT = 660, 490
READ = [46 + 80 * i for i in range(3)]
WRITE = [310 + 104 * i for i in range(4)]
SOURCE = ("we", "won", ".")
TARGET = ("<start>", "nous", "avons", "gagné")
ANSWER = ("nous", "avons", "gagné", "<end>")
TRAINING, FREE = 140, 385  # heights of the two rows
WRITER = CELLS["LSTM"]


def draw() -> Canvas:
    """One row for each way of feeding the decoder."""
    sheet = Canvas(WIDTH, HEIGHT)
    sheet.text(14, 24, "in training: the right tokens are fed", anchor="start", bold=True)
    _row(sheet, TRAINING, free=False)
    sheet.text(14, 272, "afterwards: its own tokens are fed", anchor="start", bold=True)
    _row(sheet, FREE, free=True)
    return sheet


def _row(sheet: Canvas, y: float, *, free: bool) -> None:
    """The encoder, its states on their way into the decoder, and what the decoder is fed."""
    for i, (x, word) in enumerate(zip(READ, SOURCE, strict=True)):
        sheet.box(x, y, 56, 42, colour=STATE, tint=0.12)
        sheet.text(x, y, "LSTM", size=13)
        sheet.text(x, y + 78, word)
        sheet.line((x, y + 66), (x, y + 23), colour=STATE)
        if i:
            sheet.line((READ[i - 1] + 29, y), (x - 30, y), colour=STATE)
    sheet.line((READ[-1] + 29, y), (WRITE[0] - 30, y), colour=WRITER, weight=3)
    sheet.maths((READ[-1] + WRITE[0]) / 2 - 2, y - 22, "h_S, c_S", size=17)
    for i, x in enumerate(WRITE):
        sheet.box(x, y, 56, 42, colour=WRITER, tint=0.12)
        sheet.text(x, y, "LSTM", size=13)
        sheet.line((x, y - 22), (x, y - 52), colour=WRITER)
        sheet.text(x, y - 64, ANSWER[i])
        own = free and i > 0
        sheet.text(x, y + 78, ANSWER[i - 1] if own else TARGET[i], colour=WRITER if own else MUTED)
        sheet.line((x, y + 66), (x, y + 23), colour=WRITER if own else MUTED)
        if i:
            sheet.line((WRITE[i - 1] + 29, y), (x - 30, y), colour=WRITER)
        if own:  # from the answer, between two boxes, to the next input
            left, middle = WRITE[i - 1] + 26, x - 48
            path = ((left, y - 64), (middle, y - 64), (middle, y + 78), (x - 25, y + 78))
            sheet.line(*path, colour=WRITER, dashed=True)
