"""Every rule of the book, tried on samples that it must refuse and on ones it must pass."""

import re

import pytest

from tools.gates import chapters, pages, sources
from tools.gates.clocks import clocks
from tools.gates.folds import folds

CELL = "```{code-cell} python\n%s\n```\n"
ROOT = sources.ROOT
WALL_CLOCK = re.compile(r"perf_counter|monotonic|time\.time\(|timeit")


@pytest.mark.parametrize(
    "prose",
    [
        "It falls by 0.92 a step.",
        "Accuracy rises to 97 percent.",
        "After 2000 steps it stops.",
        "| norm | 3.5 |\n|---|---|\n| a | b |",
        ":::{admonition} Only 12 steps\ntext\n:::",
        "```{exercise}\n:label: a\nHalve it to 32.\n```",
        "```{note}\n- The loss is 20x larger.\n```",
        "```{quiz}\nHow many of 18?\n- [3]\n  So.\n- [*]\n  No.\n```",
        "```{quiz}\nWhich?\n\n- [x] All 18\n  So.\n- [ ] None\n  No.\n```",
        "```{quiz}\nHow many?\n\n- [3]\n  So.\n- [*]\n  Not 18.\n```",
        "# A title with 64 units",
        "in 2000 steps",
        CELL % "---\nmystnb:\n  figure:\n    caption: Falls to 0.1\n    name: a\n---\n1",
    ],
)
def test_a_number_in_prose_is_a_fault(prose):
    assert chapters.numbers_in_prose(prose)


@pytest.mark.parametrize(
    "prose",
    [
        "It falls by {glue:text}`rate:.2f` a step.",
        "See Chapter 2, Chapters 4 and 5, and step 1 of Exercise 3.",
        "Python 3.11, Keras 3 and TensorFlow 2.21 under CC BY 4.0.",
        "An L2 penalty, `x = 3`, a Conv1D layer, word2vec, a 2D plot, float32.",
        "$h_{1} = 2$ and $$x_{10} = 0.5$$",
        "In 1997, Hochreiter (1991) and {cite:t}`hochreiter1997`.",
        "1. first\n2. second",
        "[the paper](https://example.org/1234.5678) and <https://example.org/42>",
        "```\n42\n```",
        CELL % "x = 42",
        CELL % "---\nmystnb:\n  image:\n    alt: Falls to 0.1\n---\n1",
        ":::{figure} path/1.svg\n:alt: 12 dots\nNo number.\n:::",
        "Reading: 25 minutes. Running: about 20 seconds.",
        "```{quiz}\nHow many of $18$?\n- [3.5]\n  So.\n- [-1]\n  Not `18`.\n- [*]\n  No.\n```",
    ],
)
def test_a_name_or_a_glued_number_is_none(prose):
    assert chapters.numbers_in_prose(prose) == []


def test_a_result_in_mathematics_is_a_fault():
    assert chapters.numbers_in_prose(r"So $\rho \approx 0.92$ holds.")
    assert chapters.numbers_in_prose(r"So $\rho \approx \rho_1$ holds.") == []


def test_faults_name_their_line():
    text = "---\ntitle: a 1\n---\n\n# A\n\n:::{note}\nfine\nnot 7 fine\n:::\n"
    assert chapters.numbers_in_prose(text) == ["line 9: the number in '7' is not glued"]


def test_long_hidden_and_nested_cells_are_faults():
    assert chapters.cells(CELL % "\n".join(["x = 1"] * 26))
    assert chapters.cells(CELL % "\n".join(["x = 1"] * 10))  # the median
    assert chapters.cells(CELL % ":tags: [remove-cell]\nx = 1")
    assert chapters.cells(CELL % "---\ntags: [hide-input, remove-cell]\n---\nx = 1")
    assert chapters.cells("````{note}\n" + CELL % "x = 1" + "````\n")
    assert chapters.cells(CELL % ":tags: [hide-input]\n" + "x = 1\n") == []


@pytest.mark.parametrize("tag", ["hide-input", "remove-input"])
def test_the_median_is_that_of_the_cells_that_a_reader_sees(tag):
    open_cell, ten = CELL % "x = 1", "\n".join(["x = 1"] * 10)
    unseen = (CELL % f":tags: [{tag}]\n{ten}") * 3
    assert chapters.cells(open_cell + unseen) == []
    assert chapters.cells(CELL % ten + (CELL % f":tags: [{tag}]\nx = 1") * 3)


