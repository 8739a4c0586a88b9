"""Sphinx extension: questions that a reader answers in the page, and a page of what is done.

A question is a directive; each answer says why it is right or wrong::

    ```{quiz}
    How many weights does a `Dense` layer of 3 units have on 5 features?

    - [18]
      Fifteen in the matrix, three in the bias.
    - [15]
      And the bias?
    - [*]
      The matrix has a row for each feature and a column for each unit.
    ```

``[x]`` marks the right one of several choices and ``[ ]`` each wrong one. A number in the brackets
asks for a number to be typed: the first one is right, each other one is a mistake that deserves an
answer of its own, and ``[*]`` answers whatever else is typed. ``quiz.js`` does the rest; where no
script runs, the right answer stands under a fold.

``{progress}`` lists every page that has questions; ``progress.js`` fills in what this reader did.
"""

from __future__ import annotations

import hashlib
import re
from html import escape

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

ANSWER = re.compile(r"- \[(?P<mark>[^\]]+)\] ?(?P<text>.*)")
KEPT = "course_quizzes"  # of the environment: page -> identifiers of its questions


class quiz(nodes.General, nodes.Element):
    """A question; its children are a `question` and some `answer`."""


class question(nodes.General, nodes.Element):
    """What is asked."""


class answer(nodes.General, nodes.Element):
    """One answer with what is said to whoever gives it: children `choice` and `why`."""


class choice(nodes.General, nodes.Element):
    """The text to choose."""


class why(nodes.General, nodes.Element):
    """What is said to whoever chose it."""


class progress(nodes.General, nodes.Element):
    """The table of all pages with questions."""


