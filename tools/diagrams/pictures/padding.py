"""Padding and its mask, and what the state does at the padded steps."""

from tools.diagrams.canvas import MUTED, STATE, Canvas

LENGTHS = (5, 3, 4)
STEPS, SIDE, APART = 5, 30, 34
IDS, MASK, TOP = 120.0, 420.0, 66.0
CHAIN, CHAIN_APART = 190.0, 96.0


def draw() -> Canvas:
    """The drawing."""
    sheet = Canvas(670, 350)
    sheet.text(IDS + 2 * APART, 24, "the batch", bold=True)
    sheet.text(MASK + 2 * APART, 24, "its mask", bold=True)
    for row, length in enumerate(LENGTHS):
        y = TOP + row * APART
        sheet.text(16, y, f"text {row + 1}", anchor="start")
        for step in range(STEPS):
            _cell(sheet, IDS + step * APART, y, real=step < length)
            word = "1" if step < length else "0"
            sheet.box(MASK + step * APART, y, SIDE, SIDE, colour=MUTED, radius=3)
            sheet.text(MASK + step * APART, y, word, bold=step < length)
    _legend(sheet)
    sheet.text(16, 192, "The states of text 2", anchor="start", bold=True)
    _chain(sheet, 238, "with the mask", ["h_1", "h_2", "h_3", "h_3", "h_3"], masked=True)
    _chain(sheet, 312, "without it", ["h_1", "h_2", "h_3", "h_4", "h_5"], masked=False)
    return sheet


def _cell(sheet: Canvas, x: float, y: float, *, real: bool) -> None:
    """A word, or the zero that fills up."""
    if real:
        sheet.box(x, y, SIDE, SIDE, colour=STATE, tint=0.25, radius=3)
    else:
        sheet.box(x, y, SIDE, SIDE, colour=MUTED, dashed=True, radius=3)
        sheet.text(x, y, "0", colour=MUTED)


def _legend(sheet: Canvas) -> None:
    """Which cells are words."""
    _cell(sheet, 316, TOP + 10, real=True)
    sheet.text(338, TOP + 10, "word", anchor="start")
    _cell(sheet, 316, TOP + 52, real=False)
    sheet.text(338, TOP + 52, "pad", anchor="start")


def _chain(sheet: Canvas, y: float, title: str, states: list[str], *, masked: bool) -> None:
    """One row of states; the last two steps are padding."""
    sheet.text(16, y, title, anchor="start")
    for step, state in enumerate(states):
        x = CHAIN + step * CHAIN_APART
        padded = step >= LENGTHS[1]
        if step:
            before = (x - CHAIN_APART + 21, y)
            sheet.line(before, (x - 21, y), dashed=padded and masked)
        if padded:
            sheet.text(x - CHAIN_APART / 2, y - 14, "copied" if masked else "reads 0", size=12.5)
        sheet.node(x, y, state, radius=21)
    if not masked:
        sheet.cross(CHAIN + 4 * CHAIN_APART + 42, y, 8)
        sheet.text(CHAIN + 4 * CHAIN_APART + 40, y + 26, "washed out", size=12.5)