def test_a_figure_needs_name_caption_and_alt():
    alt = "A curve that falls from one to a tenth, then stays."
    figure = "figure:\n    name: f\n    caption: c"
    good = f"---\nmystnb:\n  {figure}\n  image:\n    alt: {alt}\n---\n1"
    assert chapters.figures(CELL % good) == []
    for missing in ("name: f", "caption: c", alt):
        assert len(chapters.figures(CELL % good.replace(missing, ""))) == 1, missing


def test_a_figure_directive_needs_them_too():
    alt = "A box that reads two inputs and hands on one answer."
    good = f"```{{figure}} a.svg\n:name: fig-a\n:alt: {alt}\n\nIt reads.\n```"
    assert chapters.figures(good) == []
    for missing in (":name: fig-a\n", "It reads.", alt):
        assert len(chapters.figures(good.replace(missing, ""))) == 1, missing


DRAWN = "---\n%smystnb:\n  figure: {name: f, caption: c}\n---\n"
FOLD = ":tags: [hide-input]\n"
OPEN, FOLDED = DRAWN % "", DRAWN % "tags: [hide-input]\n"
LOSS = CELL % "losses = fit()"


@pytest.mark.parametrize(
    "chapter",
    [
        CELL % (FOLDED + "ax = plt.gca()\nax.plot(losses)"),
        # in every later cell the name is bound anew before it is read
        CELL % (FOLDED + "for ax, name in zip(axes, losses):\n    ax.plot(name)")
        + CELL % "found = {name: row for name, row in rows}"
        + CELL % "def f(ax):\n    return ax\n\n\nax = f(3)\nprint(ax)"
        + CELL % "for name in 'ab':\n    print(name)",
        CELL % (OPEN + "bells = np.arange(3)\nax.plot(bells)") + CELL % "print(bells)",
        CELL % (OPEN + "bells = 1\nax.plot(bells)") + CELL % "def f():\n    return bells + 1",
        CELL % (OPEN + "best = 1\nax.plot(best)") + CELL % "best += 1",
        CELL % (OPEN + "ax.plot(losses)\nprint(min(losses))"),
        CELL % (OPEN + "ax.plot(losses)\nassert min(losses) < 1"),
        CELL % (OPEN + "ax.plot(model.fit(x, y).history['loss'])"),
        LOSS + CELL % (FOLD + "least = min(losses)\nassert least < 1"),
        LOSS + CELL % (FOLD + "for loss in losses:\n    assert loss < 1"),
        LOSS + "\nThe loss falls.\n\n" + CELL % "assert losses[-1] < losses[0]",
        LOSS + "\nThe loss falls.\n\n" + CELL % (FOLD + "assert losses[-1] < losses[0]"),
        LOSS + CELL % "least = min(losses)\nassert least < 1" + CELL % "print(least)",
        LOSS + CELL % "assert losses[-1] < 1\nprint(losses)",
        CELL % "y = layer(x)" + CELL % "assert y.shape == (3, 4)",
        CELL % "y = f(x)" + CELL % "np.testing.assert_allclose(y, layer(x))",
        CELL % "x = 1" + CELL % ":tags: [remove-input]\nglue('x', x)",
        CELL % (OPEN + "x = (1"),  # told by what runs the cells
    ],
)
def test_what_only_draws_or_checks_is_folded_and_nothing_else(chapter):
    assert folds(chapter) == []


@pytest.mark.parametrize(
    ("chapter", "told"),
    [
        (CELL % (OPEN + "ax.plot(losses)"), "line 6: the cell only draws"),
        (CELL % (OPEN + "ax = 1") + CELL % "ax = 2\nprint(ax)", "only draws"),
        (CELL % (OPEN + "row = 1") + CELL % "print([row for row in x])", "only draws"),
        (CELL % (FOLDED + "a = 1\nax.plot(a)") + CELL % "print(a)", "more than a drawing"),
        (CELL % (FOLDED + "a = 1\nax.plot(a)") + CELL % "a = a + 1", "more than a drawing"),
        (CELL % (FOLDED + "ax.plot(a)\nprint(a)"), "more than a drawing"),
        (CELL % (FOLD + "print(1)"), "more than a drawing"),
        (CELL % (FOLD + "x = 1"), "more than a drawing"),
        (CELL % (FOLD + "x = 1\nassert x") + CELL % "print(x)", "more than a drawing"),
        (LOSS + CELL % "assert losses[-1] < 1", "line 5: checks under another cell"),
        (LOSS + CELL % ":tags: [remove-input]\nglue(1)" + CELL % "assert losses", "checks under"),
    ],
)
def test_a_cell_that_is_folded_or_open_by_mistake_is_a_fault(chapter, told):
    (fault,) = folds(chapter)
    assert re.search(told, fault)


