"""A block of a Transformer's encoder: two detours, each added to what passes by."""

from tools.diagrams.canvas import CELLS, MUTED, STATE, Canvas

WIDTH, HEIGHT = 640, 300
TRACK, DETOUR = 80, 200
INPUT, POSITION, ADDED = 40, 100, 100
#: Where a detour leaves the track, its boxes with their words, and where it returns.
DETOURS = (
    (150, ((180, ("norm",)), (262, ("attention",))), 322),
    (362, ((392, ("norm",)), (474, ("dense, ReLU,", "dense"))), 534),
)
WIDE, SLIM = 86, 48


def draw() -> Canvas:
    """The track from left to right, the detours below it."""
    sheet = Canvas(WIDTH, HEIGHT)
    sheet.node(INPUT, TRACK, "x_t")
    sheet.operation(ADDED, TRACK, "plus")
    sheet.line((INPUT + 23, TRACK), (ADDED - 13, TRACK))
    sheet.node(POSITION, DETOUR, "p_t", colour=CELLS["GRU"])
    sheet.line((POSITION, DETOUR - 23), (POSITION, TRACK + 13))
    sheet.text(POSITION, DETOUR + 42, "position", colour=MUTED)
    start = ADDED
    for leaves, boxes, returns in DETOURS:
        sheet.line((start + 13, TRACK), (returns - 13, TRACK), arrow=True)
        sheet.operation(returns, TRACK, "plus")
        sheet.dot(leaves, TRACK)
        sheet.line((leaves, TRACK), (leaves, DETOUR), (boxes[0][0] - SLIM / 2, DETOUR))
        for x, words in boxes:
            narrow = words == ("norm",)
            colour = MUTED if narrow else CELLS["LSTM"] if words == ("attention",) else STATE
            sheet.box(x, DETOUR, SLIM if narrow else WIDE, 56, colour=colour, tint=0.12)
            for i, word in enumerate(words):
                sheet.text(x, DETOUR + 18 * (i - (len(words) - 1) / 2), word)
        sheet.line((boxes[0][0] + SLIM / 2, DETOUR), (boxes[1][0] - WIDE / 2, DETOUR))
        end = boxes[1][0] + WIDE / 2
        sheet.line((end, DETOUR), (returns, DETOUR), (returns, TRACK + 13))
        start = returns
    attention = DETOURS[0][1][1][0]
    for x in (attention - 22, attention + 22):  # what the other steps hand over
        sheet.line((x, DETOUR + 62), (x, DETOUR + 28), colour=CELLS["LSTM"])
    sheet.text(attention, DETOUR + 76, "all other steps", colour=MUTED)
    sheet.line((start + 13, TRACK), (590, TRACK))
    sheet.node(614, TRACK, "y_t")
    return sheet
