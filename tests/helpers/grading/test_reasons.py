"""A failed test says first which cell raised, and then what it missed itself."""

import hypothesis.strategies as st
from hypothesis import given

from helpers.grading.reasons import Fault, explained, raised

LR = "ValueError: Argument(s) not recognized: {'lr': 0.01}"
SGD = Fault("clip", "Task 3", LR, "clipped = build_model(SGD(lr=0.01))\ntest_mse = 1")
GIVEN = Fault("clip-given", "Task 3", "NameError: name 'clipped' is not defined", "clipped.count")
STUB = Fault("build", "Task 1", "NotImplementedError: ", "# YOUR CODE HERE\nraise ...")
GIVEN_FIRST = Fault("build-given", "Task 1", "NotImplementedError", "unclipped = build_model()")
OWN = Fault("own-3", "Task 2", "ZeroDivisionError: division by zero", "1 / 0", own=True)
LOST = "NameError: name 'clipped' is not defined"


def test_the_cell_that_raised_leads_with_its_own_error_and_todays_name():
    told = explained(LOST, "Task 3", [SGD, GIVEN], 2)
    assert told.splitlines() == [
        f"The cell `clip` stopped with {LR}",
        "That is a name of Keras 2: `lr` is called `learning_rate` today.",
    ]


def test_a_later_test_that_misses_the_same_name_says_the_same():
    assert "Argument(s)" in explained("NameError: name 'test_mse' is not defined", "", [SGD], 0)
    assert "Argument(s)" in explained(LOST, "Task 3", [OWN, SGD, GIVEN], 0)


def test_an_assertion_keeps_its_message_after_the_error():
    told = explained("AssertionError: 3 is not 4", "Task 3", [STUB, SGD], 1)
    assert told.startswith("The cell `clip`") and told.endswith("AssertionError: 3 is not 4")


def test_what_a_learner_tried_for_themselves_explains_nothing():
    assert explained("AssertionError: no", "Task 2", [OWN], 1) == "AssertionError: no"
    assert explained("AssertionError: no", "Task 2", [SGD], 0) == "AssertionError: no"


def test_a_task_that_was_not_begun_is_not_done_yet():
    assert explained("NotImplementedError", "Task 4", [], 0) == "Task 4 is not done yet"
    assert explained("NotImplementedError: soon", "", [], 0) == "This task is not done yet"
    lost = "NameError: name 'unclipped' is not defined"
    assert explained(lost, "Task 2", [GIVEN_FIRST], 0) == "Task 1 is not done yet"
    assert explained(lost, "Task 1", [STUB], 1) == "Task 1 is not done yet"
    assert str(Fault("solve", "", "NotImplementedError", "")) == "The cell `solve` is not done yet"


def test_an_old_name_within_a_test_is_hinted_at_too():
    told = explained("KeyError: 'acc'", "Task 1", [], 0)
    assert told.startswith("KeyError: 'acc'\n") and "`accuracy`" in told


def test_the_error_of_a_cell_is_its_name_and_text():
    assert raised([{"output_type": "stream", "text": "a"}]) == ""
    assert raised([{"output_type": "error", "ename": "KeyError", "evalue": "'a'"}]) == (
        "KeyError: 'a'"
    )
    assert raised([{"output_type": "error", "ename": "StopIteration"}]) == "StopIteration"


FAULTS = st.lists(
    st.builds(Fault, *[st.text(max_size=9)] * 2, st.text(), st.text(), st.booleans()), max_size=5
)


@given(st.text(), FAULTS)
def test_an_assertion_never_loses_its_message(message, faults):
    said = f"AssertionError: {message}"
    if "NameError" not in message:
        assert said in explained(said, "", faults, len(faults))
