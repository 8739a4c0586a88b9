import importlib.util

from helpers.explorables import explorable

GIVEN = {"title": "A", "task": "B"}


class Page:
    """As much of Sphinx as the extension talks to."""

    def __init__(self):
        self.js, self.css = [], []

    def add_js_file(self, name, loading_method):
        self.js.append((name, loading_method))

    def add_css_file(self, name):
        self.css.append(name)


def added(root, body):
    path = root / "tools/extensions/course_scripts.py"
    spec = importlib.util.spec_from_file_location("course_scripts", path)
    course_scripts = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(course_scripts)
    page = Page()
    course_scripts.add_scripts(page, "book/a", "page.html", {"body": body}, None)
    return page


def test_a_page_gets_the_scripts_of_its_figures_once_and_in_order(root):
    boxes = [explorable(name, {}, **GIVEN).data for name in ("lag", "clipping")]
    page = added(root, f"<p>{boxes[0]}</p><p>{boxes[1]}</p>")
    names = ("core", "rnn", "lag", "clipping")
    assert page.js == [(f"explorables/{name}.js", "defer") for name in names]
    assert set(page.css) == {"explorables/explorables.css"}


def test_a_page_without_one_gets_none(root):
    page = added(root, "<p>no explorable</p>")
    assert page.js == page.css == []
