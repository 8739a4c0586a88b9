"""The build on small books: faults are named and stay faults, finished cells are kept."""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from helpers.kernels import warm
from helpers.kernels.turn import one_at_a_time
from tests.helpers.kernels.kernels import eventually
from tools import build_book, execute_chapters, page_keys, render_book

ROOT = Path(__file__).resolve().parents[2]
FRONT = """---
jupytext: {text_representation: {format_name: myst}}
kernelspec: {display_name: Python 3, name: python3}
---

"""
GOOD = FRONT + "# A page\n\n```{code-cell} python\nprint(6 * 7)\n```\n"


@pytest.fixture
def book(tmp_path):
    """A book of one page with the project's own configuration."""
    for name in ("_config.yml", "book/_static", "tools/extensions"):
        source, target = ROOT / name, tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: book/page\n")
    (tmp_path / "book/references.bib").write_text("")
    (tmp_path / "book/page.md").write_text(GOOD)
    return tmp_path


def _command(book):
    return subprocess.Popen(
        [sys.executable, "-m", "tools.build_book", str(book)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_second_build_waits_for_the_first_and_says_so(book):
    with one_at_a_time(book / "_build" / "lock", pytest.fail), _command(book) as second:
        assert f"process {os.getpid()}" in second.stdout.readline()
        assert not any((book / "_build").glob("work/_build/.jupyter_cache"))
        second.terminate()
        assert "goes on from here" in second.communicate(timeout=60)[0]
    assert second.returncode == 128 + signal.SIGTERM
    assert build_book.build_book(book) == 0


def write(book, text):
    (book / "book/page.md").write_text(text)


def test_a_changed_style_sheet_is_published(book):
    sheet = book / "book/_static/style.css"
    sheet.parent.mkdir(parents=True, exist_ok=True)
    for text in ("a { color: red }", "a { color: blue }"):
        sheet.write_text(text)
        assert build_book.build_book(book) == 0
        assert (book / "_build/html/_static/style.css").read_text() == text


def test_cells_run_once_and_again_when_what_they_use_changes(book, capsys, monkeypatch):
    write(book, GOOD + "\n```{code-cell} python\nimport os\nprint(os.environ['WORD'])\n```\n")
    monkeypatch.setenv("WORD", "first")
    assert build_book.build_book(book) == 0
    assert "1 chapters executed" in capsys.readouterr().out
    assert "42" in (book / "_build/html/book/page.html").read_text()
    assert "Using cached notebook" in (book / "_build/build.log").read_text()

    monkeypatch.setenv("WORD", "second")
    page = (book / "book/page.md").read_text()
    write(book, page + "\nMore prose.\n")
    assert build_book.build_book(book) == 0
    assert "0 chapters executed" in capsys.readouterr().out
    built = (book / "_build/html/book/page.html").read_text()
    assert "More prose" in built and "second" not in built

    monkeypatch.setattr(build_book, "SETTINGS", build_book.SETTINGS | {"NEW": "1"})
    assert build_book.build_book(book) == 0
    assert "1 chapters executed" in capsys.readouterr().out
    # Its source is as old as before: what changed is in the outputs.
    assert "second" in (book / "_build/html/book/page.html").read_text()


def test_a_module_that_is_not_python_is_named_and_nothing_runs(book, capsys, monkeypatch):
    def unreadable(*arguments):
        raise page_keys.UnreadableError("Python cannot read helpers/a.py:3: x = (")

    monkeypatch.setattr(build_book, "page_keys", unreadable)
    assert build_book.build_book(book) == 1
    assert "helpers/a.py:3" in capsys.readouterr().out


def test_other_pages_follow_a_title_that_they_show(book):
    (book / "_toc.yml").write_text(
        "format: jb-book\nroot: book/page\nchapters: [{file: book/other}]\n"
    )
    (book / "book/other.md").write_text("(there)=\n# Old name\n")
    write(book, GOOD + "\nSee {ref}`there`.\n")
    assert build_book.build_book(book) == 0
    (book / "book/other.md").write_text("(there)=\n# New name\n")
    assert build_book.build_book(book) == 0
    page = (book / "_build/html/book/page.html").read_text()
    assert "New name" in page and "Old name" not in page


def test_code_is_folded_under_its_figure_and_says_so(book):
    figure = "---\ntags: [hide-input]\nmystnb: {figure: {caption: C, name: n}}\n---\n"
    drawn = figure + "import matplotlib.pyplot as plt\nplt.plot([1, 2]);"
    checks = ":tags: [hide-input]\n\nassert 1 < 2"
    cells = "".join(f"\n```{{code-cell}} python\n{cell}\n```\n" for cell in (drawn, checks))
    write(book, GOOD + cells)
    assert build_book.build_book(book) == 0
    page = BeautifulSoup((book / "_build/html/book/page.html").read_text(), "html.parser")
    drawing, checking = page.select("div.cell details")
    assert drawing.find_previous_sibling(class_="cell_output").select_one("figure img")
    assert "Show the code of this figure" in drawing.select_one("summary").text
    assert "Show the checks" in checking.select_one("summary").text
    assert not page.select("summary[aria-label]")


def test_the_server_that_is_started_early_is_the_one_that_chapters_use(book):
    with warm.private_servers() as folder:
        assert build_book.build_book(book) == 0
        assert len([*folder.glob("*.sock")]) == 1


def test_a_failing_cell_is_named_and_fails_again(book, capsys):
    write(book, GOOD + "\n```{code-cell} python\nx = 1\nx / 0\n```\n")
    for _ in range(2):
        assert build_book.build_book(book) == 1
        said = capsys.readouterr().out
        assert "CELL FAILED  book/page.md:13" in said and "ZeroDivisionError" in said
    assert not (book / "_build/complete").exists()


def test_a_build_that_fails_leaves_the_last_good_book(book):
    assert build_book.build_book(book) == 0
    write(book, GOOD + "\n```{code-cell} python\n1 / 0\n```\n")
    assert build_book.build_book(book) == 1
    write(book, GOOD + "\nSee {ref}`nowhere`.\n")
    assert build_book.build_book(book) == 1
    page = (book / "_build/html/book/page.html").read_text()
    assert "42" in page and "nowhere" not in page


def test_warnings_and_stderr_fail_the_build(book, capsys):
    noise = "```{code-cell} python\nimport sys\nprint('oh', file=sys.stderr)\n```\n"
    write(book, GOOD + "\nSee {ref}`nowhere`.\n\n" + noise)
    assert build_book.build_book(book) == 1
    said = capsys.readouterr().out
    assert "nowhere" in said and "stderr on the page: 'oh'" in said


def test_what_changes_while_sphinx_waits_is_not_missed(book):
    assert build_book.build_book(book) == 0
    citing = GOOD + "\n{cite:t}`one`\n\n```{bibliography}\n```\n"
    entry = "@article{one, author={Doe, Jane}, title={T}, journal={J}, year={2020}}"

    def save():
        config = (book / "_config.yml").read_text()
        (book / "_config.yml").write_text(config.replace("Networks That Remember", "New Name"))
        write(book, citing)
        (book / "book/references.bib").write_text(entry)

    assert build_book.build_book(book, begin=save) == 0
    page = BeautifulSoup((book / "_build/html/book/page.html").read_text(), "html.parser")
    assert "New Name" in page.title.text and "Doe [2020]" in page.article.text

    def save_again():
        (book / "book/references.bib").write_text(entry.replace("2020", "1999"))

    assert build_book.build_book(book, begin=save_again) == 0
    page = BeautifulSoup((book / "_build/html/book/page.html").read_text(), "html.parser")
    assert "Doe [1999]" in page.article.text and "2020" not in page.article.text


def test_a_build_that_never_comes_to_rendering_leaves_the_last_log_alone(book):
    write(book, GOOD + "\nSee {ref}`nowhere`.\n")
    assert build_book.build_book(book) == 1
    log = (book / "_build/build.log").read_text()
    write(book, GOOD + "\n```{code-cell} python\nx = (1\n```\n")
    assert build_book.build_book(book) == 1
    assert (book / "_build/build.log").read_text() == log
    assert len([*(book / "_build").glob("build.log*")]) == 1


def test_a_fault_in_the_settings_is_told(book, capsys):
    config = (book / "_config.yml").read_text()
    (book / "_config.yml").write_text(config.replace('course_home: ""', 'course_home: "nowhere"'))
    assert build_book.build_book(book) == 1
    assert "course_home in _config.yml is 'nowhere'" in capsys.readouterr().out


def test_sphinx_ends_with_whoever_it_waits_for(book):
    build_book.build_book(book)
    source = f"""
import os, pathlib, signal
from tools import build_book
book = pathlib.Path({str(book)!r})
build_book.build_book(book, begin=lambda: os.kill(os.getpid(), signal.SIGKILL))
"""
    assert subprocess.run([sys.executable, "-c", source], cwd=ROOT).returncode == -signal.SIGKILL
    logs = book / "_build"
    assert eventually(lambda: [path.name for path in logs.glob("build.log*")] == ["build.log"], 60)


def test_a_file_that_stays_the_same_is_not_copied_again(tmp_path):
    rendered, html = tmp_path / "rendered", tmp_path / "html"
    rendered.mkdir()
    for name in ("same", "other"):
        (rendered / name).write_text("old")
    render_book.publish(rendered, html)
    before = {path.name: path.stat().st_ino for path in html.iterdir()}
    (rendered / "other").write_text("newer")
    (rendered / "more").write_text("new")
    render_book.publish(rendered, html)
    told = {path.name: path.read_text() for path in html.iterdir()}
    assert told == {"same": "old", "other": "newer", "more": "new"}
    assert (html / "same").stat().st_ino == before["same"]
    (rendered / "same").write_text("what is rendered never reaches a reader unpublished")
    assert (html / "same").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["html", "rendered"]


def test_a_syntax_error_is_found_before_anything_runs(book, capsys, monkeypatch):
    monkeypatch.setattr(execute_chapters, "execute", lambda *a: pytest.fail("executed"))
    write(book, GOOD + "\n```{code-cell} python\n%matplotlib inline\nx = (1\n```\n")
    assert build_book.build_book(book) == 1
    assert "book/page.md:14: '(' was never closed" in capsys.readouterr().out


def test_real_data_has_its_own_output(book, monkeypatch):
    monkeypatch.setenv("RNN_DATA", "real")
    assert build_book.build_book(book) == 0
    assert (book / "_build/real/html/book/page.html").is_file()
    assert not (book / "_build/html").exists() and not (book / "_build/work").exists()


def test_real_data_are_fetched_before_anything_runs(book, monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("RNN_DATA", "real")
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path / "none"))
    monkeypatch.setattr(build_book, "build_book", lambda *a, **k: pytest.fail("built"))
    monkeypatch.setattr(build_book.sys, "argv", ["build_book", str(book)])
    assert build_book.main() == 1
    assert "none is not a folder" in capsys.readouterr().out


def test_a_fault_costs_the_next_build_no_more_than_what_is_new(book):
    (book / "_toc.yml").write_text(
        "format: jb-book\nroot: book/page\nchapters: [{file: book/other}]\n"
    )
    (book / "book/other.md").write_text("# Another page\n")
    assert build_book.build_book(book) == 0
    write(book, GOOD + "\nSee {ref}`nowhere`.\n")
    for _ in range(2):  # a fault is not forgotten, either
        assert build_book.build_book(book) == 1
    write(book, GOOD + "\nMended.\n")
    assert build_book.build_book(book) == 0
    assert "reading sources" in (log := (book / "_build/build.log").read_text())
    assert "book/other" not in log
    assert "Mended" in (book / "_build/html/book/page.html").read_text()
    assert "Another page" in (book / "_build/html/book/other.html").read_text()


def test_no_page_is_dated_to_the_epoch(book):
    assert build_book.build_book(book) == 0
    page = (book / "_build/html/book/page.html").read_text()
    assert "1970" not in page and "© Copyright since 2" in page


def test_known_accessibility_faults_are_mended():
    path = ROOT / "tools/extensions/course_html.py"
    spec = importlib.util.spec_from_file_location("course_html", path)
    course_html = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(course_html)
    html = '<div class="citation" id="id2" role="doc-biblioentry"><th></th>'
    assert course_html.mend(html) == '<div class="citation" id="id2" role="listitem"><td></td>'
    assert course_html.mend('<th class="head"><p></p></th>') == '<td class="head"></td>'
    assert course_html.mend("<th>a</th>") == "<th>a</th>"
    reached = '<figure class="align-default diagram" tabindex="0" id="fig-a">'
    assert course_html.mend(reached.replace(' tabindex="0"', "")) == reached
    assert course_html.mend(reached) == reached
    assert course_html.mend('<script defer src="../scripts/fontawesome.js?d=1"></script>') == ""
    script = (
        '<script>window.MathJax = {"a": {}}</script><script src="mathjax/tex-chtml.js"></script>'
    )
    assert course_html.mend(script) == ""
    assert "mathjax/startup.js" in course_html.mend(script + '<span class="math x">')
    assert course_html.mend("<td><p>\N{WHITE HEAVY CHECK MARK}</p></td>") == "<td><p>done</p></td>"
