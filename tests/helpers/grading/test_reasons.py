"""A failed test says first which cell raised, and then what it missed itself."""

import time
from dataclasses import replace

import hypothesis.strategies as st
import pytest
from hypothesis import given

from helpers.grading.hidden import TEXT_KEPT
from helpers.grading.reasons import Fault, explained, raised, stopped_at

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


def test_a_silent_error_is_named_with_its_place_and_todays_name_and_does_not_speak():
    told = explained(LOST, "Task 3", [replace(SGD, silent=True, line="SGD(lr=0.01)"), GIVEN], 2)
    assert told.splitlines() == [
        f"The cell `clip` stopped with ValueError {TEXT_KEPT}",
        "    in its line: SGD(lr=0.01)",
        "That is a name of Keras 2: `lr` is called `learning_rate` today.",
    ]
    made_up = Fault("clip", "", "Saw0345: 0.345", "", silent=True)
    assert str(made_up) == f"The cell `clip` stopped with an error {TEXT_KEPT}"


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


def test_what_a_given_cell_lacks_is_no_reason_for_a_task_that_was_not_begun():
    bend = Fault("bend", "Task 4", missing("W"), "bent = W")
    stub = Fault("scale", "Task 4", "NotImplementedError", "scaled = standardise(y)")
    for faults in ([bend, stub], [bend], []):
        told = explained("NotImplementedError: no", "Task 4", faults, len(faults))
        assert told == "Task 4 is not done yet"


def test_a_name_that_a_task_should_make_is_followed_to_the_cell_that_raised():
    gone = "NotImplementedError: task 3 is not done yet: there is no `clipped`"
    assert explained(gone, "Task 3", [SGD, GIVEN], 2).startswith("The cell `clip` stopped with")
    assert explained(gone, "Task 3", [SGD, GIVEN], 0).startswith("The cell `clip` stopped with")
    assert explained(gone, "Task 3", [], 0) == "Task 3 is not done yet"


def test_an_old_name_within_a_test_is_hinted_at_too():
    told = explained("KeyError: 'acc'", "Task 1", [], 0)
    assert told.startswith("KeyError: 'acc'\n") and "`accuracy`" in told


def test_the_error_of_a_cell_is_its_name_and_text():
    assert raised([{"output_type": "stream", "text": "a"}]) == ""
    assert raised([{"output_type": "error", "ename": "KeyError", "evalue": "'a'"}]) == (
        "KeyError: 'a'"
    )
    assert raised([{"output_type": "error", "ename": "StopIteration"}]) == "StopIteration"


def missing(name):
    return f"NameError: name {name!r} is not defined"


def test_missing_names_are_followed_to_the_first_error():
    faults = [
        Fault("model", "Task 1", LR, "model = build(SGD(lr=0.01))"),
        Fault("fit", "Task 2", missing("model"), "history = model.fit(x, y)"),
        Fault("other", "Task 2", "ValueError: other", "print(loss, history)"),
        Fault("loss", "Task 3", missing("history"), "loss = history.history['loss'][-1]"),
    ]
    assert explained(missing("loss"), "Task 3", faults, 1).startswith("The cell `model` stopped")
    stub = Fault("model", "Task 1", "NotImplementedError", "raise NotImplementedError()")
    assert explained(missing("loss"), "Task 3", [stub, *faults[1:]], 1) == "Task 1 is not done yet"
    alone = explained(missing("loss"), "Task 3", [OWN, *faults[3:]], 1)
    assert alone.startswith("The cell `loss` stopped with NameError: name 'history'")


@pytest.mark.parametrize(
    "source",
    [
        "model = 1 / 0",
        "    x, model = 1 / 0",
        "model: Model = 1 / 0",
        "def model(:",
        "class model(Wrong):",
        "from nowhere import other, model",
        "import nowhere as model",
        "for model in nowhere:\n    pass",
        "with nowhere() as model:\n    pass",
        "print(1)\n\nmodel = keras.Sequential([",
    ],
)
def test_a_cell_makes_the_names_with_which_its_lines_begin(source):
    assert "model" in Fault("a", "", "E", source).makes


@pytest.mark.parametrize("source", ["print(model)", "other.model = 3", "model == 3", "f(model=3)"])
def test_a_cell_that_uses_a_name_does_not_make_it(source):
    assert "model" not in Fault("a", "", "E", source).makes


def test_the_line_is_shown_in_which_a_cell_stopped():
    lines = ["---", "\x1b[0;32mCell \x1b[1mIn[2]\x1b[0m, line 2\n----> 2 f()", "Cell In[1], line 1"]
    outputs = [{"output_type": "error", "ename": "E", "evalue": "", "traceback": lines}]
    assert stopped_at(outputs, "x = 1\n  f(x)\n") == "f(x)"
    assert stopped_at(outputs, "x = 1") == "" and stopped_at([], "x") == ""
    fault = Fault("clip", "", LR, "", line="f(x)")
    stopped, where, today = str(fault).splitlines()
    assert stopped == f"The cell `clip` stopped with {LR}" and where == "    in its line: f(x)"
    assert "learning_rate" in today


def test_what_keras_takes_in_silence_is_hinted_at_once():
    told = explained("AssertionError: no", "", [], 0, "layer = Embedding(9, 2, input_length=5)")
    assert told.splitlines()[0] == "AssertionError: no" and told.count("input_length") == 1
    assert explained("AssertionError: no", "", [], 0, "input_length == 5") == "AssertionError: no"


def test_many_long_cells_cost_little():
    begun = time.process_time()
    chain = [Fault("a", "", missing(f"a{n - 1}"), f"a{n} = a{n - 1}\n" * 100) for n in range(1000)]
    assert missing("a-1") in explained(missing("a999"), "", chain, 1)
    assert time.process_time() - begun < 20


NAMES = st.sampled_from("abcde")


@given(st.lists(st.tuples(NAMES, NAMES), max_size=9), NAMES)
def test_whoever_waits_for_whom_there_is_an_end(pairs, name):
    faults = [Fault(made, "", missing(used), f"{made} = {used}") for made, used in pairs]
    assert explained(missing(name), "", faults, len(faults))


FAULTS = st.lists(
    st.builds(Fault, *[st.text(max_size=9)] * 2, st.text(), st.text(), st.booleans()), max_size=5
)


@given(st.text(), FAULTS)
def test_an_assertion_never_loses_its_message(message, faults):
    said = f"AssertionError: {message}"
    if "NameError" not in message:
        assert said in explained(said, "", faults, len(faults))
