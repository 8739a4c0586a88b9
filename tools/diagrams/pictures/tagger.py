"""Words and their spelling, two readers, emissions, and a field that ties the tags together."""

from tools.diagrams.canvas import CELLS, MUTED, STATE, Canvas

WIDTH, HEIGHT = 680, 465
COLUMNS = (168.0, 308.0, 448.0, 588.0)
WORDS = ("Ada", "Lund", "left", "Ham")
TAGS = ("B-person", "I-person", "O", "B-place")
ROWS = {"tags": 40.0, "emissions": 128.0, "backward": 212.0, "forward": 290.0, "vectors": 372.0}
WORD_ROW, RADIUS = 440.0, 22.0


def draw() -> Canvas:
    """The words below, the tags above."""
    sheet = Canvas(WIDTH, HEIGHT)
    for name, y in ROWS.items():
        sheet.text(12, y, name, anchor="start", colour=MUTED)
    for t, (x, word, tag) in enumerate(zip(COLUMNS, WORDS, TAGS, strict=True), 1):
        _column(sheet, x, t, word, tag)
    for t, (left, right) in enumerate(zip(COLUMNS, COLUMNS[1:], strict=False), 1):
        y = ROWS["forward"]
        sheet.line((left - 26 + RADIUS, y), (right - 26 - RADIUS, y), colour=CELLS["LSTM"])
        y = ROWS["backward"]
        sheet.line((right + 26 - RADIUS, y), (left + 26 + RADIUS, y), colour=CELLS["LSTM"])
        y = ROWS["tags"]
        sheet.line((left + 45, y), (right - 45, y), arrow=False, weight=3)
        sheet.maths((left + right) / 2, y - 16, f"A_{{y_{t} y_{t + 1}}}", size=16)
    return sheet


def _column(sheet: Canvas, x: float, t: int, word: str, tag: str) -> None:
    """Everything about one word."""
    sheet.text(x, WORD_ROW, word, size=16, bold=True)
    for side, label in ((-30, "word"), (30, "letters")):
        sheet.box(x + side, ROWS["vectors"], 56, 30, colour=STATE, tint=0.12)
        sheet.text(x + side, ROWS["vectors"], label, size=13)
    sheet.line((x - 6, WORD_ROW - 14), (x - 26, ROWS["vectors"] + 16), colour=STATE)
    sheet.line((x + 6, WORD_ROW - 14), (x + 26, ROWS["vectors"] + 16), colour=STATE)
    forward, backward = ROWS["forward"], ROWS["backward"]
    sheet.node(x - 26, forward, rf"\overrightarrow{{h}}_{t}", colour=CELLS["LSTM"], radius=RADIUS)
    sheet.node(x + 26, backward, rf"\overleftarrow{{h}}_{t}", colour=CELLS["LSTM"], radius=RADIUS)
    joined = ROWS["vectors"] - 22  # both readers get both vectors
    sheet.line((x - 58, joined), (x + 58, joined), arrow=False, colour=STATE, weight=3)
    sheet.line((x - 26, joined), (x - 26, forward + RADIUS))
    sheet.line((x + 26, joined), (x + 26, backward + RADIUS))
    sheet.line((x - 26, forward - RADIUS), (x - 26, ROWS["emissions"] + 17))
    sheet.line((x + 26, backward - RADIUS), (x + 26, ROWS["emissions"] + 17))
    sheet.box(x, ROWS["emissions"], 88, 32)
    sheet.maths(x, ROWS["emissions"], f"e_{t}", size=17)
    sheet.line((x, ROWS["emissions"] - 17), (x, ROWS["tags"] + 18))
    sheet.box(x, ROWS["tags"], 88, 32, tint=0.08, weight=2)
    sheet.text(x, ROWS["tags"], tag, size=14)
