"""The rules for built pages, applied to the whole book."""

import datetime
import re
import tomllib
from pathlib import Path

import pytest

from tools.gates import pages, sources

NAMES = list(sources.toc_pages())
HEADINGS = "h1, h2, h3"
LINKS = sources.ROOT / "tests/book/external_links.toml"


def test_every_page_of_the_table_of_contents_was_built(html):
    assert [name for name in NAMES if not (html / f"{name}.html").is_file()] == []


def test_page_titles_are_distinct(html):
    titles = [pages.soup(html / f"{name}.html").title.text for name in NAMES]
    assert len(set(titles)) == len(titles)
    assert all("Networks That Remember" in title for title in titles)


@pytest.mark.parametrize("name", NAMES)
def test_no_error_and_no_stderr_reaches_a_reader(html, name):
    assert not pages.outputs(html / f"{name}.html")


@pytest.mark.parametrize("name", NAMES)
def test_every_image_is_described_and_every_figure_captioned(html, name):
    assert not pages.images(html / f"{name}.html")


@pytest.mark.parametrize("name", [*NAMES, "index", "genindex", "search"])
def test_every_link_leads_somewhere(html, name):
    faults = pages.internal_links(html / f"{name}.html", html)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("name", NAMES)
def test_page_weight(html, name):
    weight = pages.weight(html / f"{name}.html")
    assert weight <= pages.HEAVIEST, f"{name} weighs {weight / 1e6:.2f} MB"


def test_every_cell_of_every_chapter_was_executed(html):
    for name in sources.lessons():
        text = (sources.ROOT / f"{name}.md").read_text(encoding="utf-8")
        written = len(sources.code_cells(text))
        built = len(pages.article(html / f"{name}.html").select("div.cell"))
        assert built == written > 0, f"{name}: {written} cells in the source, {built} in the page"
    assert not list((html / "reports").rglob("*.err.log"))


def test_every_topic_of_the_coverage_map_has_its_section_on_the_page(html):
    plan = tomllib.loads((sources.ROOT / "tests/book/coverage.toml").read_text(encoding="utf-8"))
    for name in (name for name in NAMES if Path(name).name in plan):
        titles = {words(tag.text) for tag in pages.article(html / f"{name}.html").select(HEADINGS)}
        items = plan[Path(name).name]
        missing = {key for key, item in items.items() if words(item["heading"]) not in titles}
        assert not missing, f"{name}: {missing}"


def words(heading):
    """Its letters and digits: quotation marks and mathematics are set otherwise on a page."""
    return "".join(re.findall(r"[A-Za-z0-9]+", heading))


def test_external_links_are_known(html):
    known = tomllib.loads(LINKS.read_text(encoding="utf-8"))["links"]
    found = set().union(*(pages.external_links(html / f"{name}.html") for name in NAMES))
    unknown = [f'"{url}" = "unchecked"' for url in sorted(found - known.keys())]
    assert not unknown, "open each, then add it to external_links.toml:\n" + "\n".join(unknown)
    unused = sorted(known.keys() - found)
    assert not unused, "no page links to these any more:\n" + "\n".join(unused)


def test_dates_of_external_links_are_dates():
    for url, seen in tomllib.loads(LINKS.read_text(encoding="utf-8"))["links"].items():
        assert seen == "unchecked" or isinstance(seen, datetime.date), url
        assert url.startswith("https://"), f"{url}: not over TLS"
