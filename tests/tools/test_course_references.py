"""References are formatted once, and again as soon as anything of them is another."""

import pytest
from pybtex.database import parse_string
from pybtex.style.formatting import BaseStyle
from pybtex.style.formatting.plain import Style

from tests.tools.extensions import extension

ENTRY = "@article{one, author={Doe, Jane}, title={A title}, journal={J}, year={2020}}"


class App:
    """As much of Sphinx as the extension talks to: one environment, which is kept."""

    class env:  # noqa: N801 (as Sphinx calls it)
        pass


@pytest.fixture
def formatted(monkeypatch):
    """One build of one entry: its text, and whether it was made in this build."""
    references, made, app = extension("course_references"), [], App()
    original = BaseStyle.format_entry

    def counted(self, label, entry, bib_data=None):
        made.append(entry.key)
        return original(self, label, entry, bib_data)

    monkeypatch.setattr(BaseStyle, "format_entry", counted)
    monkeypatch.setattr(references, "format_entry", counted)

    def build(bibliography, label="1"):
        made.clear()
        references.remember(app)
        entry = parse_string(bibliography, "bibtex").entries["one"]
        text = Style().format_entry(label, entry).text
        return str(text), bool(made)

    return build


def test_an_entry_is_formatted_once(formatted):
    text, made = formatted(ENTRY)
    assert "Jane Doe" in text and "2020" in text and made
    assert formatted(ENTRY) == formatted(ENTRY) == (text, False)


@pytest.mark.parametrize(
    ("old", "new"),
    [("2020", "2021"), ("Jane", "John"), ("A title", "Another"), ("article", "misc")],
)
def test_a_changed_entry_is_formatted_again(formatted, old, new):
    before, _ = formatted(ENTRY)
    after, made = formatted(ENTRY.replace(old, new))
    assert made and after != before


def test_another_label_is_another_entry(formatted):
    formatted(ENTRY)
    assert formatted(ENTRY, label="2")[1] and not formatted(ENTRY, label="2")[1]
