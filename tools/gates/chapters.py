"""Rules for the source of a chapter. Each returns its faults as ``line N: what is wrong``."""

import re
from collections.abc import Iterable, Iterator
from statistics import median

from tools.gates.folds import FOLDED, REMOVED
from tools.gates.sources import Event, code_cells, walk

LONGEST_CELL, LONGEST_MEDIAN, SHORTEST_ALT = 25, 9, 40

# Digits that belong to a name, not to a result.
NAMES = [
    r"\b(?i:chapter|part|section|step|exercise|task|question)s? \d+(?:(?:,| and|–|-) ?\d+)*\b",
    r"\b(?:Python|Keras|TensorFlow|NumPy|PyTorch|Jupyter Book|version) v?\d+(?:\.\d+)*\b",
    r"\b(?:CC BY|ISO|UTF|BSD|Intel|CUDA|Apache)[ -]\d+(?:\.\d+)*\b",
    r"\b[123]-?D\b",
    r"\b[A-Za-z]+[-_]?\d+[A-Za-z]*\b",  # L2, float32, Conv1D, word2vec, seq2seq, UTF-8
    r"(?:\b[Ii]n |\b[Ss]ince |\()(?:19[4-9]\d|20[0-3]\d)\b(?! (?:steps|epochs|units|words|texts))",
    r"\b(?:Reading|Running): (?:about |under )?\d+ (?:minutes?|seconds?)\b",
]
NAME = re.compile("|".join(NAMES))

# Headings every chapter has, each with what counts as it.
PARTS = ["Common mistakes", "Try it", "Summary", "Check yourself", "Sources"]
FEWEST_QUIZZES = 3
OBJECTIVES = re.compile(r"you will be able to", re.IGNORECASE)


def numbers_in_prose(text: str) -> list[str]:
    """Digits that people read but no code computed; results come from ``{glue:text}``."""
    faults = []
    for event in walk(text):
        if event.kind == "text" and (found := re.search(r"\S*\d\S*", NAME.sub("", event.text))):
            faults.append(f"line {event.line}: the number in {found[0]!r} is not glued")
        if event.kind == "math" and re.search(r"\\approx\s*[-+{\\,]*\s*\d", event.text):
            faults.append(f"line {event.line}: a number after \\approx is a result: glue it")
    return faults


def cells(text: str) -> list[str]:
    """Long, hidden or never executed code cells."""
    faults = []
    found = code_cells(text)
    for cell in found:
        if cell.nested:
            faults.append(f"line {cell.line}: a cell inside another directive never runs")
        if cell.length > LONGEST_CELL:
            faults.append(f"line {cell.line}: {cell.length} lines in a cell, over {LONGEST_CELL}")
        if "remove-cell" in cell.tags:
            faults.append(f"line {cell.line}: remove-cell hides what a reader should see")
    shown = [cell.length for cell in found if not {FOLDED, REMOVED} & {*cell.tags}]
    if shown and (middle := median(shown)) > LONGEST_MEDIAN:
        faults.append(f"line 1: the median open cell has {middle:g} lines, over {LONGEST_MEDIAN}")
    return faults


def figures(text: str) -> list[str]:
    """Figures need a name, a caption and an alt text, drawn by a cell or by a directive."""
    faults = []
    for event in walk(text, prose=False):
        if event.kind == "directive" and event.name == "figure":
            caption = {"caption": event.text, "name": event.options.get("name")}
            faults += [
                f"line {event.line}: the figure has no {key}"
                for key, value in caption.items()
                if not str(value or "").strip()
            ]
            if len(str(event.options.get("alt") or "")) < SHORTEST_ALT:
                faults.append(f"line {event.line}: alt text under {SHORTEST_ALT} characters")
    for cell in code_cells(text):
        declared = cell.metadata.get("mystnb") or {}
        if "figure" not in declared and "image" not in declared:
            continue
        figure, image = declared.get("figure") or {}, declared.get("image") or {}
        for key in ("name", "caption"):
            if not str(figure.get(key) or "").strip():
                faults.append(f"line {cell.line}: the figure has no {key}")
        if len(str(image.get("alt") or "")) < SHORTEST_ALT:
            faults.append(f"line {cell.line}: alt text under {SHORTEST_ALT} characters")
    return faults


def inside(events: Iterable[Event], part: str) -> Iterator[Event]:
    """What stands under a heading that begins with `part`, up to the next heading."""
    section = ""
    for event in events:
        if event.kind == "heading" and event.depth == 0:
            section = event.text
        elif section.startswith(part):
            yield event


def exercises_of(events: list[Event]) -> tuple[list[Event], list[str]]:
    """The exercises under *Try it*, and the labels that have a solution anywhere."""
    tasks = ("exercise", "exercise-start")
    found = [event for event in inside(events, "Try it") if event.name in tasks]
    solutions = ("solution", "solution-start")
    return found, [event.argument for event in events if event.name in solutions]


def structure(text: str) -> list[str]:
    """The parts that every chapter has: see the example in `book/teaching/authors.md`."""
    events = list(walk(text))
    titles = [event.text for event in events if event.kind == "heading"]
    faults = [
        f"line 1: no heading {part!r}"
        for part in PARTS
        if not any(title.startswith(part) for title in titles)
    ]
    said = [event.text for event in events if event.kind in ("heading", "text")]
    if not any(OBJECTIVES.search(piece) for piece in said):
        faults.append("line 1: no objectives ('You will be able to')")
    tasks, solved = exercises_of(events)
    if not 3 <= len(tasks) <= 6:
        faults.append(f"line 1: {len(tasks)} exercises under 'Try it', expected 3 to 6")
    for task in tasks:
        if task.options.get("label") not in solved:
            faults.append(f"line {task.line}: the exercise has no label, or no solution to it")
    return faults


def quizzes(text: str) -> list[str]:
    """Questions under *Check yourself*: enough of them, and each to be answered, not unfolded."""
    found = list(inside(walk(text, prose=False), "Check yourself"))
    asked = sum(event.name == "quiz" for event in found)
    faults = [
        f"line {event.line}: a dropdown under 'Check yourself'; ask with a quiz"
        for event in found
        if event.name == "dropdown"
    ]
    if asked < FEWEST_QUIZZES:
        faults.append(
            f"line 1: {asked} quizzes under 'Check yourself', expected at least {FEWEST_QUIZZES}"
        )
    return faults


def headings(text: str) -> set[str]:
    """Titles of a chapter, as written."""
    return {event.text for event in walk(text) if event.kind == "heading"}


def citations(text: str) -> set[str]:
    """Keys of the bibliography that a page cites."""
    roles = (event for event in walk(text) if event.kind == "role" and event.name[:4] == "cite")
    return {key.strip() for event in roles for key in event.text.split(",")}


def coverage(plan: dict, chapters: dict[str, str]) -> list[str]:
    """The coverage map against the pages that exist (name -> text).

    ``plan`` has a table for every page that teaches; every item of a page that exists names the
    heading under which it is taught.
    """
    faults = [f"page {name!r} has no table" for name in chapters if name not in plan]
    owner: dict[str, str] = {}
    for name, items in plan.items():
        titles = headings(chapters[name]) if name in chapters else set()
        for item, entry in items.items():
            if item in owner:
                faults.append(f"{item} is in {owner[item]!r} and again in {name!r}")
            owner[item] = name
            heading = entry.get("heading", "") if isinstance(entry, dict) else ""
            if name in chapters and heading not in titles:
                faults.append(f"{item} ({name}): no heading {heading!r} in the chapter")
    return faults
