"""What costly answers and outputs cost the grader itself: worker and coordinator.

``python benchmarks/costly.py [NAME …]``: processor seconds, and memory at its peak beyond what the
process had before, each case in a process of its own that is ended after ``LIMIT`` seconds.
"""

import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIMIT = 90
FORGED = """
import helpers.grading.agent as agent
class Forged:
    def __repr__(self):
        return {text}
agent.answer = lambda question: Forged()
"""
#: In a student's cell: the worker reads what it sends.
WORKER = {
    "an honest solution": "def double(x):\n    return 2 * x\nanswer = 42\nvalues = [1.0, 2.0, 3.0]",
    "answers of [1,1,…], 2 MB": FORGED.format(text="'[' + '1,' * 1_000_000 + '1]'"),
    "answers of [],[],…, 60 MB": (
        "import helpers.grading.agent as agent\n"
        "agent.answer = lambda question: '{\"value\": [' + '[],' * 20_000_000 + '1]}'"
    ),
    "JSON of [],[],…, 60 MB": (
        "display({'application/json': [[]] * 20_000_000, 'text/plain': 'x'}, raw=True)"
    ),
    "an error of 20 MB": "raise ValueError('x' * 20_000_000)",
    "short lines without end": "while True:\n    print('all work and no play ' * 20)",
    "megabytes without end": "line = 'x' * 1_000_000\nwhile True:\n    print(line)",
}
ROW = "<tr><th>1</th>" + "<td>0.25</td>" * 12 + "</tr>\n"
#: As an output, or as the source of a cell: the coordinator cleans it and makes a page of it.
COORDINATOR = {
    "a table of 500 rows": ("html", f"<table><tbody>{ROW * 500}</tbody></table>"),
    "<div>, 150 kB": ("html", "<div>" * 30_000),
    "<p><b>, 40 kB": ("html", "".join(f"<p><b title={n}>" for n in range(2500))),
    "100,000 attributes": ("html", "<b " + " ".join(f"a{n}" for n in range(100_000)) + ">"),
    "150,000 colours": ("printed", "\x1b[31mx" * 150_000),
    "one colour of 900 kB": ("printed", "\x1b[" + ";" * 900_000 + "m"),
    "a line of 900 kB": ("printed", "x" * 900_000 + "\rz"),
    "code 1.1.1.…, 40 kB": ("code", "1." * 20_000),
    "Markdown, 40 kB": ("markdown", "\\\\[" * 13_000),
}


def worker(code):
    """Grade a toy with this in its solution cell; what came of it."""
    from helpers.grading.verdict import grade
    from tests.grading import toy

    verdict = grade(toy.job(toy.submission(code)))
    return f"{verdict['status']} {verdict['message']}"


def coordinator(place, text):
    """Clean a notebook as for the gradebook, and make a feedback page of it."""
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

    from helpers.grading.feedback import FeedbackExporter, SanitiseOutputs

    about = {"nbgrader": {"solution": True, "grade_id": "a"}}
    cell = (new_markdown_cell if place == "markdown" else new_code_cell)("", metadata=about)
    if place in ("code", "markdown"):
        cell.source = text
    elif place == "html":
        cell.outputs = [new_output("display_data", data={"text/html": text})]
    else:
        cell.outputs = [new_output("stream", text=text)]
    SanitiseOutputs().preprocess_cell(cell, {}, 0)  # as `record` does
    exporter = FeedbackExporter()
    exporter.register_preprocessor(SanitiseOutputs())
    page, _ = exporter.from_notebook_node(new_notebook(cells=[cell]), {"nbgrader": {}})
    return f"a page of {len(page):,} characters"


def measure(kind, name):
    """One case in this process, after one that warms it up."""
    if kind == "worker":
        worker(WORKER["an honest solution"])
    else:
        coordinator("printed", "x")
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    told = worker(WORKER[name]) if kind == "worker" else coordinator(*COORDINATOR[name])
    seconds = time.process_time() - begun
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1000
    print(f"{kind:12}{name:27}{seconds:8.2f} s{more:8.0f} MB  {told:.60}", flush=True)


def main():
    """Print one line for each case."""
    from helpers.kernels import warm

    with warm.private_servers():
        for kind, cases in (("worker", WORKER), ("coordinator", COORDINATOR)):
            for name in cases:
                if sys.argv[1:] and name not in sys.argv[1:]:
                    continue
                command = [sys.executable, __file__, "--measure", kind, name]
                try:
                    subprocess.run(command, check=True, timeout=LIMIT)
                except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
                    print(f"{kind:12}{name:27}  {type(error).__name__}", flush=True)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    if sys.argv[1:2] == ["--measure"]:
        measure(*sys.argv[2:4])
    else:
        main()
