"""The rules for sources, applied to every chapter of the table of contents."""

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
RULES += [clocks, folds]


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
    faults = chapters.coverage(plan, {Path(page).name: read(page) for page in sources.lessons()})
    assert not faults, "\n".join(faults)


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
