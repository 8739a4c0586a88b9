"""Every answer of the corpus to `vanishing` gets the points that it declares."""

import pytest

from tests.exercises import corpus, course
from tests.exercises.once import once

ASSIGNMENT = "vanishing"
FULL = course.read_answer(course.ANSWERS / ASSIGNMENT / "solution.md").points
ANSWERS = course.read_answers(ASSIGNMENT)


@pytest.fixture(scope="module")
def scores(tmp_path_factory, worker_id):
    def grade(folder):
        corpus.grade_all(folder, ASSIGNMENT)

    folder = once(tmp_path_factory, worker_id, f"corpus-{ASSIGNMENT}", grade)
    return course.scores(folder, ASSIGNMENT)


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.name)
def test_answer_gets_what_it_declares(answer, scores):
    corpus.check_answer(answer, scores, FULL)


def test_the_corpus_is_rich_enough():
    corpus.check_mix(ANSWERS, FULL)