def complete_chapter() -> str:
    tasks = "".join(
        f"```{{exercise}}\n:label: e{n}\nDo.\n```\n\n```{{solution}} e{n}\nSo.\n```\n\n"
        for n in range(3)
    )
    parts = {part: "Text.\n\n" for part in chapters.PARTS} | {"Try it": tasks}
    body = "".join(f"## {title}\n\n{text}" for title, text in parts.items())
    return f"# Title\n\n:::{{admonition}} You will be able to\n- measure\n:::\n\n{body}"


def test_structure_wants_every_part():
    chapter = complete_chapter()
    assert chapters.structure(chapter) == []
    for part in (*chapters.PARTS, "You will be able to"):
        assert chapters.structure(chapter.replace(part, "Else")), part
    assert chapters.structure(chapter.replace("{solution} e1", "{solution} e7"))
    assert chapters.structure(chapter.replace("{exercise}\n:label: e1", "{note}\n:name: e1"))


def test_check_yourself_wants_three_quizzes_and_no_dropdown():
    quiz = "```{quiz}\nIs it?\n\n- [x] Yes\n  So.\n- [ ] No\n  Yes.\n```\n\n"
    chapter = "# A\n\n%s## Check yourself\n\n%s## Sources\n\n%s"
    assert chapters.quizzes(chapter % ("", 3 * quiz, "")) == []
    (few,) = chapters.quizzes(chapter % (quiz, 2 * quiz, quiz))
    assert "2 quizzes" in few
    (folded,) = chapters.quizzes(chapter % ("", 3 * quiz + "```{dropdown} Is it?\nYes.\n```\n", ""))
    assert folded.startswith("line 33: a dropdown")
    elsewhere = "```{dropdown} More\nText.\n```\n\n"
    assert chapters.quizzes(chapter % (elsewhere, 3 * quiz, elsewhere)) == []
    assert len(chapters.quizzes("# A\n")) == 1


def test_coverage_wants_each_item_once_under_a_real_heading():
    text = {"one": "# One\n\n## Here `code`\n"}
    item = {"topic": "t", "heading": "Here `code`"}
    assert chapters.coverage({"one": {"A1": item}, "later": {"B1": {"topic": "t"}}}, text) == []
    assert chapters.coverage({"one": {"A1": {"topic": "t"}}}, text)
    assert chapters.coverage({"one": {"A1": item | {"heading": "There"}}}, text)
    assert chapters.coverage({"one": {"A1": item}, "later": {"A1": {"topic": "t"}}}, text)
    assert chapters.coverage({"later": {}}, text)


def test_citations_are_found_wherever_they_stand():
    text = "A {cite:t}`a2000` b.\n\n:::{note}\n{cite:p}`b2001,c2002`\n:::\n"
    assert chapters.citations(text) == {"a2000", "b2001", "c2002"}


def test_cells_keep_their_line_and_tags():
    text = "---\nkernelspec: {name: python3}\n---\n\n# A\n\n" + CELL % ":tags: [a, b]\n\nx = 1"
    (cell,) = sources.code_cells(text)
    assert text.splitlines()[cell.line - 1 :][1] == "x = 1"
    assert cell.tags == ["a", "b"] and cell.length == 1


GOOD_ALT = "A line that falls steeply, then stays level at zero."
FIGURE = (
    f'<div class="cell_output"><figure id="f"><img src="a.svg" alt="{GOOD_ALT}">'
    '<figcaption><p><span class="caption-text">It falls.</span></p></figcaption></figure></div>'
)


def page(tmp_path, body: str):
    """A page of a small site; every call makes another one, for pages are parsed once."""
    path = tmp_path / f"page{len(list(tmp_path.glob('*.html')))}.html"
    path.write_text(f"<html><body><article class='bd-article'>{body}</article></body></html>")
    return path


@pytest.mark.parametrize("kind", ["stderr", "traceback"])
def test_stderr_and_tracebacks_are_faults(tmp_path, kind):
    output = f'<div class="cell_output"><div class="output {kind} highlight">oh</div></div>'
    assert pages.outputs(page(tmp_path, output))
    assert pages.outputs(page(tmp_path, output.replace(kind, "stream"))) == []


