"""Playing on: a frame in, a probability for each key out, and the draw as the next frame."""

from tools.diagrams.canvas import CELLS, MUTED, STATE, Canvas

WIDTH, HEIGHT = 680, 470
STEPS = [135 + 200 * i for i in range(3)]
ROWS = {"frame": 420, "state": 322, "keys": 218, "drawn": 70}
KEYS, SIDE = 6, 13.0
#: Which keys sound, from the highest downwards: the frame that is read first, and what is drawn.
FRAMES = ((0, 1, 0, 1, 0, 1), (1, 0, 0, 1, 0, 1), (1, 0, 1, 0, 0, 1), (0, 1, 0, 1, 1, 0))
#: Probabilities of the six keys after each step, made up.
CHANCES = (
    (0.6, 0.3, 0.1, 0.8, 0.05, 0.7),
    (0.7, 0.2, 0.45, 0.35, 0.1, 0.75),
    (0.3, 0.65, 0.1, 0.7, 0.5, 0.2),
)
PLAYER = CELLS["LSTM"]


def draw() -> Canvas:
    """Three steps side by side; what is drawn goes into the next."""
    sheet = Canvas(WIDTH, HEIGHT)
    for i, x in enumerate(STEPS):
        _step(sheet, i, x)
        if i:
            sheet.line((STEPS[i - 1] + 31, ROWS["state"]), (x - 32, ROWS["state"]), colour=STATE)
            sheet.maths(x - 148, ROWS["state"] - 16, f"h_{i}", size=17)
            _feed(sheet, STEPS[i - 1], x)
    sheet.line((STEPS[-1] + 31, ROWS["state"]), (STEPS[-1] + 86, ROWS["state"]), colour=STATE)
    sheet.maths(STEPS[-1] + 66, ROWS["state"] - 16, "h_3", size=17)
    for row, label in (("frame", "frame"), ("keys", "chances"), ("drawn", "drawn")):
        sheet.text(12, ROWS[row], label, anchor="start", size=13, colour=MUTED)
    return sheet


def _step(sheet: Canvas, i: int, x: float) -> None:
    fed = PLAYER if i else MUTED
    half = KEYS * SIDE / 2
    _column(sheet, x, ROWS["frame"], FRAMES[i], fed)
    sheet.line((x, ROWS["frame"] - half - 3), (x, ROWS["state"] + 24), colour=fed)
    sheet.box(x, ROWS["state"], 60, 44, colour=STATE, tint=0.12)
    sheet.text(x, ROWS["state"], "LSTM", size=13)
    sheet.line((x, ROWS["state"] - 23), (x, ROWS["keys"] + half + 5), colour=PLAYER)
    for key, chance in enumerate(CHANCES[i]):
        y = ROWS["keys"] - half + SIDE * (key + 0.5)
        taken = FRAMES[i + 1][key]
        tone = PLAYER if taken else MUTED
        sheet.line((x - 30, y), (x + 30, y), arrow=False, colour=MUTED, weight=0.6)
        width = 60 * chance
        sheet.box(x - 30 + width / 2, y, width, 8, colour=tone, tint=0.6, radius=2, weight=1)
    sheet.line((x, ROWS["keys"] - half - 4), (x, ROWS["drawn"] + half + 5), colour=PLAYER)
    _column(sheet, x, ROWS["drawn"], FRAMES[i + 1], PLAYER)


def _column(sheet: Canvas, x: float, y: float, frame: tuple[int, ...], colour: str) -> None:
    """A frame as six keys, the ones that sound filled."""
    for key, sounds in enumerate(frame):
        at = y - KEYS * SIDE / 2 + SIDE * (key + 0.5)
        tint = 0.75 if sounds else 0.0
        sheet.box(x, at, 2 * SIDE, SIDE, colour=colour, tint=tint, radius=2, weight=1)


def _feed(sheet: Canvas, left: float, right: float) -> None:
    """From what was drawn, between two steps, to the next one's frame."""
    middle = (left + right) / 2 - 6
    ends = (ROWS["drawn"], ROWS["frame"])
    path = ((left + 17, ends[0]), (middle, ends[0]), (middle, ends[1]), (right - 17, ends[1]))
    sheet.line(*path, colour=PLAYER, dashed=True)
