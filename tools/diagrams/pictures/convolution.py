"""A convolution over words, and the two ways of pooling."""

from tools.diagrams.canvas import MUTED, STATE, Canvas

WORDS = ("not", "dull", "at", "all", "but", "fun")
WIDTH, FILTERS = 3, 2
LEFT, APART = 126.0, 74.0
TEXT, VECTORS, ANSWERS, POOLED = 26.0, 74.0, 208.0, 320.0  # heights
ANSWERED = ((0.9, 0.1, 0.2, 0.3), (0.0, 0.2, 0.6, 0.8))


def draw() -> Canvas:
    """The drawing."""
    sheet = Canvas(670, 374)
    sheet.text(16, TEXT, "words", anchor="start")
    sheet.maths(16, VECTORS, "x_t", anchor="start")
    sheet.maths(16, ANSWERS, "y_{t,f}", anchor="start")
    for place, word in enumerate(WORDS):
        x = LEFT + place * APART
        sheet.text(x, TEXT, word)
        for channel in range(3):
            y = VECTORS + (channel - 1) * 20
            sheet.box(x, y, 40, 20, colour=STATE, tint=0.15, radius=2, weight=1.2)
    # one window, and where it slides to
    sheet.box(LEFT + APART, VECTORS, 2 * APART + 54, 74, weight=2.4)
    sheet.line((LEFT + 3 * APART - 44, 124), (LEFT + 4 * APART - 20, 124), weight=1.6)
    sheet.text(LEFT + 4 * APART - 10, 124, "the window slides", anchor="start", size=13)
    for side in (-1, 1):
        x = LEFT + APART + side * (APART + 27)
        end = (LEFT + APART + side * 24, ANSWERS - 27)
        sheet.line((x, VECTORS + 37), end, arrow=False, dashed=True, weight=1.2)
    sheet.maths(LEFT + APART, 146, "K", size=20)
    for place in range(len(WORDS) - WIDTH + 1):
        x = LEFT + (place + 1) * APART
        for f in range(FILTERS):
            answer = ANSWERED[f][place]
            strongest = answer == max(ANSWERED[f])
            y = ANSWERS + (f - 0.5) * 28
            weight = 2.6 if strongest else 1.2
            sheet.box(x, y, 48, 28, colour=STATE, tint=0.12 if strongest else 0, weight=weight)
            sheet.text(x, y, f"{answer:.1f}", bold=strongest)
    _pooling(sheet)
    return sheet


def _pooling(sheet: Canvas) -> None:
    """The strongest answer of each filter, or the mean of all."""
    right = LEFT + 4 * APART + 24
    for f in range(FILTERS):
        sheet.text(right + 14, ANSWERS + (f - 0.5) * 28, f"filter {f + 1}", anchor="start", size=13)
    for x, title, pool in (
        (LEFT + 1.5 * APART, "the strongest", max),
        (LEFT + 3.5 * APART, "the mean", lambda row: sum(row) / len(row)),
    ):
        sheet.line((x, ANSWERS + 30), (x, POOLED - 22))
        sheet.text(x + 10, 264, title, anchor="start", size=13)
        for f in range(FILTERS):
            at = x + (f - 0.5) * 54
            sheet.box(at, POOLED, 50, 32, colour=STATE, tint=0.12)
            sheet.text(at, POOLED, f"{pool(ANSWERED[f]):.2f}")
            sheet.text(at, POOLED + 32, f"filter {f + 1}", size=12.5, colour=MUTED)
    sheet.text(16, POOLED, "pooled", anchor="start")