@pytest.mark.parametrize("fault", ["WARNING:tensorflow:5 out of", "&lt;History at 0x7f518&gt;"])
def test_a_logged_warning_or_an_address_is_a_fault(tmp_path, fault):
    output = (
        '<div class="cell_output docutils"><div class="output stream"><pre>{}</pre></div></div>'
    )
    assert pages.outputs(page(tmp_path, output.format(fault)))
    assert pages.outputs(page(tmp_path, output.format("no warning at 0x11"))) == []


def test_images_need_alt_and_drawn_ones_a_caption_and_a_name(tmp_path):
    assert pages.images(page(tmp_path, FIGURE)) == []
    assert pages.images(page(tmp_path, FIGURE.replace(GOOD_ALT, "A curve")))
    assert pages.images(page(tmp_path, FIGURE.replace(' id="f"', "")))
    assert pages.images(page(tmp_path, FIGURE.replace("It falls.", " ")))
    bare = f'<div class="cell_output"><img src="a.svg" alt="{GOOD_ALT}"></div>'
    assert pages.images(page(tmp_path, bare))


def test_links_must_lead_somewhere(tmp_path):
    (tmp_path / "other.html").write_text("<p id='here'>text</p>")
    good = "<a href='other.html#here'>a</a><a href='#'>b</a><a href='https://example.org'>c</a>"
    assert pages.internal_links(page(tmp_path, good), tmp_path) == []
    for bad in ("other.html#there", "none.html", "#nowhere", "../../etc/passwd", "none.zip"):
        assert pages.internal_links(page(tmp_path, f"<a href='{bad}'>x</a>"), tmp_path), bad
    assert pages.external_links(page(tmp_path, good)) == {"https://example.org"}


def test_weight_counts_a_page_and_its_own_images(tmp_path):
    (tmp_path / "a.svg").write_bytes(b"x" * 1000)
    path = page(tmp_path, FIGURE + FIGURE)
    assert pages.weight(path) == path.stat().st_size + 1000


@pytest.mark.parametrize(
    "cell",
    [
        "import time\na = time.perf_counter()\nb = time.time() - a\nassert b < 1",
        "from time import perf_counter as p, monotonic\nassert monotonic() > 0",
        "def took(f):\n    begun = time.monotonic()\n    return f(), time.monotonic() - begun\n\n"
        "cost = {n: took(f) for n, f in items}\nassert cost['a'] < cost['b']",
        "times = []\ntimes.append(time.perf_counter())\nassert max(times) < 3",
        "found = {}\nfound['a'] = time.time()\nfor name, s in found.items():\n    assert s < 3",
        "result = %timeit -o f()\nassert result.best < 1",
        "s = time.time()\nnp.testing.assert_array_less(s, 3)",
        "s = time.time()\nif s > 3:\n    raise ValueError",
        "elapsed = datetime.now() - start\nassert elapsed.seconds < 9",
        "cost = time.process_time()\nassert cost < 30",
        "ms = training.milliseconds(model, x, y)\nassert ms < 5",
    ],
)
def test_an_assertion_on_a_clock_is_a_fault(cell):
    assert clocks(CELL % cell)


@pytest.mark.parametrize(
    "cell",
    [
        "begun = time.perf_counter()\nprint(time.perf_counter() - begun)\nassert x > 0",
        "cost = [training.milliseconds(m, x, y) for m in models]\nassert cost[1] > 2 * cost[0]",
        "a, b = time.process_time(), time.process_time()\nassert b / a < 3",
        "for name, ms in cost.items():\n    ax.plot(ms)\nassert name and ax and plt",
        "s = time.time()\ns = 3\nassert s == 3",
        "timesteps = 3\nassert timesteps == 3 and model.time == 4",
    ],
)
def test_times_that_are_shown_or_compared_are_none(cell):
    assert clocks(CELL % cell) == []


def test_the_line_of_a_clock_is_named():
    text = CELL % "x = 1" + CELL % "t = time.time()\n\nassert t < 1"
    assert clocks(text) == ["line 7: an assertion on a wall clock: a busy machine fails it"]


def test_no_module_that_cells_import_reads_a_wall_clock():
    modules = [*ROOT.glob("helpers/*.py"), *ROOT.glob("helpers/cells/*.py")]
    assert not [path for path in modules if WALL_CLOCK.search(path.read_text("utf-8"))]
