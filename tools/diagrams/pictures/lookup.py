"""An embedding looks up one row a word."""

from tools.diagrams.canvas import MUTED, STATE, Canvas

WORDS = (("the", 2), ("plot", 5), ("is", 3), ("dull", 7))
ROWS, COLUMNS, SIDE = 9, 4, 24.0
TOP, LEFT = 66.0, 290.0
OUT = 534.0


def draw() -> Canvas:
    """The drawing."""
    sheet = Canvas(670, 310)
    used = {number for _, number in WORDS}
    sheet.text(52, 30, "words", bold=True)
    sheet.text(142, 30, "ids", bold=True)
    sheet.maths(165, 30, "v", size=18)
    sheet.maths(LEFT + 1.5 * SIDE, 30, "E", size=20)
    sheet.text(OUT + 1.5 * SIDE, 30, "vectors", bold=True)
    for row in range(ROWS):
        _vector(sheet, LEFT, _row(row), used=row in used)
        sheet.text(LEFT - 24, _row(row), str(row), size=12.5, anchor="end")
    sheet.maths(LEFT + 1.5 * SIDE, _row(ROWS) + 8, r"V \times d", size=18)
    for place, (word, number) in enumerate(WORDS):
        y = 84 + place * 54
        sheet.box(52, y, 64, 32)
        sheet.text(52, y, word)
        sheet.line((84, y), (126, y))
        sheet.box(146, y, 40, 32, colour=STATE, tint=0.12)
        sheet.text(146, y, str(number))
        sheet.line((166, y), (206, y), (232, _row(number)), (250, _row(number)), weight=1.3)
        right = LEFT + (COLUMNS - 0.5) * SIDE
        sheet.line((right + 2, _row(number)), (430, _row(number)), (468, y), (512, y), weight=1.3)
        _vector(sheet, OUT + 4, y, used=True)
        sheet.maths(OUT + COLUMNS * SIDE + 4, y, f"x_{place + 1}", anchor="start", size=18)
    return sheet


def _row(row: int) -> float:
    """The height of a row of the matrix."""
    return TOP + row * SIDE


def _vector(sheet: Canvas, left: float, y: float, *, used: bool) -> None:
    """A row of numbers: filled, if a word of the text is this row's."""
    for column in range(COLUMNS):
        colour, tint = (STATE, 0.3) if used else (MUTED, 0.0)
        x = left + column * SIDE
        sheet.box(x, y, SIDE, SIDE - 4, colour=colour, tint=tint, radius=2, weight=1.2)
