from nbformat.v4 import new_code_cell, new_notebook, new_output

from helpers.grading.feedback import HideTracebacks


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
