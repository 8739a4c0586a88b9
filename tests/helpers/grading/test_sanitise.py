"""HTML, text and Markdown of a student's: what is harmless stays as it was, at bounded cost."""

import re

import hypothesis.strategies as st
import nh3
import pytest
from hypothesis import given
from nbconvert.filters.ansi import ansi2html

from helpers.grading import sanitise

ROW = "<tr><th>1</th>" + "<td>0.25</td>" * 12 + "</tr>\n"
STYLE = "<style scoped>\n  .dataframe tbody tr th { vertical-align: top; }\n</style>"
TABLE = f'<div>{STYLE}<table border="1" class="dataframe"><tbody>{ROW * 500}</tbody></table></div>'
SUMMARY = (
    "<pre style=\"white-space:pre;font-family:Menlo,'DejaVu Sans Mono',monospace\">"
    + '<span style="font-weight: bold">Model: "sequential"</span>\n┃ x &lt; 1 ┃\n' * 300
    + "</pre>\n"
)


@pytest.mark.parametrize(("text", "kept"), [(TABLE, "<td>0.25</td>"), (SUMMARY, "x &lt; 1 ┃")])
def test_what_pandas_and_keras_show_is_kept_whole(text, kept):
    cleaned = sanitise.html(text)
    assert cleaned.count(kept) == text.count(kept)
    assert sanitise.html(cleaned) == cleaned


@pytest.mark.parametrize(
    "text",
    [
        "<div>" * 30_000,
        "<div>" * 300 + "</div>" * 300,
        "".join(f"<p><b title={n}>" for n in range(10_000)),
        "<b " + " ".join(f"a{n}" for n in range(100_000)) + ">",
        "<b><!-- </b> -->" * 1000,
        "<b title='</b>'>" * 1000,
        "<i>x</i>" * 300 + "<svg>" * 300,
        "<" * 100_000,
        "<table>" + "<br>" * 10_000 + "</table>",
        "<table><tr>" + "<b></b>" * 10_000 + "</tr></table>",
    ],
    ids=[
        "deep",
        "closed",
        "reopened",
        "attributes",
        "comments",
        "quotes",
        "svg",
        "starts",
        "moved",
        "moved from a row",
    ],
)
def test_what_could_take_a_parser_long_is_never_given_to_one(text, monkeypatch):
    monkeypatch.setattr(sanitise, "CLEANER", None)
    assert f"{len(text):,} characters left out" in sanitise.html(text)


def test_html_that_would_grow_is_left_out():
    assert "left out" in sanitise.html("".join(f"<p><b title={n}>" for n in range(100)))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<img src='http://x/y.png' alt='a'>", '<img alt="a">'),
        ("<img src='data:image/svg+xml;base64,AAAA'>", "<img>"),
        ("<img src='data:image/png;base64,AAAA'>", '<img src="data:image/png;base64,AAAA">'),
        ("<a href='data:text/html,x'>a</a>", '<a rel="noopener noreferrer">a</a>'),
        ("<a href='/x'>a</a>", '<a rel="noopener noreferrer">a</a>'),
        ("<p id=x name=y class=z style='color: red'>a</p>", "<p>a</p>"),
        ("<td background=x>a", "a"),
        ("<style>@import 'x'</style><link href=x>a", "a"),
    ],
)
def test_nothing_is_fetched_and_nothing_named(text, left):
    assert sanitise.html(text) == left


PIECES = st.sampled_from(
    [*"<>/='\" ax", "<b>", "</b>", "<div>", "</div>", "<!--", "-->", "<td>", "<table>", "<style>"]
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_only_allowed_tags_and_attributes_are_left(text):
    left = sanitise.html(text)
    assert nh3.clean(left, tags=set(sanitise.TAGS), attributes=sanitise.ATTRIBUTES) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a\rbc\rd\nx", "d\nx"),
        ("a\r\nb\r\n", "a\nb\n"),
        ("\x1b[31mred\x1b[0m", "\x1b[31mred\x1b[0m"),
        ("\x1b[2K\x1b]0;title\x07x", "[2K]0;titlex"),
        ("\x1b[" + ";" * 99 + "m", "[" + ";" * 99 + "m"),
        ("\x1b[31mx" * 5000, "x" * 5000),
        ("a\x00\x08b", "ab"),
    ],
)
def test_text_is_what_a_terminal_leaves(text, left):
    assert sanitise.terminal(text) == left


@given(st.text(st.sampled_from("\x1b[;0m1a\r\n<&")))
def test_a_terminals_text_is_settled_and_escaped(text):
    left = sanitise.terminal(text)
    assert sanitise.terminal(left) == left and "\r" not in left
    assert not re.search("<(?!/?span)", ansi2html(left))


@given(st.text(st.sampled_from("<>[]()!:ax/ \n`")))
def test_markdown_looks_the_same_and_links_to_nothing(source):
    left = sanitise.markdown(source)
    assert left.replace(sanitise.UNSEEN, "") == source
    assert not re.search(r"<[a-zA-Z/!?]|\]\(|\]:|\]\[", left)
