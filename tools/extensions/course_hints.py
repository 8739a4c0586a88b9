"""Sphinx extension: gives a page what its links to terms, formulas and figures lead to.

The script ``hints.js`` shows it beside the link, so that a reader need not leave the sentence. It
goes with the page, in elements that no browser renders: a page in a folder may fetch nothing.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from html import escape

from docutils import nodes

KEPT = "course_hints"  # an attribute of Sphinx' environment: what each page has to show, by anchor
LINK = re.compile(r'<a class="reference internal" href="(?P<href>(?P<path>[^"#]*)#(?P<id>[^"]+))"')
PICTURE = re.compile(r'<img data-uri="([^"]*)"')
MATHS = '<{tag} class="math notranslate nohighlight">{text}</{tag}>'
TAGS = {
    nodes.literal: "code",
    nodes.emphasis: "em",
    nodes.strong: "strong",
    nodes.paragraph: "p",
    nodes.caption: "p",
}


def told(node: nodes.Node) -> str:
    """What a node says, as plain HTML: without links, for it goes into a hint."""
    if isinstance(node, nodes.Text):
        return escape(node.astext(), quote=False)
    if isinstance(node, nodes.math):
        return MATHS.format(tag="span", text=rf"\({escape(node.astext(), quote=False)}\)")
    if isinstance(node, nodes.math_block):
        return formula(node)
    inside = "".join(map(told, node.children))
    tag = TAGS.get(type(node))
    return f"<{tag}>{inside}</{tag}>" if tag else inside


def formula(node: nodes.math_block) -> str:
    """A displayed formula; of several lines, if it has them, as Sphinx lets MathJax see it."""
    text = escape(node.astext(), quote=False)
    text = rf"\begin{{split}}{text}\end{{split}}" if r"\\" in text else text
    return MATHS.format(tag="div", text=rf"\[{text}\]")


def picture(figure: nodes.figure) -> str | None:
    """The picture of a figure and what its caption says; None if it has none."""
    image = next(iter(figure.findall(nodes.image)), None)
    if image is None:
        return None
    caption = next(iter(figure.findall(nodes.caption)), None)
    said = told(caption) if caption is not None else ""
    return f'<img data-uri="{escape(image["uri"])}" alt="{escape(image.get("alt", ""))}">{said}'


def found(doctree: nodes.document) -> Iterator[tuple[str, str]]:
    """Anchors of a page, and what each has to show."""
    for item in doctree.findall(nodes.definition_list_item):
        defined = "".join(told(part) for part in item.findall(nodes.definition))
        for term in item.findall(nodes.term):
            yield from ((name, defined) for name in term["ids"] if name.startswith("term-"))
    for block in doctree.findall(nodes.math_block):
        if block.get("label"):
            yield nodes.make_id(f"equation-{block['label']}"), formula(block)
    for figure in doctree.findall(nodes.figure):
        if shown := picture(figure):
            yield from ((name, shown) for name in figure["ids"])


def keep(app, doctree: nodes.document) -> None:
    """Keep what a page has to show, for the pages that link to it."""
    vars(app.env).setdefault(KEPT, {})[app.env.docname] = dict(found(doctree))


def forget(app, env, docname: str) -> None:
    """A page is read again, or is gone."""
    vars(env).setdefault(KEPT, {}).pop(docname, None)


def merge(app, env, docnames, other) -> None:
    """Take over what a parallel reader found."""
    read = getattr(other, KEPT, {})
    vars(env).setdefault(KEPT, {}).update({name: read[name] for name in docnames if name in read})


def target(page: str, path: str, suffix: str) -> str:
    """The name of the page to which a link leads, from its relative path."""
    if not path:
        return page
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), path)).removesuffix(suffix)


def hints(body: str, page: str, kept: dict[str, dict[str, str]], suffix: str) -> dict[str, str]:
    """What the links of a page have to show, by the address that each link has."""
    linked = {}
    for match in LINK.finditer(body):
        shown = kept.get(target(page, match["path"], suffix), {}).get(match["id"])
        if shown:
            linked[match["href"]] = shown
    return linked


def add_hints(app, pagename, templatename, context, doctree) -> None:
    """Put what its links lead to at the end of a page."""
    if app.builder.name != "html" or doctree is None:
        return
    suffix = app.builder.out_suffix
    linked = hints(context["body"], pagename, getattr(app.env, KEPT, {}), suffix)
    if not linked:
        return
    pictures = posixpath.relpath("_images", posixpath.dirname(pagename) or ".")

    def address(match: re.Match) -> str:
        return f'<img src="{pictures}/{app.env.images[match[1]][1]}"'

    context["body"] += "".join(
        f'<template class="hint" data-href="{href}">{PICTURE.sub(address, shown)}</template>\n'
        for href, shown in linked.items()
    )
    app.add_js_file("hints.js", loading_method="defer")


def setup(app) -> dict:
    """Register with Sphinx; a page's pictures are known when they have been collected."""
    app.connect("doctree-read", keep, priority=900)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("html-page-context", add_hints)
    return {"env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
