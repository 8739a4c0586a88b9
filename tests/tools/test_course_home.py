import sys

import pytest
from bs4 import BeautifulSoup
from sphinx.application import Sphinx
from sphinx.errors import ConfigError

from tests.tools.extensions import FOLDER, extension

HOME = "https://github.com/someone/course"


def links(folder, monkeypatch, home):
    """Where the buttons of a page lead, in a book of one page."""
    monkeypatch.setattr(sys, "path", [str(FOLDER), *sys.path])
    source = folder / "source"
    (source / "book").mkdir(parents=True)
    (source / "index.md").write_text("# Index\n\n```{toctree}\nbook/page\n```\n")
    (source / "book" / "page.md").write_text("# A page\n")
    settings = {
        "extensions": ["myst_parser", "course_home"],
        "html_theme": "sphinx_book_theme",
        "course_home": home,
        "html_theme_options": {"show_toc_level": 2},
    }
    app = Sphinx(
        source, None, folder / "out", folder / "tree", "html", settings, status=None, warning=None
    )
    app.build()
    page = BeautifulSoup((folder / "out/book/page.html").read_text("utf-8"), "html.parser")
    assert app.config.html_theme_options["show_toc_level"] == 2
    return [link["href"] for link in page.select(".header-article-items__end a[href]")]


def test_with_a_home_a_page_leads_to_its_source_and_its_issues(tmp_path, monkeypatch):
    found = links(tmp_path, monkeypatch, f"{HOME}/")
    assert f"{HOME}/edit/main/book/page.md" in found
    assert any(link.startswith(f"{HOME}/issues/new?title=") and "page" in link for link in found)


def test_without_one_no_page_leads_anywhere(tmp_path, monkeypatch):
    assert not [link for link in links(tmp_path, monkeypatch, "") if "://" in link]


def test_the_book_has_no_home_yet(html):
    page = (html / "book/index.html").read_text("utf-8")
    assert "source-edit-button" not in page and "issues/new" not in page


@pytest.mark.parametrize(
    "home", ["http://github.com/a/b", "https://github.com/a", "https://example.org/a/b", "a/b"]
)
def test_an_address_that_is_no_repository_is_named(home):
    with pytest.raises(ConfigError, match="expected the address of a repository") as error:
        extension("course_home").options(home)
    assert repr(home) in str(error.value)
