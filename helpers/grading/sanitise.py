"""What may be shown of a student's text and HTML, at a cost that its size bounds.

Nothing that is left runs, and nothing asks for anything. Whoever shows it changes it no more.
"""

from __future__ import annotations

import re
from typing import Any

import nh3

TAGS = frozenset(
    (
        "a abbr b bdi bdo blockquote br caption center cite code col colgroup dd del details dfn"
        " div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp"
        " rt ruby s samp small span strike strong sub summary sup table tbody td tfoot th thead"
        " time tr tt u ul var wbr"
    ).split()
)
VOID = frozenset(("br", "col", "hr", "img", "wbr"))
CELL = {"align", "colspan", "rowspan", "scope", "valign"}
ATTRIBUTES = {
    "*": {"dir", "lang", "title"},
    "a": {"href"},
    "img": {"alt", "height", "src", "width"},
    "ol": {"start"},
    "table": {"align", "border"},
    "td": CELL,
    "th": CELL,
}
LINK = re.compile(r"(https?://|mailto:)[^\s]*", re.IGNORECASE)
PICTURE = re.compile(r"data:image/(png|jpeg|gif);base64,[A-Za-z0-9+/=\s]*")

# A parser of HTML may take the square of the number of tags. Carelessly written HTML is parsed
# if it is short, longer if it is of a form that costs no more than it is long: tags in pairs,
# attributes in quotes, not deep, and in tables only what belongs there: a parser moves all else.
CARELESS = 200  # tags
CARELESS_LENGTH = 20_000
DEEPEST = 50
GROWTH = 10  # times its length is what HTML may become
WITHIN = {
    "table": {"caption", "colgroup", "thead", "tbody", "tfoot", "tr"},
    **dict.fromkeys(("thead", "tbody", "tfoot"), {"tr"}),
    "tr": {"td", "th"},
    "colgroup": {"col"},
}
STYLE = re.compile(r"<style\b[^<>]*>[^<]*</style>", re.IGNORECASE)
NAME = r"[a-zA-Z_:][\w:.-]*+"
TIDY = re.compile(
    rf"<(/?)([a-zA-Z][a-zA-Z0-9]*+)(?:\s++{NAME}(?:=(?:\"[^\"<>]*+\"|'[^'<>]*+'))?){{0,20}}\s*+/?>"
)

TAG = re.compile(r"<(?=[a-zA-Z/!?])")  # what a browser could take for the start of one
JOINED = re.compile(r"\](?=[(:\[])")  # what makes a link or a picture of a text in brackets
UNSEEN = "\N{WORD JOINER}"
ODD = re.compile(r"\x1b(?!\[[0-9;]{0,20}m)")  # terminal codes other than short ones of colours
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
COLOURFUL = 2000  # codes in one text: each costs as much as the text is long
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]")


def _attribute(tag: str, name: str, value: str) -> str | None:
    allowed = {("a", "href"): LINK, ("img", "src"): PICTURE}.get((tag, name))
    return value if allowed is None or allowed.fullmatch(value) else None


CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    attributes=ATTRIBUTES,
    attribute_filter=_attribute,
    url_schemes={"data", "http", "https", "mailto"},
    url_relative="deny",
)


def clean(kind: str, value: Any) -> str:
    """One representation of an output, or an empty text if it is of a kind that could run."""
    text = value if isinstance(value, str) else "".join(map(str, value))
    match kind:
        case "text/plain":
            return terminal(text)
        case "text/html":
            return html(text)
        case "image/png" | "image/jpeg":
            return text if re.fullmatch(r"[A-Za-z0-9+/=\s]*", text) else ""
    return ""


def html(text: str) -> str:
    """HTML without what runs or asks for anything; a note if it cannot be cleaned at low cost."""
    if _is_short(text) or _is_tidy(text):
        cleaned = CLEANER.clean(text)
        if len(cleaned) <= GROWTH * len(text):
            return cleaned
    return f"<p>[HTML of {len(text):,} characters left out: it is nested too deeply]</p>"


def terminal(text: str) -> str:
    """Text as a terminal leaves it: the last state of each line, and colours if they are few."""
    text = ODD.sub("", text)
    if text.count("\x1b") > COLOURFUL:
        text = COLOUR.sub("", text)
    lines = (line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    return CONTROLS.sub("", "\n".join(lines))


def markdown(source: str) -> str:
    """Markdown whose text looks the same, without HTML, links and pictures."""
    return JOINED.sub("]" + UNSEEN, TAG.sub("<" + UNSEEN, source))


def _is_short(text: str) -> bool:
    return text.count("<") <= CARELESS and len(text) <= CARELESS_LENGTH


def _is_tidy(text: str) -> bool:
    """Whether every ``<`` begins a tag of a plain form, and tags are closed in order."""
    text = STYLE.sub("", text)
    open_tags: list[str] = []
    count = 0
    for count, tag in enumerate(TIDY.finditer(text), 1):  # noqa: B007 - counted to the end
        name = tag[2].lower()
        if name not in TAGS or len(open_tags) > DEEPEST:
            return False
        if not tag[1]:
            if name not in WITHIN.get(open_tags[-1] if open_tags else "", TAGS):
                return False
            open_tags += [name] * (name not in VOID)
        elif not open_tags or open_tags.pop() != name:
            return False
    return not open_tags and count == text.count("<")
