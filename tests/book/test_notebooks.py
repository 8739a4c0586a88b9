"""Every chapter is offered as a notebook: the cells that ran, with outputs and plain text."""

import re

import nbformat
import pytest

from tools.gates.pages import soup
from tools.gates.sources import ROOT, code_cells, toc_pages

MYST = re.compile(r"\{[\w:-]+\}`|^[`:]{3,}\{", re.MULTILINE)
CHAPTERS = [
    name for name in toc_pages() if code_cells((ROOT / f"{name}.md").read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_is_a_notebook_that_any_program_can_show(html, name):
    path = html / "_sources" / f"{name}.ipynb"
    page = html / f"{name}.html"
    links = [link["href"] for link in soup(page).select("a[href$='.ipynb']")]
    assert len(links) == 1 and page.parent.joinpath(links[0]).resolve() == path.resolve()
    notebook = nbformat.read(path, 4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    source = (ROOT / f"{name}.md").read_text(encoding="utf-8")
    # The build ran these very cells, in a kernel of their own.
    assert [cell.source.strip() for cell in code] == [
        cell.source.strip() for cell in code_cells(source)
    ]
    assert any(cell.outputs for cell in code)
    assert not MYST.findall(text)
    for picture in re.findall(r"\(attachment:([^)]+)\)", text):
        assert any(picture in cell.get("attachments", {}) for cell in notebook.cells)
    assert "Networks That Remember" in notebook.cells[0].source
