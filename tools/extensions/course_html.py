"""Sphinx extension: mends the accessibility faults that the tools leave in their HTML.

Each entry of ``MENDED`` names the fault (axe's rule, if it has one) and where it comes from. A
fault that a later version mends itself simply finds nothing to replace.
"""

import re
import time
from pathlib import Path

from jinja2 import FileSystemBytecodeCache

STARTED = time.time()

MENDED = [
    # region: sphinx-book-theme puts its logo and search box outside every landmark
    (
        r'<div id="pst-primary-sidebar" class="bd-sidebar-primary bd-sidebar">',
        '<div id="pst-primary-sidebar" class="bd-sidebar-primary bd-sidebar"'
        ' role="navigation" aria-label="Book">',
    ),
    # aria-deprecated-role, aria-required-children: docutils' bibliography entries
    (r'(<div class="citation" id="[^"]*") role="doc-biblioentry">', r'\1 role="listitem">'),
    # empty-table-header: the empty corner of a table, ours or pandas'
    (r"<th( class=\"[^\"]*\")?>(?:<p></p>)?</th>", r"<td\1></td>"),
    # not axe's: MyST-NB's table of run times says it with a picture that not every font has
    ("<td><p>✅</p></td>", "<td><p>done</p></td>"),
    ("<td><p>❌</p></td>", "<td><p>failed</p></td>"),
    # not axe's: the theme brings its icons twice, as a font and as a script of 1.5 MB
    (r'<script[^>]* src="[^"]*scripts/fontawesome\.js[^"]*"></script>\n?', ""),
    (r'<i class="((?:theme-switch )?fa[srb]? )', r'<i aria-hidden="true" class="\1'),
    # not axe's: all of MathJax, where what `_config.yml` names is enough
    (r'(<script[^>]* src="[^"]*mathjax/)tex-chtml\.js', r"\1startup.js"),
    # scrollable-region-focusable: a drawing that is wider than a phone scrolls
    (r'(<figure class="[^"]*\bdiagram\b[^"]*")(?! tabindex)', r'\1 tabindex="0"'),
    # label-content-name-mismatch: MyST-NB names every fold alike, whatever is written on it
    ('<summary aria-label="Toggle hidden content">', "<summary>"),
]


#: The scripts of MathJax, for a page without a formula.
MATHJAX = re.compile(
    r'<script[^>]*(?: src="[^"]*mathjax/[^>]*>|>window\.MathJax = [^<]*)</script>\n?'
)


def mend(html: str) -> str:
    """One page with the known faults mended."""
    for fault, cure in MENDED:
        html = re.sub(fault, cure, html)
    return html if re.search(r'class="[^"]*\bmath\b', html) else MATHJAX.sub("", html)


def mend_pages(app, exception) -> None:
    """Mend every page that was written."""
    if exception is None and app.builder.format == "html":
        for page in Path(app.outdir).rglob("*.html"):
            if page.stat().st_mtime < STARTED - 2:  # as some file systems round it
                continue
            found = page.read_text(encoding="utf-8")
            mended = mend(found)
            if mended != found:
                page.write_text(mended, encoding="utf-8")


def drop_thebe(app, pagename, templatename, context, doctree) -> None:
    """Leave out the scripts of live cells: unused here, and they name a foreign host."""
    for key in ("script_files", "css_files"):
        files = context.get(key, [])
        context[key] = [file for file in files if "thebe" not in f"{file}{vars(file)}".lower()]


def keep_templates(app) -> None:
    """Keep the theme's compiled templates from one build to the next."""
    if app.builder.format == "html":
        folder = Path(app.doctreedir).parent / "templates"
        folder.mkdir(exist_ok=True)
        app.builder.templates.environment.bytecode_cache = FileSystemBytecodeCache(str(folder))


def setup(app) -> dict:
    """Register with Sphinx."""
    app.connect("builder-inited", keep_templates)
    app.connect("build-finished", mend_pages)
    app.connect("html-page-context", drop_thebe, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
