"""The key of a page changes with all that its outputs depend on, and with nothing else."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = {
    "_config.yml": "parse: {myst_enable_extensions: []}\n",
    "_toc.yml": "format: jb-book\nroot: book/page\n",
    "requirements.txt": "numpy==2\n",
    "helpers/__init__.py": "",
    "helpers/low.py": "import math\n",
    "helpers/drawn.py": "from . import low\n",
    "helpers/results.py": "def load(name):\n    return open(f'results/{name}.json')\n",
    "helpers/families/__init__.py": "from helpers.families.simple import build\n",
    "helpers/families/simple.py": "def build(): ...\n",
    "helpers/families/other.py": "",
    "helpers/late.py": "def f():\n    from helpers import low\n",
    "helpers/reads.py": "from helpers import results\n\nKEPT = results.load('gaps')\n",
    "helpers/lazy.py": "import importlib\n\nimportlib.import_module('helpers.' + 'low')\n",
    "helpers/alone.py": "",
    "results/gaps.json": "1",
    "results/race.json": "1",
    "exercises/vanishing/history.json": "1",
    "exercises/vanishing/model_weights.weights.h5": "1",
    "exercises/vanishing/vanishing.ipynb": "{}",
}
ASK = """
import json, sys
from pathlib import Path
from tools.page_keys import ROOT, UnreadableError, page_keys
try:
    print(json.dumps({str(path.name): key for path, key in page_keys(
        sorted(ROOT.glob("book/*.md")), json.loads(sys.argv[1])).items()}))
except UnreadableError as error:
    print(json.dumps(str(error)))
"""


class Project:
    """A small project with the tools of this one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT / "tools", folder / "tools")
        for name, text in FILES.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def page(self, *cells: str, name: str = "page", prose: str = "") -> None:
        fenced = "".join(f"```{{code-cell}} python\n{cell}\n```\n\n" for cell in cells)
        front = "---\nkernelspec: {name: python3}\n---\n\n# A page\n\n"
        self.write(f"book/{name}.md", front + fenced + prose)

    def ask(self, **settings: str):
        """Every page's key, in a process of its own, as a build is."""
        command = [sys.executable, "-c", ASK, json.dumps(settings)]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def changes(self, *names: str) -> dict[str, set[str]]:
        """The pages whose key is another one when a file is; each file as before afterwards."""
        before, found = self.ask(), {}
        for name in names:
            path = self.folder / name
            old = path.read_bytes()
            path.write_bytes(old + b"\n")
            now = self.ask()
            found[name] = {page for page in now if now[page] != before[page]}
            path.write_bytes(old)
        return found


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


# What a cell says, and which of these files change its key.
WATCHED = ["helpers/low.py", "helpers/families/simple.py", "helpers/families/other.py"]
WATCHED += ["results/gaps.json", "results/race.json", "exercises/vanishing/history.json"]
CASES = {
    "import helpers.low": {0},
    "from helpers import low": {0},
    "from helpers.drawn import x": {0},
    "def f():\n    from helpers import late\n": {0},
    "from helpers.families import build": {1},
    "import helpers.families.other as other": {1, 2},
    "from helpers.families import *": {1, 2},
    "from helpers import alone": set(),
    "from helpers import lazy": {0, 1, 2, 3, 4, 5},
    "!python -m helpers.low": {0, 1, 2, 3, 4, 5},
    "from helpers import low\n!ls": {0, 1, 2, 3, 4, 5},
    "import numpy as np, json": set(),
    "from helpers import results\nresults.load('gaps')": {3},
    "from helpers import results as r\nr.load('race')['outcome']": {4},
    "from helpers.results import load\nload(name='gaps')": {3},
    "import helpers.results\nhelpers.results.load('gaps')": {3},
    "from helpers import results\nresults.load(name)": {3, 4},
    "from helpers import results\nresults.load(f'{a}')": {3, 4},
    "from helpers import results\nmap(results.load, names)": {3, 4},
    "from helpers.results import load as get\nget(x or 'gaps')": {3, 4},
    "from helpers import reads": {3},
    "open('../results/race.json')": {4},
    "folder / 'vanishing' / 'history.json'": {5},
    "folder.glob('results/*.json')": {3, 4},
    "print('a * b', 2 ** 3, '*')": set(),
    "%timeit f()": set(),
}


def test_a_page_depends_on_what_its_code_uses(project):
    names = {f"page{number}": cell for number, cell in enumerate(CASES)}
    for name, cell in names.items():
        project.page(cell, name=name)
    found = project.changes(*WATCHED)
    told = {
        cell: {n for n, watched in enumerate(WATCHED) if f"{name}.md" in found[watched]}
        for name, cell in names.items()
    }
    assert told == CASES


def test_every_page_depends_on_the_lock_the_runner_and_the_settings(project):
    project.page("x = 1")
    common = ["requirements.txt", "tools/execute_chapters.py"]
    other = ["tools/render_book.py", "exercises/vanishing/vanishing.ipynb"]
    found = project.changes(*common, *other)
    assert found == dict.fromkeys(common, {"page.md"}) | dict.fromkeys(other, set())
    assert project.ask() != project.ask(THREADS="2")


def test_a_page_depends_on_its_code_and_not_on_its_looks(project):
    def key(*cells, **options):
        project.page(*cells, **options)
        return project.ask()["page.md"]

    before = key("x = 1")
    assert key("x = 1", prose="A sentence with `results.load(name)`.\n") == before
    assert key(":tags: [hide-input]\n\nx = 1") == before
    assert key("---\nmystnb: {figure: {caption: C, name: n}}\n---\nx = 1") == before
    assert key("x = 2") != before
    assert key("x = 1", "x = 1") != before
    assert key(":tags: [skip-execution]\n\nx = 1") != before


def test_a_module_that_is_gone_or_new_counts(project):
    project.page("from helpers import drawn\nfrom helpers import coming")
    seen = [project.ask()]
    (project.folder / "helpers/low.py").unlink()
    seen.append(project.ask())
    project.write("helpers/coming.py", "")
    seen.append(project.ask())
    (project.folder / "helpers/drawn.py").unlink()
    seen.append(project.ask())
    assert len({keys["page.md"] for keys in seen}) == 4


@pytest.mark.parametrize("text", ["x = (\n", "\nbegin = \n", "def f(:\n"])
def test_a_module_that_is_not_python_is_named(project, text):
    project.page("from helpers import low")
    project.write("helpers/alone.py", "import math\n" + text)
    assert "Python cannot read helpers/alone.py:" in project.ask()


def test_a_cell_that_is_not_python_hides_no_other(project):
    project.page("x = (", "from helpers import low")
    assert project.changes("helpers/low.py") == {"helpers/low.py": {"page.md"}}
