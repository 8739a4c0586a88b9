"""Skip-gram tells a true neighbour from words drawn by chance."""

from tools.diagrams.canvas import CELLS, MUTED, STATE, Canvas

SENTENCE = ("I", "brought", "the", "noodles", "before")
CENTRE, NEIGHBOUR = 3, 1
CHANCE = ("seven", "river")
WIDE, HIGH = 84.0, 32.0
TEXT, FIRST, BELOW = 74.0, 176.0, 66.0  # heights: of the text, of the first pair, between pairs


def draw() -> Canvas:
    """The drawing."""
    sheet = Canvas(670, 345)
    places = [60 + place * 98.0 for place in range(len(SENTENCE))]
    for place, (x, word) in enumerate(zip(places, SENTENCE, strict=True)):
        colour, tint = _look(place)
        sheet.box(x, TEXT, WIDE, HIGH, colour=colour, tint=tint)
        sheet.text(x, TEXT, word)
    left, right = places[NEIGHBOUR], places[CENTRE]
    up = TEXT - HIGH / 2
    sheet.line((right, up - 2), (right, up - 22), (left, up - 22), (left, up - 4), weight=1.3)
    sheet.text((left + right) / 2, up - 36, "a true neighbour")
    sheet.text(places[-1] + 130, TEXT, "the text")
    pairs = [(SENTENCE[NEIGHBOUR], True), *((word, False) for word in CHANCE)]
    for row, (word, true) in enumerate(pairs):
        _pair(sheet, FIRST + row * BELOW, word, true=true)
    return sheet


def _look(place: int) -> tuple[str, float]:
    """The colour of a word of the sentence."""
    return {CENTRE: (STATE, 0.3), NEIGHBOUR: (CELLS["GRU"], 0.3)}.get(place, (MUTED, 0.0))


def _pair(sheet: Canvas, y: float, word: str, *, true: bool) -> None:
    """A pair of words, what the network should say, and where that moves the two vectors."""
    colour = CELLS["GRU"] if true else CELLS["LSTM"]
    origin = "from the text" if true else "by chance"
    sheet.box(60, y, WIDE, HIGH, colour=STATE, tint=0.3)
    sheet.text(60, y, SENTENCE[CENTRE])
    sheet.box(170, y, WIDE, HIGH, colour=colour, tint=0.3)
    sheet.text(170, y, word)
    sheet.text(170, y + 27, origin, size=12.5, colour=MUTED)
    sheet.line((214, y), (252, y))
    sheet.maths(292, y, r"w_i \tilde w_j^\top", size=18)
    sheet.line((332, y), (366, y))
    sheet.maths(386, y, r"\sigma", size=19)
    sheet.line((404, y), (438, y))
    sheet.text(484, y, f"shall be {int(true)}")
    ends = (((546, y), (580, y)), ((650, y), (616, y)))
    for start, tip in ends if true else ((tip, start) for start, tip in ends):
        sheet.line(start, tip, colour=colour, weight=2)
    sheet.text(598, y + 22, "together" if true else "apart", size=12.5, colour=MUTED)
