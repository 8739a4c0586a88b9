"""Sphinx extension: gives a page the scripts of the figures that answer back on it, and no other.

A box of such a figure, see ``helpers.explorables``, names its scripts.
"""

import re

NAMED = re.compile(r'<div class="explorable"[^>]* data-scripts="([a-z ]+)"')


def scripts(body: str) -> list[str]:
    """The scripts that the boxes of a page name, each once, in order."""
    return [*dict.fromkeys(name for names in NAMED.findall(body) for name in names.split())]


def add_scripts(app, pagename, templatename, context, doctree) -> None:
    """Add the scripts of one page, and the style sheet that goes with them."""
    found = scripts(context.get("body", ""))
    for name in found:
        app.add_js_file(f"explorables/{name}.js", loading_method="defer")
    if found:
        app.add_css_file("explorables/explorables.css")


def setup(app) -> dict:
    """Register with Sphinx."""
    app.connect("html-page-context", add_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
