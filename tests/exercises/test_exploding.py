"""Every answer of the corpus to `exploding` gets the points that it declares, from both graders."""

from tests.exercises import corpus

ASSIGNMENT = "exploding"
BY_STOCK = ["solution", "blank", "right-functional", "right-own-mse", "wrong-clipnorm", "wrong-clipvalue", "wrong-swapped", "wrong-syntax-error"]


def test_the_engine_gives_what_each_answer_declares(tmp_path):
    corpus.check_engine(tmp_path, ASSIGNMENT)


def test_stock_nbgrader_gives_the_same(tmp_path):
    corpus.check_stock(tmp_path, ASSIGNMENT, BY_STOCK)


def test_the_corpus_is_rich_enough():
    corpus.check_mix(ASSIGNMENT)
