"""How often `course report` names the right misconception, on submissions whose own is known.

``python benchmarks/misconceptions.py [--most N] [--seed S] [--kept FILE] [--page FILE] ASSIGNMENT``

The engine grades notebooks that nobody recorded: each wrong answer of the corpus inside another
right answer, pairs of wrong answers to different tasks, and small faults drawn at random, which
have no name. What the report names is compared with what was put in. Then every recorded answer is
looked up in a corpus that lacks it: whatever is named then is a name for an unknown mistake.

``--kept`` keeps the verdicts in a file and takes them from there. ``--page`` draws a class of 200
from them, learners who solved it, who began, and who are wrong, and writes its report there.
"""

import json
import random
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import click
from click.testing import CliRunner

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from helpers.grading import intake  # noqa: E402 - below the path that they are found on
from helpers.grading.ledger import Entry, Ledger, Row  # noqa: E402
from helpers.grading.report import results  # noqa: E402
from helpers.grading.report.misconceptions import explain, read_corpus  # noqa: E402
from helpers.kernels import warm  # noqa: E402
from tests.exercises import corpus  # noqa: E402
from tests.exercises.course import Answer  # noqa: E402
from tests.exercises.ledger import Ledger as Recorded  # noqa: E402
from tests.exercises.mutants import drawn  # noqa: E402

CLASS = 200


