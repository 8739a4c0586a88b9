"""The drawings that are committed are those that the code draws, and the book shows each."""

import re
import xml.etree.ElementTree as ET

import pytest

from tools.diagrams.canvas import SMALLEST
from tools.diagrams.gallery import FOLDER, drawings, names
from tools.gates.sources import ROOT, toc_pages, walk

HEAVIEST = 30_000
COMMITTED = sorted(path.stem for path in FOLDER.glob("*"))


@pytest.fixture(scope="module")
def drawn():
    return drawings()


def test_a_drawing_is_drawn_the_same_twice(drawn):
    assert drawings() == drawn


def test_what_is_committed_is_what_the_code_draws(drawn):
    assert names() == COMMITTED
    stale = [name for name in names() if (FOLDER / f"{name}.svg").read_text("utf-8") != drawn[name]]
    assert not stale, "draw them again: make diagrams"


@pytest.mark.parametrize("name", names())
def test_a_drawing_is_light_and_legible(drawn, name):
    assert len(drawn[name]) < HEAVIEST
    tree = ET.fromstring(drawn[name])
    sizes = [float(tag.get("font-size")) for tag in tree.iter() if tag.get("font-size")]
    assert min(sizes, default=SMALLEST) >= SMALLEST
    # No wider than the text of a page on a laptop.
    assert float(tree.get("width")) <= 688


def test_every_drawing_stands_on_a_page_and_the_text_refers_to_it():
    shown = {}
    for page in toc_pages():
        text = (ROOT / f"{page}.md").read_text(encoding="utf-8")
        for event in walk(text):
            if event.name == "figure" and "diagrams/" in event.argument:
                name = re.search(r"diagrams/(\w+)\.svg$", event.argument)[1]
                shown[name] = event.options["name"]
                assert event.options["figclass"] == "diagram", name
                assert f"{{numref}}`{event.options['name']}`" in text, name
    assert sorted(shown) == names()
