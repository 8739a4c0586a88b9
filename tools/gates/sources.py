"""A chapter's source taken apart, with the very parser that the book is built with."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

import yaml
from IPython.core.inputtransformer2 import TransformerManager
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

from tools.remembered import remembered

ROOT = Path(__file__).resolve().parents[2]

#: The name of the page that introduces a part; it teaches nothing yet, and no rule for chapters
#: holds there.
INTRODUCTION = "introduction"

# The same as SafeLoader, in C where there is that: a tenth of the time.
FAST_YAML = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Directives whose body is not prose.
LITERAL = {"bibliography", "code", "code-block", "code-cell", "eval-rst", "image", "include"}
LITERAL |= {"literalinclude", "math", "mermaid", "raw", "toctree"}
# Directives whose argument is a path or a label; elsewhere it is a title that people read.
UNTITLED = LITERAL | {"figure", "glue:figure", "glue:math", "glossary", "solution"}
UNTITLED |= {"solution-start", "exercise-end", "solution-end"}
# What stands in the brackets of a quiz says which answer is right, or which number is typed.
MARK = re.compile(r"^- \[[^\]]+\]", re.M)


@dataclass(frozen=True)
class Cell:
    """One code cell: the line of its first statement, its code and its metadata."""

    line: int
    source: str
    metadata: dict = field(default_factory=dict)
    nested: bool = False

    @property
    def tags(self) -> list[str]:
        """The cell's tags, however they were written."""
        tags = self.metadata.get("tags") or []
        return [tag.strip() for tag in tags.split(",")] if isinstance(tags, str) else list(tags)

    @property
    def length(self) -> int:
        """Lines of code, blank ones left out."""
        return sum(bool(line.strip()) for line in self.source.splitlines())


@dataclass(frozen=True)
class Event:
    """What stands somewhere in a chapter.

    ``kind`` is ``heading``, ``directive``, ``role``, ``text`` (what a reader reads) or
    ``math``; ``name`` and ``argument`` belong to directives and roles.
    """

    kind: str
    line: int
    text: str
    name: str = ""
    argument: str = ""
    options: dict = field(default_factory=dict)
    depth: int = 0


@cache
def markdown(*, prose: bool = True) -> MarkdownIt:
    """The parser, with the extensions that ``_config.yml`` switches on.

    Without ``prose`` it leaves paragraphs as they are, which takes most of the time.
    """
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    extensions = set(config["parse"]["myst_enable_extensions"])
    parser = create_md_parser(MdParserConfig(enable_extensions=extensions), RendererHTML)
    return parser if prose else parser.disable("inline")


def split_options(body: str) -> tuple[dict, str, int]:
    """A directive's body taken apart: options, the rest, and how many lines they took."""
    lines = body.splitlines()
    if lines and lines[0].strip() == "---":
        for index, line in enumerate(lines[1:], 1):
            if line.strip() == "---":
                options = yaml.load("\n".join(lines[1:index]), FAST_YAML) or {}
                return options, "\n".join(lines[index + 1 :]), index + 1
    taken = 0
    while taken < len(lines) and re.match(r"^:[\w-]+:", lines[taken]):
        taken += 1
    options = dict(re.findall(r"^:([\w-]+):[ \t]*(.*)$", "\n".join(lines[:taken]), re.M))
    options = {k: yaml.safe_load(v) if v[:1] in "[{" else v for k, v in options.items()}
    return options, "\n".join(lines[taken:]), taken


def inline(token: Token, line: int, depth: int) -> Iterator[Event]:
    """Text, roles and mathematics of one paragraph, heading or table cell."""
    address = False
    for child in token.children or []:
        if child.type in ("softbreak", "hardbreak"):
            line += 1
        elif child.type == "link_open":  # a bare address is no prose
            address = child.markup in ("autolink", "linkify")
        elif child.type == "link_close":
            address = False
        elif child.type == "text" and not address:
            yield Event("text", line, child.content, depth=depth)
        elif child.type.startswith("math"):
            yield Event("math", line, child.content, depth=depth)
        elif child.type == "myst_role":
            yield Event("role", line, child.content, name=child.meta["name"], depth=depth)


