"""A learner's way through the kit in a browser: complete an exercise, run it, check it."""

import os
import re
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from helpers.grading.kit import NEEDED, make_kit
from helpers.grading.sources import convert
from tests.exercises.lab import serving
from tests.grading import toy
from tools import release_exercises

COURSE = Path(sys.executable).with_name("course")
MARKERS = re.compile(r"^\s*### (BEGIN|END) SOLUTION\n?", re.MULTILINE)


@pytest.fixture
def kit(root, tmp_path):
    """A kit with the assignment `exploding`, unpacked."""
    course = tmp_path / "course"
    for name in (*NEEDED, "solutions/exploding.md"):
        place = shutil.copytree if (root / name).is_dir() else shutil.copy
        (course / name).parent.mkdir(parents=True, exist_ok=True)
        place(root / name, course / name)
    release_exercises.release(course)
    make_kit(course, tmp_path / "kit.zip")
    with zipfile.ZipFile(tmp_path / "kit.zip") as archive:
        archive.extractall(tmp_path)
    return tmp_path / "kit"


def menu(page, *items):
    page.locator(".lm-MenuBar-itemLabel", has_text=items[0]).first.click()
    for item in items[1:]:
        label = page.locator(".lm-Menu-itemLabel").get_by_text(item, exact=True)
        label.hover()
    label.click()


def shot(page, name):
    if folder := os.environ.get("COURSE_SHOTS"):
        page.screenshot(path=Path(folder, f"{name}.png"))


@pytest.mark.skipif(bool(toy.NO_SANDBOX), reason=toy.NO_SANDBOX)
def test_an_exercise_is_completed_run_and_checked(browser, root, kit, tmp_path):
    source = convert(root / "solutions" / "exploding.md")
    about = [cell.metadata.get("nbgrader", {}) for cell in source.cells]
    solved = [
        MARKERS.sub("", cell.source)
        for cell, facts in zip(source.cells, about, strict=True)
        if facts.get("solution")
    ]
    (tmp_path / "home").mkdir()
    size = {"width": 1280, "height": 900}
    with (
        serving(kit, tmp_path / "home") as lab,
        browser.new_context(viewport=size) as context,  # closed first: its page would ask on
    ):
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.goto(f"{lab}/lab/tree/exercises/exploding/exploding.ipynb?reset")
        page.get_by_text("| Idle").wait_for()
        cells = page.locator(".jp-Notebook .jp-CodeCell")
        for number in range(cells.count()):
            content = cells.nth(number).locator(".cm-content")
            content.scroll_into_view_if_needed()
            if "NotImplementedError" in content.inner_text():
                content.click()
                page.keyboard.press("Control+a")
                page.keyboard.press("Delete")
                page.keyboard.insert_text(solved.pop(0))
        assert not solved
        menu(page, "Run", "Run All Cells")
        last = cells.last.locator(".jp-InputPrompt")
        last.get_by_text(re.compile(r"\[\d+\]")).wait_for()
        menu(page, "File", "Save Notebook")
        page.locator(".jp-mod-current.jp-mod-dirty").wait_for(state="detached")
        shot(page, "kit-completed")
        menu(page, "File", "New", "Terminal")
        page.locator(".jp-Terminal .xterm-screen").click()
        page.keyboard.type(f"{COURSE} check exercises/exploding/exploding.ipynb > told.txt; ls\n")
        page.wait_for_timeout(1000)
        told = kit / "told.txt"
        for _ in range(120):
            if told.is_file() and "points" in told.read_text():
                break
            page.wait_for_timeout(1000)
        shot(page, "kit-checked")
        assert "exploding: 10 of 10 points in the tests that you can see" in told.read_text()
