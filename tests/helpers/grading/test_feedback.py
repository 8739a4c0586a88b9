import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from helpers.grading.feedback import (
    COLOURED,
    INSTEAD,
    WRITTEN,
    FeedbackExporter,
    HideTests,
    HideTracebacks,
    SanitiseOutputs,
)


def failed(grade):
    error = new_output(
        "error", ename="AssertionError", evalue="too small", traceback=["secret", "x"]
    )
    return new_code_cell("assert secret", metadata={"nbgrader": {"grade": grade}}, outputs=[error])


def test_only_test_cells_lose_their_traceback():
    notebook = new_notebook(cells=[failed(True), failed(False), new_code_cell("1 + 1")])
    result, _ = HideTracebacks()(notebook, {})
    assert result.cells[0].outputs[0].traceback == ["AssertionError: too small"]
    assert result.cells[1].outputs[0].traceback == ["secret", "x"]


EVIL = "<script>owned()</script><img src=x onerror=owned()><a href='javascript:owned()'>a</a>"


@pytest.mark.parametrize(
    ("kind", "value", "left"),
    [
        ("text/plain", "a < b", "a < b"),
        ("text/html", f"<table><tr><td>1</td></tr></table>{EVIL}", "<td>1</td>"),
        ("image/png", "iVBORw0KGgo=\n", "iVBORw0KGgo=\n"),
        ("image/png", '"><script>owned()</script>', ""),
        ("image/svg+xml", "<svg onload='owned()'></svg>", ""),
        ("application/javascript", "owned()", ""),
        ("text/markdown", EVIL, ""),
        ("text/latex", "\\href{javascript:owned()}{x}", ""),
        ("application/vnd.jupyter.widget-view+json", {"model_id": "x"}, ""),
    ],
)
def test_only_what_cannot_run_stays_in_an_output(kind, value, left):
    output = new_output("display_data", data={kind: value}, metadata={"x": EVIL})
    cell = new_code_cell("1", outputs=[output])
    SanitiseOutputs().preprocess_cell(cell, {}, 0)
    shown = cell.outputs[0].data.get(kind, "")
    assert left in shown and (left or not shown)
    assert not [word for word in ("owned", "script", "onerror") if word in str(cell.outputs)]


HIDDEN = "assert a\n### BEGIN HIDDEN TESTS\nsecret\n### END HIDDEN TESTS\nassert b"


@pytest.mark.parametrize(
    ("source", "about", "left"),
    [
        (HIDDEN, {"grade": True, "locked": True}, "assert a\nassert b"),
        (HIDDEN.partition("### END")[0], {"grade": True, "locked": True}, "assert a"),
        (HIDDEN, {"solution": True}, HIDDEN),
        (HIDDEN, {"solution": True, "grade": True}, HIDDEN),
        ("### BEGIN HIDDEN TESTS", {"solution": True}, "### BEGIN HIDDEN TESTS"),
        (
            "### END HIDDEN TESTS\n### BEGIN SOLUTION",
            {},
            "### END HIDDEN TESTS\n### BEGIN SOLUTION",
        ),
    ],
    ids=range(6),
)
def test_only_the_authors_test_cells_have_hidden_lines(source, about, left):
    notebook = new_notebook(cells=[new_code_cell(source, metadata={"nbgrader": about})])
    result, _ = HideTests()(notebook, {})
    assert result.cells[0].source == left


def page(*cells, **about):
    exporter = FeedbackExporter()
    for step in (HideTests, HideTracebacks, SanitiseOutputs):
        exporter.register_preprocessor(step)
    return exporter.from_notebook_node(new_notebook(cells=list(cells)), {"nbgrader": about})[0]


def test_a_page_shows_scores_comments_and_what_was_printed():
    about = {"grade_id": "t", "grade": True, "score": 1.5, "points": 2, "comment": "**well** done"}
    printed = new_output("stream", text="1%\r100%\n\x1b[31mred\x1b[0m")
    cell = new_code_cell("x = 1", metadata={"nbgrader": about}, outputs=[printed])
    text = page(cell, notebook="toy", score=1.5, max_score=2, late_penalty=0.5)
    assert "1.5 / 2" in text and "<strong>well</strong>" in text and "-0.5" in text
    assert '100%\n<span class="ansi-red-fg">red</span>' in text


def test_what_is_kept_back_is_not_on_the_page_and_what_stands_for_it_is():
    printed = new_output("stream", text="seen: 0.345")
    cell = new_code_cell("x", metadata={INSTEAD: "not <b>shown"}, outputs=[printed])
    text = page(cell)
    assert "0.345" not in text and "not &lt;b&gt;shown" in text
    assert "0.345" in page(new_code_cell("x", outputs=[printed]))


def test_a_page_has_no_script_and_its_policy_comes_first():
    text = page(new_code_cell("x"), notebook="toy")
    assert (
        "<script" not in text and "@font-face" not in text and "http" not in text.split("<title")[1]
    )
    assert text.index("Content-Security-Policy") < text.index("<title")


def test_names_are_escaped():
    about = {"grade_id": EVIL, "grade": True, "comment": EVIL}
    text = page(new_code_cell(EVIL, metadata={"nbgrader": about}), notebook=EVIL)
    assert "<script" not in text and "<img src" not in text


def test_pieces_of_a_font_face_join_to_nothing():
    trick = "@font-<b>face{</b>}<p title='@font-face{' lang='} onclick=owned()'>x</p>"
    output = new_output("display_data", data={"text/html": trick})
    assert "onclick" not in page(new_code_cell("1", outputs=[output])).replace("} onclick", "")


@pytest.mark.parametrize("source", ["1." * 20_000, "x = 1\n" * (COLOURED // 6 + 1)])
def test_code_that_takes_long_to_colour_is_shown_plain(source):
    assert f"<pre>{source}</pre>" in page(new_code_cell(source))


def test_a_page_colours_so_much_code_and_no_more():
    cells = [new_code_cell("x = 1\n" * 3000) for _ in range(30)]
    assert page(*cells).count('class="highlight"') == COLOURED // 18_000


def test_markdown_of_a_student_that_is_long_is_shown_plain():
    about = {"nbgrader": {"solution": True, "grade_id": "a"}}
    source = "**x** " * (WRITTEN // 5)
    assert "<strong>" not in page(new_markdown_cell(source, metadata=about))
    assert "<strong>" in page(new_markdown_cell(source[:99], metadata=about))
    assert "<strong>" in page(new_markdown_cell(source))
