"""Attention inside a decoder: the state of the second written token asks, and its answer."""

from tools.diagrams.canvas import CELLS, INK, MUTED, STATE, Canvas

WIDTH, HEIGHT = 640, 440
READ = [60 + 86 * i for i in range(3)]
WRITE = [350 + 110 * i for i in range(3)]
SOURCE, FED = ("we", "won", "."), ("<start>", "nous", "avons")
WEIGHTS = (0.15, 0.7, 0.15)  # made up; the caption says so
NOW = 1  # the token that is written
STATES, LOOK, RESULT, TOP = 340, 222, 128, 40
WRITER = CELLS["LSTM"]
CENTRE = READ[1]  # of the attention
BAR = 40.0  # height of a weight of one


def draw() -> Canvas:
    """Reader and writer in one row; above the reader the attention, above the writer its answer."""
    sheet = Canvas(WIDTH, HEIGHT)
    for i, (x, word) in enumerate(zip(READ, SOURCE, strict=True)):
        _cell(sheet, x, word, STATE, linked=READ[i - 1] if i else None)
        sheet.line((x, STATES - 22), (x, LOOK + 30), colour=STATE)
        sheet.maths(x + 17, STATES - 42, f"h_{i + 1}", size=16)
    sheet.line((READ[-1] + 29, STATES), (WRITE[0] - 30, STATES), colour=WRITER, weight=3)
    for i, (x, word) in enumerate(zip(WRITE, FED, strict=True)):
        _cell(sheet, x, word, WRITER, linked=WRITE[i - 1] if i else None, waits=i > NOW)
    _attention(sheet)
    _answer(sheet)
    return sheet


def _cell(
    sheet: Canvas, x: float, word: str, colour: str, *, linked: float | None, waits: bool = False
) -> None:
    """A step of a recurrent layer, and what it reads."""
    colour = MUTED if waits else colour
    sheet.box(x, STATES, 56, 42, colour=colour, tint=0.0 if waits else 0.12, dashed=waits)
    sheet.text(x, STATES, "LSTM", size=13, colour=MUTED if waits else INK)
    sheet.line((x, STATES + 58), (x, STATES + 22), colour=colour, dashed=waits)
    sheet.text(x, STATES + 72, word, colour=MUTED if waits else INK)
    if linked is not None:
        sheet.line((linked + 29, STATES), (x - 30, STATES), colour=colour, dashed=waits)


def _attention(sheet: Canvas) -> None:
    """The weights over the reader's states, and their sum."""
    left, right = READ[0] - 44, READ[-1] + 44
    sheet.box(CENTRE, LOOK, right - left, 58)
    for i, x in enumerate(READ):
        height = BAR * WEIGHTS[i]
        base = LOOK + 23
        sheet.line((x - 18, base), (x + 18, base), arrow=False, colour=MUTED)
        sheet.box(x, base - height / 2, 22, height, colour=WRITER, tint=0.6, radius=2)
        sheet.maths(x + 32, base - 9, rf"\alpha_{i + 1}", size=15)
    sheet.line((CENTRE, LOOK - 29), (CENTRE, RESULT + 24), colour=WRITER, weight=2.4)
    sheet.node(CENTRE, RESULT, "c", colour=WRITER)
    sheet.text(CENTRE - 34, RESULT, "context", anchor="end", colour=MUTED)
    # The question: from the writer's state to the side of the box.
    x = WRITE[NOW]
    sheet.line((x, STATES - 22), (x, LOOK), (right + 1, LOOK), colour=WRITER)
    sheet.dot(x, LOOK)
    sheet.maths((right + x) / 2, LOOK - 14, "q", size=18)


def _answer(sheet: Canvas) -> None:
    """State and context together give the token, which is fed next."""
    x, after = WRITE[NOW], WRITE[NOW + 1]
    sheet.line((x, LOOK), (x, RESULT + 19), colour=WRITER)
    sheet.line((CENTRE + 24, RESULT), (x - 51, RESULT), colour=WRITER)
    sheet.box(x, RESULT, 100, 36)
    sheet.text(x, RESULT, "combine", size=13)
    sheet.line((x, RESULT - 18), (x, TOP + 14), colour=WRITER)
    sheet.text(x, TOP, FED[NOW + 1], bold=True)
    aside, fed = (x + after) / 2 + 8, STATES + 72
    path = ((x + 26, TOP), (aside, TOP), (aside, fed), (after - 26, fed))
    sheet.line(*path, colour=WRITER, dashed=True)
