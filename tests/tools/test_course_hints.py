import pytest
from docutils import nodes

from tests.tools.extensions import extension

hints = extension("course_hints")


def test_words_formulas_and_code_are_told_without_links():
    text = nodes.paragraph("", "", nodes.Text("a < b, "), nodes.math("", "h_t < 1"))
    text += [nodes.literal("", "units"), nodes.reference("", "", nodes.emphasis("", "so"))]
    assert hints.told(text) == (
        r'<p>a &lt; b, <span class="math notranslate nohighlight">\(h_t &lt; 1\)</span>'
        "<code>units</code><em>so</em></p>"
    )


@pytest.mark.parametrize(("tex", "split"), [("a = b", False), (r"a \\ b", True)])
def test_a_formula_of_several_lines_is_split(tex, split):
    told = hints.formula(nodes.math_block("", tex, label="eq-a"))
    assert (r"\begin{split}" in told) == split
    assert tex in told


def page(*parts):
    made = nodes.document(None, None)
    made += parts
    return made


def test_what_a_page_has_to_show():
    item = nodes.definition_list_item("", nodes.term("", "gate", ids=["term-gate"]))
    item += nodes.definition("", nodes.paragraph("", "A number."))
    other = nodes.definition_list_item("", nodes.term("", "no term of a glossary", ids=["x"]))
    other += nodes.definition("", nodes.paragraph("", "B"))
    image = nodes.image(uri="a.svg", alt='A "line".')
    figure = nodes.figure("", image, nodes.caption("", "It falls."), ids=["fig-a", "a"])
    formulas = [nodes.math_block("", "x", label="eq-one"), nodes.math_block("", "y")]
    found = dict(hints.found(page(item, other, figure, nodes.figure(ids=["bare"]), *formulas)))
    shown = '<img data-uri="a.svg" alt="A &quot;line&quot;."><p>It falls.</p>'
    assert found == {
        "term-gate": "<p>A number.</p>",
        "fig-a": shown,
        "a": shown,
        "equation-eq-one": r'<div class="math notranslate nohighlight">\[x\]</div>',
    }


def test_a_link_finds_what_it_leads_to_on_its_own_page_and_on_others():
    kept = {"book/b/two": {"eq": "formula"}, "book/ref/terms": {"term-a": "defined"}}
    link = '<a class="reference internal" href="{}">x</a>'
    given = ["#eq", "../ref/terms.html#term-a", "../ref/terms.html", "#none", "one.html#eq"]
    body = "".join(map(link.format, [*given, "#eq"]))
    assert hints.hints(body, "book/b/two", kept, ".html") == {
        "#eq": "formula",
        "../ref/terms.html#term-a": "defined",
    }
