"""Other people's tools, unchanged, on warm kernels."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert.preprocessors import ExecutePreprocessor

SOURCE = "import os; print('forkserver.py' in open(f'/proc/{os.getppid()}/cmdline').read())"


@pytest.fixture
def notebook(tmp_path) -> Path:
    """A notebook that tells whether its kernel is warm."""
    cell = nbformat.v4.new_code_cell(SOURCE)
    kernel = {"name": "python3", "display_name": "Python 3"}
    book = nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel})
    path = tmp_path / "page.ipynb"
    nbformat.write(book, path)
    return path


def _is_warm(book: nbformat.NotebookNode) -> bool:
    return book.cells[0].outputs[0].text == "True\n"


def _run(*command: str, cwd: Path, **environment: str) -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name(command[0])), *command[1:]],
        cwd=cwd,
        env={**os.environ, **environment},
        input="y\n",  # jcache asks before it makes a folder
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_nbclient(notebook):
    book = nbformat.read(notebook, as_version=4)
    NotebookClient(book).execute()
    assert _is_warm(book)


def test_the_preprocessor_that_nbgrader_executes_with(notebook):
    book = nbformat.read(notebook, as_version=4)
    ExecutePreprocessor().preprocess(book, {"metadata": {"path": str(notebook.parent)}})
    assert _is_warm(book)


def test_nbconvert_from_the_command_line(notebook):
    command = "jupyter-nbconvert --execute --to notebook --inplace page.ipynb"
    _run(*command.split(), cwd=notebook.parent)
    assert _is_warm(nbformat.read(notebook, as_version=4))


@pytest.mark.parametrize("executor", ["local-serial", "local-parallel"])
def test_jcache(notebook, executor):
    folder = {"JUPYTERCACHE": str(notebook.parent / "cache")}
    for command in ("notebook add page.ipynb", f"project execute --executor {executor}"):
        _run("jcache", *command.split(), cwd=notebook.parent, **folder)
    [executed] = notebook.parent.glob("cache/executed/*/base.ipynb")
    assert _is_warm(nbformat.read(executed, as_version=4))
