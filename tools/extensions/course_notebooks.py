"""Sphinx extension: offers each chapter as a notebook that runs, beside its source.

MyST-NB keeps the notebook of every chapter; jupyter-cache has its outputs. What only Sphinx reads,
roles and directives, becomes plain Markdown, so that any program for notebooks shows the text.
"""

from __future__ import annotations

import ast
import base64
import json
import re
from collections.abc import Callable
from pathlib import Path

import nbformat
from jupyter_cache import get_cache

FENCE = re.compile(r"(?P<fence>`{3,}|:{3,})\{(?P<name>[\w:-]+)\} ?(?P<argument>.*)")
OPTION = re.compile(r":[\w-]+:.*")
ROLE = re.compile(r"\{(?P<role>[\w:]+)\}`(?P<text>[^`]+)`")
NAMED = re.compile(r"(?P<text>.+?)\s*<(?P<target>[^>]+)>", re.S)
TARGET = re.compile(r"^\([\w:-]+\)=\n", re.M)
MARK = re.compile(r"- \[[^\]]+\] ?")
TITLES = {"exercise": "Exercise", "solution": "Solution", "solution-start": "Solution"}
SILENT = {"solution-end", "raw", "nb-exec-table", "toctree", "progress"}
ABOUT = (
    "*{title}*, a chapter of *{book}*, with the outputs of its last run. Its cells need the"
    " course's own environment: open this file there, with `make lab`."
)
Told = Callable[[str, str], str]  # what a role says, from its name and its text


def plain(text: str, told: Told, attach: Callable[[str], str]) -> str:
    """MyST Markdown as Markdown that every program for notebooks shows.

    Parameters
    ----------
    text : str
    told : callable
        What stands in the place of a role, by its name and its text.
    attach : callable
        Takes the path of a picture, and returns the address by which the text has it.
    """
    lines, found = TARGET.sub("", text).splitlines(), []
    while lines:
        line = lines.pop(0)
        if not (match := FENCE.fullmatch(line.strip())):
            found.append(line)
            continue
        content = []
        while lines and lines[0].strip() != match["fence"]:
            content.append(lines.pop(0))
        lines[:1] = []
        found += [*_directive(match["name"], match["argument"], content, told, attach)]
    return ROLE.sub(lambda match: told(match["role"], match["text"]), "\n".join(found))


def _directive(
    name: str, argument: str, content: list[str], told: Told, attach: Callable[[str], str]
) -> list[str]:
    options = []
    if content and content[0] == "---":
        end = content.index("---", 1)
        options, content = content[1:end], content[end + 1 :]
    while content and OPTION.fullmatch(content[0]):
        options.append(content.pop(0))
    if name in SILENT:
        return []
    if name == "math":
        return ["$$", *content, "$$"]
    if name == "figure":
        alt = next((line.split(":", 2)[-1] for line in options if ":alt:" in line), "")
        caption = plain("\n".join(content).strip(), told, attach).splitlines()
        return [f"![{alt.strip()}]({attach(argument)})", "", *caption]
    if name == "quiz":  # a word of what is said to each answer would be a word too many
        return [MARK.sub("- ", line) for line in content if not line.startswith("  ")]
    if "code" in name:
        return ["```", *content, "```"]
    title = TITLES.get(name, argument)
    inside = plain("\n".join(content), told, attach).splitlines()
    return [f"**{title.rstrip('.')}.**" if not title.endswith("?") else f"**{title}**", "", *inside]


def value(kept: dict, text: str) -> str:
    """A glued value as the page shows it: ``name`` or ``name:.2f``."""
    name, _, form = text.partition(":")
    said = kept[name]["data"]["text/plain"]
    try:
        return format(ast.literal_eval(said), form)
    except (ValueError, SyntaxError):
        return said


def author_year(entry) -> tuple[str, str]:
    """Who wrote it, by their last names, and when."""
    names = [" ".join(map(str, person.rich_last_names)) for person in entry.persons["author"]]
    who = f"{names[0]} et al." if len(names) > 2 else " and ".join(names)
    return who, entry.fields["year"]


def roles(env, page: str, kept: dict) -> Told:
    """What roles say on a page, by what Sphinx knows of all pages."""
    standard = env.domains["std"]
    cited = env.domains["cite"].bibdata.data.entries
    numbers = {
        name: ".".join(map(str, number))
        for kinds in env.toc_fignumbers.values()
        for of in kinds.values()
        for name, number in of.items()
    }

    def told(role: str, text: str) -> str:
        named = NAMED.fullmatch(text)
        if named and role in {"ref", "doc", "term", "numref"}:
            return named["text"]
        if role == "glue:text":
            return value(kept, text)
        if role == "ref":
            return standard.labels.get(text.lower(), ("", "", text))[2]
        if role == "doc":
            return env.titles[text.strip("/")].astext() if text.strip("/") in env.titles else text
        if role == "numref":
            label = standard.anonlabels.get(text.lower(), ("", text))[1]
            return f"Fig. {numbers[label]}" if label in numbers else text
        if role == "eq":
            equation = env.domains["math"].equations.get(text)
            return f"({equation[1]})" if equation else f"({text})"
        if role.startswith("cite"):
            told = [author_year(cited[key.strip()]) for key in text.split(",")]
            if role == "cite:t":
                return "; ".join(f"{who} ({year})" for who, year in told)
            return f"({'; '.join(', '.join(each) for each in told)})"
        return text

    return told


def notebook(app, page: str) -> nbformat.NotebookNode | None:
    """The chapter as a notebook with its outputs; None if this page has no cells that ran."""
    folder = Path(app.outdir).parent / "jupyter_execute"
    path = folder / f"{page}.ipynb"
    if page not in app.env.all_docs or not path.is_file():
        return None
    found = nbformat.read(path, 4)
    try:
        _, found = get_cache(app.env.mystnb_config.execution_cache_path).merge_match_into_notebook(
            found
        )
    except KeyError:
        return None
    glued = folder / f"{page}.glue.json"
    kept = json.loads(glued.read_text(encoding="utf-8")) if glued.is_file() else {}
    told, source = roles(app.env, page, kept), Path(app.env.doc2path(page)).parent
    for cell in found.cells:
        if cell.cell_type == "markdown":
            pictures: dict[str, dict[str, str]] = {}

            def attach(name: str, pictures: dict = pictures) -> str:
                path = source / name
                content = base64.b64encode(path.read_bytes()).decode()
                pictures[path.name] = {"image/svg+xml": content}
                return f"attachment:{path.name}"

            cell.source = plain(cell.source, told, attach)
            if pictures:
                cell["attachments"] = pictures
    title = app.env.titles[page].astext()
    about = nbformat.v4.new_markdown_cell(ABOUT.format(title=title, book=app.config.html_title))
    about["id"] = "about"
    found.cells.insert(0, about)
    found.metadata.pop("source_map", None)
    nbformat.validate(found)
    return found


def offer(app, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Write the notebook of a page, and have the theme's menu name it."""
    if app.builder.name == "html" and (found := notebook(app, pagename)):
        path = Path(app.outdir) / "_sources" / f"{pagename}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(nbformat.writes(found), encoding="utf-8")
        context["ipynb_source"] = f"{pagename}.ipynb"


def setup(app) -> dict:
    """Register with Sphinx, before the theme makes its buttons."""
    app.connect("html-page-context", offer, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
