"""A series split in time, origins that walk forward; one step fed back, and all steps at once."""

from tools.diagrams.canvas import CELLS, INK, MUTED, STATE, Canvas

WIDTH, HEIGHT = 660, 330
LEFT, STEP, TOP = 34, 24.0, 62
PARTS = (("training", 7, STATE), ("calibration", 3, CELLS["GRU"]), ("test", 3, CELLS["LSTM"]))
WINDOW, AHEAD = 4, 2
ORIGINS = (4, 7, 10)  # the last one is the test part's first step
RIGHT, APART = 440, 78
AHEAD_STEPS = 3


def draw() -> Canvas:
    """Time on the left, the two ways on the right."""
    sheet = Canvas(WIDTH, HEIGHT)
    _split(sheet)
    for row, origin in enumerate(ORIGINS):
        _origin(sheet, TOP + 78 + 62 * row, origin)
    _recursive(sheet, 92)
    _direct(sheet, 240)
    return sheet


def _split(sheet: Canvas) -> None:
    step = 0
    for name, size, colour in PARTS:
        x = LEFT + STEP * (step + size / 2)
        sheet.text(x, TOP - 28, name, colour=colour)
        sheet.box(x, TOP, STEP * size - 4, 24, colour=colour, tint=0.15, radius=3)
        step += size
        if step < sum(size for _, size, _ in PARTS):
            edge = LEFT + STEP * step
            sheet.line(
                (edge, TOP + 16),
                (edge, HEIGHT - 52),
                arrow=False,
                dashed=True,
                colour=MUTED,
                weight=1.2,
            )
    sheet.line((LEFT, HEIGHT - 34), (LEFT + STEP * step, HEIGHT - 34), colour=MUTED)
    sheet.text(LEFT + STEP * step / 2, HEIGHT - 16, "time", colour=MUTED)


def _origin(sheet: Canvas, y: float, origin: int) -> None:
    for i in range(origin - WINDOW, origin + AHEAD):
        known = i < origin
        sheet.box(
            LEFT + STEP * (i + 0.5),
            y,
            STEP - 6,
            20,
            radius=3,
            colour=STATE if known else CELLS["LSTM"],
            tint=0.12 if known else 0.5,
        )
    if origin != ORIGINS[0]:
        return
    sheet.text(LEFT + STEP * (origin - WINDOW / 2), y + 23, "window", colour=MUTED, size=13)
    sheet.text(LEFT + STEP * (origin + AHEAD / 2), y + 23, "target", colour=MUTED, size=13)


def _recursive(sheet: Canvas, y: float) -> None:
    sheet.text(RIGHT - 40, y - 74, "recursive", anchor="start", bold=True)
    for i in range(AHEAD_STEPS):
        x = RIGHT + APART * i
        if not i:
            sheet.line((x - 42, y), (x - 20, y), colour=STATE)
        sheet.box(x, y, 38, 34)
        sheet.maths(x, y, "G", size=18)
        sheet.line((x, y - 18), (x, y - 32), colour=CELLS["LSTM"])
        sheet.maths(x, y - 44, rf"\hat x_{{t+{i + 1}}}", size=16)
        if i < AHEAD_STEPS - 1:
            sheet.line(
                (x + 20, y - 40),
                (x + 34, y - 40),
                (x + 34, y),
                (x + APART - 20, y),
                colour=CELLS["LSTM"],
            )
    sheet.text(RIGHT - 40, y + 36, "each answer is taken for true", anchor="start", colour=MUTED)


def _direct(sheet: Canvas, y: float) -> None:
    middle = RIGHT + APART * (AHEAD_STEPS - 1) / 2
    width = APART * (AHEAD_STEPS - 1) + 38
    sheet.text(RIGHT - 40, y - 74, "direct", anchor="start", bold=True, colour=INK)
    sheet.line((middle - width / 2 - 24, y), (middle - width / 2 - 1, y), colour=STATE)
    sheet.box(middle, y, width, 34)
    sheet.maths(middle, y, "F", size=18)
    for i in range(AHEAD_STEPS):
        x = RIGHT + APART * i
        sheet.line((x, y - 18), (x, y - 32), colour=CELLS["LSTM"])
        sheet.maths(x, y - 44, rf"\hat x_{{t+{i + 1}}}", size=16)
    sheet.text(RIGHT - 40, y + 36, "all answers at once", anchor="start", colour=MUTED)
