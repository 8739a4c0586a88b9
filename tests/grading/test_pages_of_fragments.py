"""Known-bad fragments in random compositions, wherever a student can put them: a page stays quiet.

The pages have no policy here, so that the cleaning alone is judged, and by a browser.
"""

import re

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import Error

from helpers.grading.feedback import FeedbackExporter, SanitiseOutputs
from helpers.grading.outputs import KINDS

URL = "http://127.0.0.1:9/x"
FRAGMENTS = [
    *("<script>owned=1</script>", "<scr", "ipt>", "</script>", "<svg onload=owned=1>", "</svg>"),
    *("<img src=x onerror=owned=1>", f"<img src={URL}>", f"<img srcset='{URL} 1x'>", "<img src='"),
    *("<a href='javascript:owned=1'>x</a>", "<a href='java\tscript:owned=1'>", "<a href='//x/y'>"),
    *("<a href=data:text/html,x>", "<a id=main name=body>", "onclick=owned=1", " onclick='"),
    *(f"<iframe src={URL}>", "<iframe srcdoc='<script>parent.owned=1</script>'>", "</iframe>"),
    *(
        "<object data=x>",
        "<embed src=x>",
        f"<form action={URL}>",
        "<input autofocus onfocus=owned=1>",
    ),
    *(f"<meta http-equiv=refresh content='0;{URL}'>", f"<base href={URL}>", f"<link href={URL}>"),
    *("<style>", f"@import '{URL}';", f"@font-face{{src:url({URL})}}", "</style>", "<style>*{"),
    *("@font-face{", "}", f"<p style='background:url({URL})'>", f"<table background={URL}>"),
    *(f"<video poster={URL}>", f"<audio src={URL}>", f"<source src={URL}>", "<math>", "<mtext>"),
    *("<mglyph>", "<annotation-xml encoding=text/html>", "<foreignObject>", "<desc>", "<title>"),
    *("</title>", "<textarea>", "</textarea>", "<noscript>", "</noscript>", "<xmp>", "<plaintext>"),
    *(
        "<template>",
        "</template>",
        "<select>",
        "<table>",
        "<tr>",
        "<td>",
        "</table>",
        "<p>",
        "</p>",
    ),
    *(
        "<div>",
        "</div>",
        "</pre>",
        "</section>",
        "</main>",
        "</body>",
        "</html>",
        "<body onload=owned=1>",
    ),
    *(
        "<b>",
        "</b>",
        "<li>",
        "<button>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?x",
        "<!x",
        ">",
        "<",
        "/",
    ),
    *(
        '"',
        "'",
        "`",
        "&lt;",
        "&#60;script>",
        "&quot;",
        "\x00",
        "\x1b[31m",
        "\x1b[",
        "\r",
        "\n\n",
        "\u2028",
    ),
    *(
        f"![x]({URL})",
        "[x](javascript:owned=1)",
        f"<{URL}>",
        "<javascript:owned=1>",
        f"[x]: {URL}\n",
    ),
    *(
        "![x][x]",
        "[x]",
        "![",
        "](",
        "```html\n",
        "```",
        "$$",
        "\\begin{a}",
        "| a |\n|--|\n",
        "# ",
        "> ",
    ),
    *(
        "```mermaid\n",
        "{{ 7 * 7 }}",
        "{% raw %}",
        "### BEGIN HIDDEN TESTS",
        "text",
        "data:image/png,",
    ),
    *(
        "<img src=data:image/svg+xml;base64,PHN2Zz4=>",
        "<a href=http://ok>",
        "<img alt='`' title=",
        "=",
    ),
]
LOOK = """() => {
  const bad = new Set(('script iframe frame object embed form input button textarea select base'
    + ' link svg math video audio source template noscript dialog title meta style').split(' '));
  const harmless = new Set(('title lang dir alt width height align valign border start colspan'
    + ' rowspan scope rel class tabindex').split(' '));
  const urls = {
    a: {href: /^(https?:|mailto:|#)/i},
    img: {src: /^data:image\\/(png|jpeg|gif);base64,/},
  };
  const faults = [];
  for (const element of document.body.querySelectorAll('*')) {
    const name = element.localName;
    if (bad.has(name)) faults.push(name);
    for (const {name: key, value} of element.attributes) {
      const ours = key === 'id' && !/^(main|body|x)$/.test(value);
      const url = urls[name]?.[key];
      if (!(ours || harmless.has(key) || url?.test(value))) faults.push(`${name} ${key}=${value}`);
    }
  }
  const sections = document.querySelectorAll('body > main > section').length;
  return [faults, window.owned === undefined, sections];
}"""
COMPOSITION = st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=12).map("".join)


def cells(texts):
    """Code and Markdown of a student's, with each text in another place."""
    for number, text in enumerate(texts):
        about = {"nbgrader": {"grade_id": f"c{number}", "solution": True, "comment": None}}
        if number % 3 == 0:
            yield new_markdown_cell(text, metadata=about)
            continue
        data = dict.fromkeys(KINDS[number % 2 :], text)
        error = {"ename": text, "evalue": text, "traceback": [text]}
        outputs = [new_output("display_data", data=data), new_output("stream", text=text)]
        outputs += [new_output("error", **error)]
        yield new_code_cell(text, metadata=about, outputs=outputs)


@pytest.fixture(params=[FeedbackExporter, HTMLExporter], ids=["feedback", "formgrader"])
def exporter(request):
    """Ours, and the kind that formgrader shows with what `record` has made harmless."""
    options = {} if request.param is FeedbackExporter else {"template_name": "basic"}
    made = request.param(**options)
    made.register_preprocessor(SanitiseOutputs(), enabled=True)
    return made


def without_policy(page):
    """The page, which then has nothing but its cleanliness."""
    return page.replace('http-equiv="Content-Security-Policy"', "name=none")


@given(st.lists(COMPOSITION, min_size=30, max_size=60))
@settings(
    deadline=None,
    max_examples=20,
    suppress_health_check=[*HealthCheck],
)
def test_nothing_runs_and_nothing_is_asked_for(exporter, browser, tmp_path_factory, texts):
    notebook = new_notebook(cells=list(cells(texts)))
    page, _ = exporter.from_notebook_node(notebook, {"nbgrader": {"notebook": texts[0]}})
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(without_policy(page), encoding="utf-8")
    context = browser.new_context()
    try:
        tab, asked = context.new_page(), []
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(path.as_uri())
        faults, quiet, sections = tab.evaluate(LOOK)
        assert not faults and quiet
        assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
        if isinstance(exporter, FeedbackExporter):
            assert sections == len(texts)  # nothing has broken out of its place
    finally:
        context.close()


def test_the_look_finds_what_it_looks_for(browser):
    """Without cleaning, most fragments are faults."""
    found = set()
    for fragment in filter(re.compile("<[a-z]").match, FRAGMENTS):
        page = browser.new_page()  # of its own: some lead away from theirs, sooner or later
        try:
            page.evaluate("html => { document.body.innerHTML = html }", fragment)
            faults, quiet, _ = page.evaluate(LOOK)
        except Error:
            quiet = False
        found |= set() if quiet and not faults else {fragment}
        page.close()
    assert found >= {"<a href='//x/y'>", f"<table background={URL}>", "<a id=main name=body>"}
    assert len(found) > 30
