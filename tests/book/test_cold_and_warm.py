"""Chapters say the same on cold kernels as on the warm ones that the book was built with.

Two of them, drawn anew for each run: what makes kernels differ would show on any page.
"""

import json
import os
import random
import re

import numpy as np
import pytest
from jupyter_cache import get_cache
from myst_nb.core.read import myst_nb_reader_plugin
from nbclient import NotebookClient

from tests.helpers.kernels import kernels
from tools import build_book
from tools.gates.sources import code_cells, page_files

RUN = [path for path in page_files(build_book.ROOT) if code_cells(path.read_text("utf-8"))]
SEED = os.environ["CORPORA_SEED"]  # see tests/conftest.py
PAGES = random.Random(SEED).sample(sorted(path.stem for path in RUN), 2)
NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
# Paths of an SVG, which lose points that lie on a line, and names that are made from them.
DRAWN = re.compile(r' d=\\"[^"]*"|(?:#|id=\\")[a-z][0-9a-f]{10}')


def outputs(notebook) -> list[tuple[str, list[float]]]:
    """What each code cell shows: all its words, and all its numbers; not cells that time things.

    Numbers may differ in their last digits between any two runs: how NumPy rounds a sum depends
    on where in memory the array lies.
    """
    told = []
    for cell in notebook.cells:
        if cell.cell_type == "code" and "timing" not in cell.metadata.get("tags", []):
            shown = [{**output, "execution_count": None} for output in cell.outputs]
            text = DRAWN.sub("", json.dumps(shown, sort_keys=True, indent=0))
            told.append((NUMBER.sub("0", text), [float(number) for number in NUMBER.findall(text)]))
    return told


@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_the_same_on_a_cold_kernel(html, root, page, tmp_path, monkeypatch):
    [path] = [path for path in page_files(root) if path.stem == page]
    notebook = myst_nb_reader_plugin(str(path))
    cache = get_cache(str(html.parent / "work" / "_build" / ".jupyter_cache"))
    warm = cache.get_cache_bundle(cache.match_cache_notebook(notebook).pk).nb
    monkeypatch.setenv("JUPYTER_PATH", str(kernels.cold_spec(tmp_path)))
    NotebookClient(
        notebook,
        kernel_name=kernels.COLD,
        timeout=3000,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    ).execute(env=build_book.kernel_environment(html.parent))
    for one, other in zip(outputs(warm), outputs(notebook), strict=True):
        assert one[0] == other[0]
        np.testing.assert_allclose(one[1], other[1], rtol=0.02, atol=0.002)
