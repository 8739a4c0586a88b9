"""A misconception is named where a submission fails what the known answer fails, as it does."""

import json

import pytest

from helpers.grading.report.misconceptions import NoCorpus, explain, read_corpus, shared
from helpers.grading.report.results import Outcome, Part, Result

PARTS = [Part("one", 2.0), Part("two", 3.0), Part("three", 5.0)]
ORDER = ["make-one", "one", "make-two", "two", "make-three", "three"]
FULL = {part.name: part.of for part in PARTS}
CELL = "\n```python make-{}\npass\n```\n"
SAID = {
    "wrong-sign": {"one": "expected 1.5, got -1.5"},
    "wrong-scale": {"one": "expected 1.5, got 3.0"},
    "wrong-axis": {"one": "expected 1.5, got 7.25", "two": "shape (3, 4), not (4, 3)"},
    "wrong-both": {"one": "nan", "three": "the last step is missing"},
    "wrong-rows": {"two": "shape (3, 4), not (4, 3)"},
    "wrong-twin": {"three": "it changed its argument"},
    "wrong-other-twin": {"three": "it changed its argument"},
    **{f"wrong-vague-{number}": {"two": "it is wrong"} for number in range(4)},
}


@pytest.fixture
def corpus(tmp_path):
    """A course with a corpus as `make corpora` writes it."""
    folder = tmp_path / "tests" / "exercises" / "toy"
    folder.mkdir(parents=True)
    head = "---\ndoes: Does {}.\npoints: {{}}\n---\n"
    answers = {"solution": {"points": FULL}, "blank": {"points": dict.fromkeys(FULL, 0)}}
    for name, said in SAID.items():
        (folder / f"{name}.md").write_text(head.format(name) + "".join(map(CELL.format, said)))
        answers[name] = {"points": {test: 0 if test in said else FULL[test] for test in FULL}}
    (folder / "verdicts.json").write_text(json.dumps({"answers": answers}))
    (folder / "messages.json").write_text(json.dumps(SAID))
    return tmp_path


def result(student="ada", **said):
    tests = {
        name: Outcome(0.0, of, said[name]) if name in said else Outcome(of, of)
        for name, of in FULL.items()
    }
    return Result(student, "graded", sum(test.points for test in tests.values()), tests=tests)


def found(corpus, **said):
    explanation = explain(result(**said), read_corpus(corpus, "toy", PARTS, ORDER))
    names = [{known.name for known in each.answers} for each in explanation.findings]
    [left], [undone] = {explanation.left}, {explanation.undone}  # a class is grouped by them
    return names, left, undone


@pytest.mark.parametrize("name", ["wrong-sign", "wrong-scale", "wrong-axis", "wrong-both"])
def test_each_known_answer_is_named_by_what_it_is_told(corpus, name):
    assert found(corpus, **SAID[name]) == ([{name}], set(), set())
    known = read_corpus(corpus, "toy", PARTS, ORDER)
    [whole] = [each for each in known if each.name == name and each.whole]
    assert whole.does == f"Does {name}."


def test_other_numbers_are_another_mistake(corpus):
    assert found(corpus, one="expected 1.5, got 0.25") == ([], {"one"}, set())
    assert found(corpus, one="expected 1.5000001, got -1.4999999")[0] == [{"wrong-sign"}]


def test_one_slip_of_an_answer_with_two_is_found(corpus):
    assert found(corpus, one="nan") == ([{"wrong-both"}], set(), set())
    [finding] = explain(result(one="nan"), read_corpus(corpus, "toy", PARTS, ORDER)).findings
    assert not finding.answers[0].whole and finding.tests == {"one"}


def test_what_follows_from_one_slip_is_no_mistake_of_its_own(corpus):
    path = corpus / "tests" / "exercises" / "toy" / "wrong-axis.md"
    path.write_text(path.read_text().replace("make-two", "elsewhere"))
    assert found(corpus, one=SAID["wrong-axis"]["one"]) == ([], {"one"}, set())


def test_two_mistakes_are_two_findings(corpus):
    said = SAID["wrong-sign"] | SAID["wrong-rows"]
    names, left, _ = found(corpus, **said, three="something new")
    assert sorted(map(sorted, names)) == [["wrong-axis", "wrong-rows"], ["wrong-sign"]]
    assert left == {"three"}


def test_what_the_tests_do_not_tell_apart_is_told_as_such(corpus):
    assert found(corpus, three="it changed its argument")[0] == [{"wrong-twin", "wrong-other-twin"}]


def test_what_fits_too_many_is_not_named(corpus):
    assert found(corpus, two="it is wrong") == ([], {"two"}, set())


def test_a_task_not_begun_is_no_mistake(corpus):
    said = SAID["wrong-sign"] | {"three": "Task 3 is not done yet"}
    assert found(corpus, **said) == ([{"wrong-sign"}], set(), {"three"})


def test_partial_points_are_not_none(corpus):
    half = Result("ada", "graded", 9, tests=result().tests | {"one": Outcome(1.0, 2.0, "got -1.5")})
    assert not explain(half, read_corpus(corpus, "toy", PARTS, ORDER)).findings


def test_words_alone_are_no_firm_finding(corpus):
    known = read_corpus(corpus, "toy", PARTS, ORDER)
    for name, firm in (("wrong-sign", True), ("wrong-rows", False), ("wrong-axis", True)):
        [finding] = explain(result(**SAID[name]), known).findings
        assert finding.firm == firm


def test_the_class_is_counted_by_what_was_found(corpus):
    known = read_corpus(corpus, "toy", PARTS, ORDER)
    class_ = [result(str(n), **SAID["wrong-sign"]) for n in range(3)]
    class_ += [result("x", **(SAID["wrong-sign"] | SAID["wrong-twin"])), result("y")]
    groups = shared({each.student: explain(each, known) for each in class_})
    assert [(len(g.students), g.finding.answers[0].name) for g in groups] == [
        (4, "wrong-sign"),
        (1, "wrong-other-twin"),
    ]


def test_without_a_corpus_the_reason_is_told(corpus):
    folder = corpus / "tests" / "exercises" / "toy"
    with pytest.raises(NoCorpus, match="no corpus of answers in tests/exercises/gates"):
        read_corpus(corpus, "gates", PARTS, ORDER)
    with pytest.raises(NoCorpus, match="another version of toy.*make corpora A=toy"):
        read_corpus(corpus, "toy", [*PARTS, Part("four", 1.0)], ORDER)
    (folder / "wrong-sign.md").write_text("It says nothing.")
    with pytest.raises(NoCorpus, match="wrong-sign.md does not say"):
        read_corpus(corpus, "toy", PARTS, ORDER)
    (folder / "messages.json").write_text("{")
    with pytest.raises(NoCorpus, match="messages.json cannot be read"):
        read_corpus(corpus, "toy", PARTS, ORDER)
    (folder / "messages.json").unlink()
    with pytest.raises(NoCorpus, match="messages.json is missing: `make corpora A=toy` writes it"):
        read_corpus(corpus, "toy", PARTS, ORDER)