def notebooks(assignment, most, seed):
    """Answers by name, and which wrong answers each has in it."""
    known = Recorded(assignment).answers
    chance = random.Random(f"{seed} {assignment}")
    right = [a for n, a in known.items() if n.startswith("right-") and a.base == "solution"]
    wrong = [a for n, a in known.items() if n.startswith("wrong-") and a.base == "solution"]
    made, truth = [], {}

    def add(name, cells, *inside):
        made.append(Answer(name, "", "solution", {}, cells))
        truth[name] = [answer.name for answer in inside]

    for answer in chance.sample(wrong, min(most, len(wrong))):
        other = chance.choice(right)
        add(f"{answer.name} in {other.name}", other.cells | answer.cells, answer)
    pairs = [
        (one, two)
        for at, one in enumerate(wrong)
        for two in wrong[at + 1 :]
        if not one.cells.keys() & two.cells.keys()
    ]
    for one, two in chance.sample(pairs, min(most // 2, len(pairs))):
        add(f"{one.name} and {two.name}", one.cells | two.cells, one, two)
    for mutant in drawn(ROOT, assignment, most, seed):
        made.append(mutant)
        truth[mutant.name] = []
    return made, truth


def result_of(name, verdict, full):
    """A verdict as the report reads it."""
    tests = {
        test: results.Outcome(points, full[test], verdict["messages"].get(test, ""))
        for test, points in verdict["points"].items()
    }
    return results.Result(name, verdict["status"], sum(verdict["points"].values()), tests=tests)


def judge(title, told):
    """Print precision and recall: ``told`` has what was found in a submission, and what is true."""
    print(f"  {title}: {len(told)} submissions")
    sought = sum(len(truth) for _, truth in told)
    for kind, wanted in (("firm", (True,)), ("all", (True, False))):
        named = [
            (names(each), truth) for found, truth in told for each in found if each.firm in wanted
        ]
        alone = [(answers, truth) for answers, truth in named if len(answers) == 1]
        right = sum(bool(answers & truth) for answers, truth in named)
        met = sum(
            len({t for t in truth for e in found if e.firm in wanted and t in names(e)})
            for found, truth in told
        )
        print(
            f"    {kind:5}{len(named):3} findings, {right} right "
            f"({len(alone)} name one answer, {sum(a <= t for a, t in alone)} right)"
            + (f"; precision {right / len(named):.2f}" if named and sought else "")
            + (f", recall {met}/{sought} = {met / sought:.2f}" if sought else "")
        )


def names(finding):
    """Of the answers that a finding names."""
    return {answer.name for answer in finding.answers}


@click.command()
@click.argument("assignment")
@click.option("--most", default=30, help="Notebooks of a kind; half as many pairs.")
@click.option("--seed", default="0", help="Draws other ones.")
@click.option("--kept", type=click.Path(path_type=Path), help="Verdicts, kept or to be kept.")
@click.option("--page", type=click.Path(path_type=Path), help="Where to write a class's report.")
def main(assignment, most, seed, kept, page):
    """Print precision and recall of the misconceptions that the report names."""
    made, truth = notebooks(assignment, most, seed)
    if kept and kept.is_file():
        verdicts = json.loads(kept.read_text())
    else:
        with warm.private_servers():
            verdicts = corpus.grade(ROOT, {assignment: made})[assignment]
        if kept:
            kept.write_text(json.dumps(verdicts))
    author = intake.read_assignment(ROOT, assignment)
    parts = results.parts(author)
    full = {part.name: part.of for part in parts}
    known = read_corpus(ROOT, assignment, parts, results.order(author))
    graded = {
        name: result_of(name, verdict, full)
        for name, verdict in verdicts.items()
        if verdict["status"] == "graded"
    }

    def named(result, corpus):
        return explain(result, corpus).findings

    answers = [each for each in known if each.whole]
    print(f"{assignment}: {len(answers)} known wrong answers")
    kinds = {"in another right answer": 1, "two at once": 2, "small faults without a name": 0}
    for title, number in kinds.items():
        some = [n for n in graded if len(truth[n]) == number]
        some = [n for n in some if number or graded[n].failed]
        judge(title, [(named(graded[n], known), set(truth[n])) for n in some])
    lost = {n for n, answers in truth.items() if len(answers) == 0} & graded.keys()
    for name in sorted(n for n in lost if named(graded[n], known)):
        does = next(answer.does for answer in made if answer.name == name)
        for each in named(graded[name], known):
            print(
                f"      {does}: {'' if each.firm else 'perhaps '}{', '.join(sorted(names(each)))}"
            )
    without = []
    for one in answers:
        tests = {t: one.tests.get(t, results.Outcome(of, of)) for t, of in full.items()}
        rest = [other for other in known if other.name != one.name]
        without.append((named(results.Result(one.name, "graded", 0, tests=tests), rest), set()))
    judge("unknown to the corpus", without)
    if page:
        write_page(assignment, author, list(graded.values()), page, seed)


def write_page(assignment, author, graded, page, seed):
    """The report on a class whose verdicts are drawn from those that were graded here."""
    chance = random.Random(seed)
    parts = results.parts(author)
    solved = {part.name: results.Outcome(part.of, part.of) for part in parts}
    blank = {
        part.name: results.Outcome(0.0, part.of, f"{part.task or 'This task'} is not done yet")
        for part in parts
    }
    wrong = [result for result in graded if result.failed]
    often = [1 / (1 + rank) for rank in range(len(wrong))]  # few mistakes are common, many rare
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder)
        for name in ("_build/source", "_build/release", "tests/exercises", "nbgrader_config.py"):
            (course / name).parent.mkdir(parents=True, exist_ok=True)
            (course / name).symlink_to(ROOT / name)
        for number in range(CLASS):
            student = f"student-{number:03}"
            (course / "submitted" / student / assignment).mkdir(parents=True)
            tests, draw = dict(solved), chance.random()
            if draw > 0.35:
                [mistaken] = chance.choices(wrong, often)
                tests = dict(mistaken.tests)
            if draw > 0.85:  # some did not come to the end
                for part in parts[chance.randrange(1, len(parts)) :]:
                    tests[part.name] = blank[part.name]
            row = Row(student, "graded", sum(t.points for t in tests.values()), 10.0)
            if number % 67 == 50:
                row = replace(
                    row, status="rejected", score=0.0, message="is no notebook: it is empty"
                )
                tests = {}
            said = {
                n: {"points": t.points, "max": t.of, "message": t.message} for n, t in tests.items()
            }
            verdict = {"tests": said, "seconds": chance.lognormvariate(0.5, 0.6)}
            Ledger.of(course, assignment).write(Entry(row, verdict=verdict if said else None))
        from helpers.grading.course import main as command

        begun = time.perf_counter()
        words = ["--course", folder, "report", assignment, "--output", str(page)]
        done = CliRunner().invoke(command, words, catch_exceptions=False)
        seconds = time.perf_counter() - begun
        print(f"  {done.output.strip()}; {seconds:.1f} s, {page.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