class Quiz(SphinxDirective):
    """``{quiz}``: a question, then its answers."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """The question as nodes, or an error that says what is wrong with it."""
        lines = list(self.content)
        first = next((at for at, line in enumerate(lines) if ANSWER.fullmatch(line)), len(lines))
        asked = " ".join(" ".join(lines[:first]).split())
        if not asked:
            raise self.error("quiz: what is asked? The question comes before its answers")
        told = parsed(lines[first:])
        if isinstance(told, str):
            raise self.error(f"quiz {asked[:40]!r}: {told}")
        typed = all(mark not in "x " for mark, _, _ in told)
        name = f"{self.env.docname} {asked}".encode()
        identity = f"quiz-{hashlib.sha256(name).hexdigest()[:10]}"
        known = vars(self.env).setdefault(KEPT, {}).setdefault(self.env.docname, [])
        if identity in known:
            raise self.error(f"quiz {asked[:40]!r}: this page asks that twice")
        known.append(identity)
        whole = quiz(ids=[identity], typed=typed)
        whole += self._inline(question(), asked)
        for at, (mark, text, lines) in enumerate(told):
            given = answer(mark=mark, at=at, name=identity, right=mark == "x" or typed and at == 0)
            given += self._inline(choice(), text or mark)
            reason = why()
            self.state.nested_parse(
                StringList(lines, self.env.docname), self.content_offset, reason
            )
            given += reason
            whole += given
        return [whole]

    def _inline(self, node: nodes.Element, text: str) -> nodes.Element:
        found, faults = self.state.inline_text(text, self.lineno)
        node += [*found, *faults]
        return node


class Progress(SphinxDirective):
    """``{progress}``: the table, in the order of the book."""

    def run(self) -> list[nodes.Node]:
        """A place that is filled when all pages are known."""
        return [progress()]


def parsed(lines: list[str]) -> list[tuple[str, str, list[str]]] | str:
    """Mark, text and reason of each answer; or what is wrong with them."""
    found: list[tuple[str, str, list[str]]] = []
    for line in lines:
        if match := ANSWER.fullmatch(line):
            found.append((match["mark"], match["text"], []))
        elif line.strip() and (not found or not line.startswith("  ")):
            return f"{line!r} is neither an answer, `- [x] text`, nor indented, what is said of one"
        elif found:
            found[-1][2].append(line[2:])
    marks = [mark for mark, _, _ in found]
    if len(found) < 2:
        return f"{len(found)} answers, expected at least two"
    if bare := [mark for mark, _, reason in found if not any(map(str.strip, reason))]:
        return f"nothing is said to whoever answers [{bare[0]}]"
    if set(marks) <= {"x", " "}:
        return found if marks.count("x") == 1 else f"{marks.count('x')} answers are right, not one"
    if marks[-1] != "*":
        return "an answer that is typed needs a last [*], for what nobody foresaw"
    if bad := [mark for mark in marks[:-1] if not _is_number(mark)]:
        return f"[{bad[0]}] is no number"
    if len(set(map(float, marks[:-1]))) < len(marks) - 1:
        return "a number has two answers"
    return found


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def visit_quiz(self, node: quiz) -> None:
    """A form of its own; what it says next goes to the live region."""
    kind = "typed" if node["typed"] else "choices"
    self.body.append(f'<form class="quiz" id="{node["ids"][0]}" data-kind="{kind}"><fieldset>')


def depart_quiz(self, node: quiz) -> None:
    """The button, the live region, and the fold for pages without scripts."""
    right = next(child for child in node.findall(answer) if child["right"])
    self.body.append('</fieldset><div class="quiz-told" role="status"></div>')
    self.body.append('<details class="quiz-answer"><summary>Answer</summary>')
    for part in right.children:
        self.body.append("<p>" if isinstance(part, choice) else "<div>")
        for child in part.children:
            child.walkabout(self)
        self.body.append("</p>" if isinstance(part, choice) else "</div>")
    self.body.append("</details></form>\n")


def visit_question(self, node: question) -> None:
    """The group is named by what is asked."""
    self.body.append("<legend>")


def depart_question(self, node: question) -> None:
    """Where a number is typed, the field for it follows the question."""
    self.body.append("</legend>")
    if node.parent["typed"]:
        name = node.parent["ids"][0]
        self.body.append(
            f'<div class="quiz-typed"><label for="{name}-typed">Your answer, a number</label> '
            f'<input type="text" inputmode="decimal" autocomplete="off" id="{name}-typed"></div>'
        )


def visit_answer(self, node: answer) -> None:
    """What the script has to know of an answer."""
    right = " data-right" if node["right"] else ""
    self.body.append(f'<div class="quiz-choice" data-mark="{escape(node["mark"])}"{right}>')


def depart_answer(self, node: answer) -> None:
    """Its end."""
    self.body.append("</div>")


def visit_choice(self, node: choice) -> None:
    """A radio button and its label; nothing where the answer is typed."""
    if node.parent.parent["typed"]:
        raise nodes.SkipNode
    name, at = node.parent["name"], node.parent["at"]
    self.body.append(
        f'<input type="radio" name="{name}" id="{name}-{at}"><label for="{name}-{at}">'
    )


def depart_choice(self, node: choice) -> None:
    """Its end."""
    self.body.append("</label>")


def visit_why(self, node: why) -> None:
    """Hidden until this answer is given."""
    self.body.append('<div class="quiz-why" hidden>')


def depart_why(self, node: why) -> None:
    """Its end."""
    self.body.append("</div>")


def visit_progress(self, node: progress) -> None:
    """A row a page, with the identifiers of its questions for the script."""
    env = self.builder.env
    self.body.append(
        '<div class="pst-scrollable-table-container"><table class="table course-progress"><thead>'
        '<tr><th scope="col">Chapter</th><th scope="col">Read to the end</th>'
        '<th scope="col">Questions answered</th></tr></thead><tbody>'
    )
    for page in ordered_pages(env):
        questions = " ".join(getattr(env, KEPT)[page])
        link = self.builder.get_relative_uri(self.builder.current_docname, page)
        self.body.append(
            f'<tr data-page="{page}" data-questions="{questions}"><td><a class="reference internal"'
            f' href="{link}">{escape(env.titles[page].astext())}</a></td><td>no</td>'
            f"<td>0 of {len(questions.split())}</td></tr>"
        )
    self.body.append("</tbody></table></div>")
    raise nodes.SkipNode


def ordered_pages(env) -> list[str]:
    """Pages with questions, as the table of contents has them."""
    kept = getattr(env, KEPT, {})
    order = list(env.toctree_includes.get(env.config.root_doc, ()))
    return [page for page in order if kept.get(page)]


def forget(app, env, docname: str) -> None:
    """A page is read again, or is gone."""
    vars(env).setdefault(KEPT, {}).pop(docname, None)


def merge(app, env, docnames, other) -> None:
    """Take over what a parallel reader found."""
    found = getattr(other, KEPT, {})
    vars(env).setdefault(KEPT, {}).update({name: found[name] for name in docnames if name in found})


def table_of_progress(app, env) -> list[str]:
    """Write the page with the table again, if what it lists has changed."""
    told = [
        (page, env.titles[page].astext(), getattr(env, KEPT)[page]) for page in ordered_pages(env)
    ]
    before, env.course_progress = getattr(env, "course_progress", None), told
    return [] if before == told else [name for name in env.all_docs if name.endswith("/progress")]


def setup(app) -> dict:
    """Register with Sphinx."""
    app.add_directive("quiz", Quiz)
    app.add_directive("progress", Progress)
    app.add_node(quiz, html=(visit_quiz, depart_quiz))
    app.add_node(question, html=(visit_question, depart_question))
    app.add_node(answer, html=(visit_answer, depart_answer))
    app.add_node(choice, html=(visit_choice, depart_choice))
    app.add_node(why, html=(visit_why, depart_why))
    app.add_node(progress, html=(visit_progress, None))
    app.add_js_file("progress.js")
    app.add_js_file("quiz.js")
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("env-get-updated", table_of_progress)
    return {
        "version": "1",
        "env_version": 1,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
