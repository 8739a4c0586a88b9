"""Sphinx extension: tells the browser the size of every drawing, and brings what enlarges it.

A page then does not jump while its drawings arrive, and the style sheet can keep their letters
legible on a phone, whatever size they were drawn at.
"""

import re
from pathlib import Path

IMAGE = re.compile(r'<img (?P<before>[^>]*)src="(?P<src>[^"]*_images/(?P<name>[^"/]+\.svg))"')
SIDE = r'<svg\b[^>]*?\s{side}="([\d.]+)(pt|px)?"'
PIXELS = {"pt": 96 / 72, "px": 1, None: 1}


def size(svg: str) -> tuple[int, int] | None:
    """Width and height of a drawing, in CSS pixels; None if it does not say."""
    sides = [re.search(SIDE.format(side=side), svg) for side in ("width", "height")]
    if not all(sides):
        return None
    width, height = (round(float(side[1]) * PIXELS[side[2]]) for side in sides if side)
    return width, height


def sized(body: str, sizes: dict[str, tuple[int, int]]) -> str:
    """A page's body, in which each drawing of known size has it."""

    def tell(match: re.Match) -> str:
        if match["name"] not in sizes or "width=" in match["before"]:
            return match[0]
        width, height = sizes[match["name"]]
        return f'{match[0]} width="{width}" height="{height}" style="--drawn: {width}px"'

    return IMAGE.sub(tell, body)


def tell_sizes(app, pagename, templatename, context, doctree) -> None:
    """Mend the drawings of one page."""
    body = context.get("body", "")
    names = {match["name"] for match in IMAGE.finditer(body)}
    if not names:
        return
    sizes = {}
    for uri, name in app.builder.images.items():
        if name in names and (found := size((Path(app.srcdir) / uri).read_text("utf-8")[:2000])):
            sizes[name] = found
    context["body"] = sized(body, sizes)
    app.add_js_file("enlarge.js", loading_method="defer")


def setup(app) -> dict:
    """Register with Sphinx, before the hints, whose pictures have the size of hints."""
    app.connect("html-page-context", tell_sizes, priority=450)
    app.add_css_file("reading.css")
    app.add_js_file("folds.js", loading_method="defer")
    app.add_js_file("wide.js", loading_method="defer")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
