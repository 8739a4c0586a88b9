"""The chapters say the same on cold kernels as on the warm ones that the book was built with."""

import difflib
import json

import pytest
from jupyter_cache import get_cache
from myst_nb.core.read import myst_nb_reader_plugin
from nbclient import NotebookClient

from tests.helpers.grading import kernels
from tools import build_book

PAGES = [path.stem for path in build_book.pages(build_book.ROOT)]


def outputs(notebook) -> list[str]:
    """What each code cell shows, byte by byte."""
    told = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            shown = [{**output, "execution_count": None} for output in cell.outputs]
            told.append(json.dumps(shown, sort_keys=True, indent=0))
    return told


@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_the_same_on_a_cold_kernel(html, root, page, tmp_path, monkeypatch):
    [path] = [path for path in build_book.pages(root) if path.stem == page]
    notebook = myst_nb_reader_plugin(str(path))
    cache = get_cache(str(html.parent / "work" / "_build" / ".jupyter_cache"))
    try:
        record = cache.match_cache_notebook(notebook)
    except KeyError:
        pytest.skip("no cells")
    warm = cache.get_cache_bundle(record.pk).nb
    monkeypatch.setenv("JUPYTER_PATH", str(kernels.cold_spec(tmp_path)))
    NotebookClient(
        notebook,
        kernel_name=kernels.COLD,
        timeout=300,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    ).execute(env=build_book.kernel_environment(html.parent))
    both = zip(outputs(warm), outputs(notebook), strict=True)
    differing = [(one, other) for one, other in both if one != other]
    for one, other in differing:
        print(*difflib.unified_diff(one.splitlines(), other.splitlines(), lineterm=""), sep="\n")
    assert not differing
