import pytest
from bs4 import BeautifulSoup
from sphinx.errors import ConfigError

from tests.tools.extensions import extension, sphinx

HOME = "https://github.com/someone/course"


def page(folder, home):
    """A page of a small book."""
    written = sphinx(
        folder,
        {
            "index": "# Index\n\n```{toctree}\nbook/page\n```\n",
            "book/page": "# A page\n\n## A part\n\n### A detail\n",
        },
        extensions=["myst_parser", "course_home"],
        course_home=home,
        html_theme_options={"show_toc_level": 2},
    )
    assert written == []
    return BeautifulSoup((folder / "html/book/page.html").read_text("utf-8"), "html.parser")


def links(page):
    """Where its buttons lead."""
    return [link["href"] for link in page.select(".header-article-items__end a[href]")]


def test_with_a_home_a_page_leads_to_its_source_and_its_issues(tmp_path):
    found = links(page(tmp_path, f"{HOME}/"))
    assert f"{HOME}/edit/main/book/page.md" in found
    assert any(link.startswith(f"{HOME}/issues/new?title=") and "page" in link for link in found)


def test_other_settings_of_the_theme_stay(tmp_path):
    assert "pst-show_toc_level" in page(tmp_path, HOME).select_one(".toc-h3").parent["class"]


def test_without_one_no_page_leads_anywhere(tmp_path):
    assert not [link for link in links(page(tmp_path, "")) if "://" in link]


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
