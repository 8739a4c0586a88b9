"""Sphinx extension: formats a reference again only if it has changed.

All references of all pages are formatted in every build, since labels depend on who else is cited;
it takes a fifth of the time in which Sphinx renders a changed sentence.
"""

from functools import cache

import pybtex.plugin
from pybtex.style.formatting import BaseStyle

format_entry = BaseStyle.format_entry


def remember(app) -> None:
    """Have the environment keep what is formatted, with what it was made of."""
    before = getattr(app.env, "course_entries", {})
    app.env.course_entries = now = {}

    def formatted(self, label, entry, bib_data=None):
        key = (type(self).__qualname__, label, entry.key)
        old, made = before.get(key, (None, None))
        if old is None or old != entry:
            made = format_entry(self, label, entry, bib_data)
        now[key] = entry, made
        return made

    BaseStyle.format_entry = formatted


def setup(app) -> dict:
    """Register with Sphinx."""
    app.connect("builder-inited", remember)
    # The style of every entry looks its plugins up anew, among all that is installed.
    pybtex.plugin.entry_points = cache(pybtex.plugin.entry_points)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
