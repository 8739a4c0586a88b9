"""One step of writing, and its draw as the next step's input."""

from tools.diagrams.canvas import CELLS, MUTED, STATE, Canvas

WIDTH, HEIGHT = 660, 385
STEPS = [120 + 200 * i for i in range(3)]
READ = ("t", "h", "e")
DRAWN = ("h", "e", "n")
ROWS = {"token": 350, "state": 285, "logits": 215, "softmax": 155, "draw": 30}
#: Probabilities of five characters after each step, made up, and which of them is drawn.
CHANCES = ((0.1, 0.62, 0.16, 0.12, 0.0), (0.5, 0.06, 0.3, 0.14, 0.0), (0.12, 0.2, 0.42, 0.26, 0.0))
TAKEN = (1, 0, 3)
BAR, WRITER = 62.0, CELLS["GRU"]


def draw() -> Canvas:
    """Three steps side by side; what is drawn goes into the next."""
    sheet = Canvas(WIDTH, HEIGHT)
    for i, x in enumerate(STEPS):
        _step(sheet, x, READ[i], DRAWN[i], CHANCES[i], TAKEN[i], fed=i > 0)
        if i:
            sheet.line((STEPS[i - 1] + 29, ROWS["state"]), (x - 30, ROWS["state"]), colour=STATE)
            sheet.maths(x - 148, ROWS["state"] - 16, f"h_{i}", size=17)
            _feed(sheet, STEPS[i - 1], x)
    sheet.line((STEPS[-1] + 29, ROWS["state"]), (STEPS[-1] + 84, ROWS["state"]), colour=STATE)
    sheet.maths(STEPS[-1] + 64, ROWS["state"] - 16, "h_3", size=17)
    return sheet


def _step(
    sheet: Canvas,
    x: float,
    read: str,
    drawn: str,
    chances: tuple[float, ...],
    taken: int,
    *,
    fed: bool,
) -> None:
    colour = WRITER if fed else MUTED
    sheet.text(x, ROWS["token"] + 14, read, bold=True, colour=colour)
    sheet.line((x, ROWS["token"]), (x, ROWS["state"] + 23), colour=colour)
    sheet.box(x, ROWS["state"], 56, 42, colour=STATE, tint=0.12)
    sheet.text(x, ROWS["state"], "GRU", size=13)
    sheet.line((x, ROWS["state"] - 22), (x, ROWS["logits"] + 15), colour=WRITER)
    sheet.box(x, ROWS["logits"], 92, 28)
    sheet.text(x, ROWS["logits"], "logits", size=13)
    sheet.line((x, ROWS["logits"] - 15), (x, ROWS["softmax"] + 15), colour=WRITER)
    sheet.box(x, ROWS["softmax"], 128, 28)
    sheet.text(x, ROWS["softmax"], "softmax at τ, cut", size=13)
    base = ROWS["softmax"] - 22
    sheet.line((x - 44, base), (x + 44, base), arrow=False, colour=MUTED)
    for j, chance in enumerate(chances):
        if chance:
            height, tone = BAR * chance, WRITER if j == taken else MUTED
            sheet.box(
                x - 34 + 17 * j, base - height / 2, 12, height, colour=tone, tint=0.6, radius=2
            )
    tip = base - BAR * chances[taken] - 4
    bar = x - 34 + 17 * taken
    sheet.line((bar, tip), (x, ROWS["draw"] + 15), colour=WRITER)
    sheet.text(x, ROWS["draw"], drawn, bold=True, colour=WRITER)


def _feed(sheet: Canvas, left: float, right: float) -> None:
    """From what was drawn, between two steps, to the next one's input."""
    middle = (left + right) / 2 - 6
    token = ROWS["token"] + 14
    path = ((left + 14, ROWS["draw"]), (middle, ROWS["draw"]), (middle, token), (right - 14, token))
    sheet.line(*path, colour=WRITER, dashed=True)
