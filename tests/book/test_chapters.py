"""The rules for sources, applied to every chapter of the table of contents."""

import os
import re
import tomllib
from pathlib import Path

import pytest
from pybtex.database import parse_file

from tools.gates import chapters, sources
from tools.gates.clocks import clocks
from tools.gates.folds import folds

ROOT = sources.ROOT
RULES = [chapters.numbers_in_prose, chapters.cells, chapters.figures, chapters.structure]
RULES += [chapters.quizzes, clocks, folds]


def read(page: str) -> str:
    return (ROOT / f"{page}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("page", sources.lessons())
def test_chapter(page, rule):
    faults = rule(read(page))
    assert not faults, "\n".join([f"{page}.md", *faults])


@pytest.mark.parametrize("page", sorted(sources.toc_pages().keys() - set(sources.lessons())))
def test_other_pages_keep_the_rules_for_cells_and_figures(page):
    text = read(page)
    assert not chapters.cells(text) + chapters.figures(text) + clocks(text) + folds(text)


def test_coverage_map_is_complete():
    plan = tomllib.loads((ROOT / "tests/book/coverage.toml").read_text(encoding="utf-8"))
    pages = {Path(page).name: page for page in sources.toc_pages()}
    teaching = {*plan.keys() & pages.keys()} | {Path(page).name for page in sources.lessons()}
    faults = chapters.coverage(plan, {name: read(pages[name]) for name in teaching})
    assert not faults, "\n".join(faults)


def test_every_part_is_introduced_by_its_first_page_which_names_its_chapters_in_order():
    first = {caption: page for page, caption in reversed(sources.toc_pages().items())}
    parts = [first[sources.toc_pages()[page]] for page in sources.lessons()]
    assert list(dict.fromkeys(parts)) == list(sources.introductions())
    order = [*sources.lessons()]
    for page, chapters_of_it in sources.introductions().items():
        rows = re.findall(r"^\| \{doc\}`([^`]+)` \|[^|]+\|([^|]*)\|$", read(page), re.M)
        folder = Path(page).parent
        assert [str(folder / name) for name, _ in rows] == chapters_of_it
        for name, builds_on in rows:
            needed = re.findall(r"\{doc\}`([^`]+)`", builds_on)
            paths = [os.path.normpath(folder / other) for other in needed]
            assert all(order.index(p) < order.index(str(folder / name)) for p in paths), name


def test_every_citation_has_an_entry_and_every_entry_is_cited():
    entries = set(parse_file(ROOT / "book/references.bib").entries)
    cited = set().union(*(chapters.citations(read(page)) for page in sources.toc_pages()))
    assert cited - entries == set(), "cited, but not in references.bib"
    assert entries - cited == set(), "in references.bib, but never cited"


def test_every_file_of_the_book_is_in_the_table_of_contents():
    files = {str(p.relative_to(ROOT).with_suffix("")) for p in (ROOT / "book").rglob("*.md")}
    assert files == set(sources.toc_pages())


def test_every_import_of_a_helper_is_explicit():
    for page in sources.toc_pages():
        for cell in sources.code_cells(read(page)):
            assert not re.search(r"^\s*from helpers\S* import \*", cell.source, re.M), page
