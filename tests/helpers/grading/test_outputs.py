"""What is kept of outputs fits the budget, can be written to a file, and is of kinds that show."""

import json

import hypothesis.strategies as st
import nbformat
import pytest
from hypothesis import given
from nbformat.v4 import new_code_cell, new_notebook

from helpers.grading.outputs import CUT, EACH, KINDS, MOST, Outputs
from helpers.grading.wire import Message, Unreadable


def message(kind, content):
    raw = json.dumps(content).encode()
    return Message(kind, "", len(raw), raw)


def kept(*messages, characters=1000):
    outputs = Outputs(characters)
    for one in messages:
        outputs.keep("cell", one)
    return outputs.by_cell().get("cell", [])


def printed(text, name="stdout"):
    return message("stream", {"name": name, "text": text})


def displayed(**data):
    return message("display_data", {"data": data})


def test_what_is_printed_piece_by_piece_is_one_output():
    shown = kept(printed("a"), printed("b"), printed("c", "stderr"), printed("d"))
    assert [(output["name"], output["text"]) for output in shown] == [
        ("stdout", "ab"),
        ("stderr", "c"),
        ("stdout", "d"),
    ]


def test_only_kinds_that_can_be_shown_are_kept():
    deep = "[" * 700 + "]" * 700
    kinds = [*KINDS, "image/svg+xml", "text/markdown", "application/javascript"]
    raw = ", ".join(f'"{kind}": "x"' for kind in kinds) + f', "a/json": {deep}'
    raw = f'{{"data": {{{raw}}}, "metadata": {deep}}}'.encode()
    [output] = kept(Message("display_data", "", len(raw), raw))
    assert output["data"] == dict.fromkeys(KINDS, "x") and output["metadata"] == {}
    assert not kept(displayed(**{"application/javascript": "x"}))


def test_one_budget_holds_for_all_cells():
    outputs = Outputs(1000)
    for cell in "abc":
        for _ in range(10):
            outputs.keep(cell, printed("x" * 99))
    texts = [output["text"] for shown in outputs.by_cell().values() for output in shown]
    assert texts[0].startswith("x" * 900) and [text.endswith(CUT) for text in texts] == [True] * 3
    assert sum(map(len, texts)) <= 1000 + 3 * len(CUT)


def test_messages_of_tests_count():
    outputs = Outputs(1000)
    outputs.spend("x" * 990)
    outputs.keep("cell", printed("y" * 100))
    assert outputs.by_cell()["cell"][0]["text"].count("y") <= 10


def test_outputs_are_limited_in_number():
    many = [displayed(**{"text/plain": "x"}) for _ in range(MOST + 10)]
    assert len(kept(*many, characters=10**6)) == MOST + 1


def test_what_cannot_fit_is_not_even_parsed():
    raw = b"not JSON" * 100_000
    assert kept(Message("stream", "", len(raw), raw))[0]["text"] == CUT


def test_halves_of_characters_are_replaced():
    [output] = kept(message("stream", {"text": "a\ud800b"}))
    assert output["text"] == "a?b"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(KINDS), inner),
    max_leaves=8,
)
FIELDS = st.sampled_from(["name", "text", "data", "traceback", "ename", "evalue", "metadata"])
KIND = st.sampled_from(["stream", "display_data", "execute_result", "error", "clear_output", "x"])


@given(st.lists(st.tuples(KIND, st.dictionaries(FIELDS, JSON))), st.integers(0, 300))
def test_any_message_is_kept_within_the_budget_or_unreadable(messages, characters):
    outputs = Outputs(characters)
    for kind, content in messages:
        try:
            outputs.keep("cell", message(kind, content))
        except Unreadable:
            continue
    shown = outputs.by_cell().get("cell", [])
    texts = [output.get("text", "") for output in shown]
    texts += [text for output in shown for text in output.get("data", {}).values()]
    texts += [text for output in shown for text in output.get("traceback", [])]
    assert (
        sum(map(len, texts)) <= characters + len(CUT) and len(shown) <= 1 + characters // EACH + 1
    )
    cell = new_code_cell("", outputs=[nbformat.from_dict(output) for output in shown])
    nbformat.validate(new_notebook(cells=[cell]))
    nbformat.writes(new_notebook(cells=[cell])).encode()


@pytest.mark.parametrize(
    ("kind", "content"),
    [("display_data", {}), ("execute_result", {"data": []}), ("error", {"traceback": "x"})],
)
def test_an_output_that_lacks_its_part_is_unreadable(kind, content):
    with pytest.raises(Unreadable, match="without"):
        kept(message(kind, content))
