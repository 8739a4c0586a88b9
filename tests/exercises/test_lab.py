"""What a learner and an instructor see in JupyterLab: Validate, formgrader, assignment list."""

import os
import shutil
from importlib.metadata import version
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import TimeoutError

from tests.exercises.lab import serving


@pytest.fixture(scope="module")
def lab(finished, tmp_path_factory):
    """The address of a JupyterLab in the finished course."""
    with serving(finished, tmp_path_factory.mktemp("home")) as address:
        yield address


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(900_000)
    yield page
    context.close()


def _shot(page, name):
    """Keep a picture where COURSE_SHOTS says, for people to look at."""
    if folder := os.environ.get("COURSE_SHOTS"):
        page.screenshot(path=Path(folder, f"{name}.png"))


def _validate(page, lab, notebook):
    page.goto(f"{lab}/lab/tree/{notebook}?reset")
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell")
    page.locator(".jp-NotebookPanel-toolbar").get_by_text("Validate", exact=True).first.click()
    dialog = page.wait_for_selector(".jp-Dialog", timeout=1_200_000)
    return dialog.inner_text()


def test_validate_accepts_a_completed_notebook(page, lab):
    text = _validate(page, lab, "submitted/solution/exploding/exploding.ipynb")
    _shot(page, "lab-validate")
    assert "Success! Your notebook passes all the tests." in text


def test_validate_says_what_the_released_notebook_lacks(page, lab, finished):
    shutil.copytree(finished / "exercises" / "exploding", finished / "mine" / "exploding")
    text = _validate(page, lab, "mine/exploding/exploding.ipynb")
    _shot(page, "lab-validate-blank")
    assert "failed" in text and "task 1 is not done yet" in text


def test_formgrader_lists_both_assignments_and_their_scores(page, lab):
    page.goto(f"{lab}/formgrader")
    rows = page.locator("tbody tr")
    rows.filter(has_text="vanishing").first.wait_for()
    _shot(page, "formgrader")
    listed = [row.split()[0] for row in rows.all_inner_texts()]
    assert {"exploding", "vanishing"} <= set(listed)
    page.goto(f"{lab}/formgrader/gradebook/exploding/exploding")
    page.locator("tbody tr", has_text="10 / 10").wait_for()
    _shot(page, "formgrader-scores")
    table = page.locator("tbody").inner_text()
    assert "10 / 10" in table and "0 / 10" in table


def test_the_assignment_list_opens(page, lab):
    page.goto(f"{lab}/lab?reset")
    page.locator(".lm-MenuBar-itemLabel", has_text="Nbgrader").click()
    page.locator(".lm-Menu-itemLabel", has_text="Assignment List").click()
    released = page.locator("#released_assignments_list .item_name", has_text="exploding")
    released.wait_for()
    _shot(page, "assignment-list")
    assert (
        page.locator("#released_assignments_list").get_by_role("button", name="Fetch").is_visible()
    )


WARM_CELLS = (
    "import pathlib, os; parent = pathlib.Path(f'/proc/{os.getppid()}/cmdline').read_text()\n"
    "import tensorflow; print('forkserver.py' in parent, tensorflow.__version__)",
    "kept = 'kept'; import time; time.sleep(120)",
    "print(globals().get('kept', 'forgotten'))",
)


def _outputs(page, number):
    return page.locator(".jp-CodeCell").nth(number).locator(".jp-OutputArea-output")


def _run_until(page, number, text):
    """Run a cell as a learner would: again, if a kernel that still dealt with an error drops it."""
    for _ in range(60):
        page.locator(".jp-CodeCell").nth(number).locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        try:
            return _outputs(page, number).get_by_text(text).first.wait_for(timeout=15_000)
        except TimeoutError:
            continue
    raise AssertionError(f"cell {number} never showed {text!r}")


def _menu(page, menu, item):
    page.locator(".lm-MenuBar-itemLabel", has_text=menu).first.click()
    page.locator(".lm-Menu-itemLabel").get_by_text(item, exact=True).click()


def test_a_warm_kernel_runs_is_interrupted_and_restarts(page, lab, finished):
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in WARM_CELLS],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    nbformat.write(notebook, finished / "warm.ipynb")
    page.goto(f"{lab}/lab/tree/warm.ipynb?reset")
    page.get_by_text("| Idle").wait_for()
    cells = page.locator(".jp-CodeCell")
    cells.nth(0).locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    _outputs(page, 0).get_by_text(f"True {version('tensorflow')}").wait_for()
    page.keyboard.press("Shift+Enter")
    cells.nth(1).get_by_text("[*]").wait_for()
    _menu(page, "Kernel", "Interrupt Kernel")
    _outputs(page, 1).get_by_text("KeyboardInterrupt").first.wait_for()
    _run_until(page, 2, "kept")
    _menu(page, "Kernel", "Restart Kernel…")
    page.get_by_role("button", name="Confirm Kernel Restart").click()
    _run_until(page, 2, "forgotten")
    _shot(page, "lab-warm")