def directive(token: Token, line: int, depth: int, prose: bool) -> Iterator[Event]:
    """A fenced block: the directive itself, then what is inside it."""
    match = re.match(r"^\{([^}]+)\}\s*(.*)$", token.info.strip())
    if not match:
        return  # a plain code block
    name, argument = match[1], match[2].strip()
    options, body, taken = split_options(token.content)
    first = line + 1 + taken
    yield Event("directive", first, body, name, argument, options, depth)
    if argument and name not in UNTITLED:
        yield from walk(argument, line, depth + 1, prose=prose)
    if caption := (options.get("mystnb") or {}).get("figure", {}).get("caption"):
        yield from walk(str(caption), line, depth + 1, prose=prose)
    if name not in LITERAL:
        body = MARK.sub("*", body) if name == "quiz" else body
        yield from walk(body, first, depth + 1, prose=prose)


def walk(text: str, first: int = 1, depth: int = 0, *, prose: bool = True) -> Iterator[Event]:
    """Everything in a chapter, in reading order; ``first`` is the number of its first line.

    Without ``prose``, only blocks: what stands within a paragraph is passed over.
    """
    tokens = markdown(prose=prose).parse(text)
    for index, token in enumerate(tokens):
        line = first + (token.map[0] if token.map else 0)
        if token.type in ("fence", "colon_fence"):
            yield from directive(token, line, depth, prose)
        elif token.type == "heading_open":
            yield Event("heading", line, tokens[index + 1].content, depth=depth)
        elif token.type == "inline":
            yield from inline(token, line, depth)
        elif token.type in ("math_block", "math_block_label", "amsmath"):
            yield Event("math", line, token.content, depth=depth)


@remembered
def code_cells(text: str) -> tuple[Cell, ...]:
    """The code cells of a chapter, in order."""
    return tuple(
        Cell(event.line, event.text, event.options, nested=event.depth > 0)
        for event in walk(text, prose=False)
        if event.kind == "directive" and event.name == "code-cell"
    )


def toc_pages(root: Path = ROOT) -> dict[str, str]:
    """Every page of the table of contents: name without suffix -> caption of its part."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    found = {toc["root"]: ""}

    def add(entries: list[dict], caption: str) -> None:
        for entry in entries:
            found[entry["file"]] = caption
            add(entry.get("sections") or [], caption)

    for part in toc.get("parts") or [toc]:
        add(part.get("chapters") or [], part.get("caption") or "")
    return found


def lessons(root: Path = ROOT) -> list[str]:
    """The chapters proper: those of the parts I, II, ..., but for their introductions."""
    return [
        page
        for page, caption in toc_pages(root).items()
        if re.match(r"[IVX]+\b", caption) and Path(page).name != INTRODUCTION
    ]


def introductions(root: Path = ROOT) -> dict[str, list[str]]:
    """The chapters of each part, by the page that introduces the part."""
    pages, chapters = toc_pages(root), lessons(root)
    return {
        page: [chapter for chapter in chapters if pages[chapter] == caption]
        for page, caption in pages.items()
        if Path(page).name == INTRODUCTION
    }


def page_files(root: Path) -> list[Path]:
    """The files that the table of contents names, in its order."""
    return [path for name in toc_pages(root) if (path := root / f"{name}.md").is_file()]


@lru_cache(maxsize=4096)
def parse(source: str) -> ast.Module:
    """The code of a cell, which may hold magic commands.

    Raises
    ------
    SyntaxError
        If it is not Python even without them.
    """
    try:
        return ast.parse(source)
    except SyntaxError:  # late: to look for magic in every cell takes longer than all the rest
        return ast.parse(TransformerManager().transform_cell(source))


def syntax_errors(root: Path) -> list[str]:
    """Cells that Python cannot even parse."""
    return [
        f"{path.relative_to(root)}:{fault}"
        for path in page_files(root)
        for fault in syntax_errors_of_page(path.read_text(encoding="utf-8"))
    ]


@remembered
def syntax_errors_of_page(text: str) -> tuple[str, ...]:
    """Line, fault and code of the cells of a page that Python cannot even parse."""
    faults = []
    for cell in code_cells(text):
        try:
            parse(cell.source)
        except SyntaxError as error:
            line = cell.line + (error.lineno or 1) - 1
            faults.append(f"{line}: {error.msg}: {(error.text or '').strip()}")
    return tuple(faults)
