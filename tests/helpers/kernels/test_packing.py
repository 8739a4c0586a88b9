import json
import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

from helpers.kernels.packing import PACKER, packed
from tests.helpers.kernels.kernels import WARM, connect, kernel, printed

HALVES = "for n in range(50): print('\\ud800 \\udc80', n, flush=True)"
SHOWN = "\n".join(f"? ? {n}" for n in range(50))

texts = st.text(st.one_of(st.characters(), st.characters(categories=["Cs"])))


@given(
    st.dictionaries(
        texts, st.one_of(texts, st.integers(), st.floats(allow_nan=False, allow_infinity=False))
    )
)
def test_whatever_a_text_holds_it_arrives_and_half_of_a_character_as_a_question_mark(message):
    expected = {
        re.sub("[\ud800-\udfff]", "?", name): re.sub("[\ud800-\udfff]", "?", value)
        if isinstance(value, str)
        else value
        for name, value in message.items()
    }
    assert json.loads(packed(message).decode()) == expected


def test_what_is_no_number_is_mended_as_by_jupyter():
    with pytest.warns(UserWarning, match="Message serialization failed"):
        assert json.loads(packed({"loss": float("nan")})) == {"loss": "nan"}


def test_a_warm_kernel_goes_on_after_halves_of_characters():
    with kernel(WARM) as (_, client):
        for _ in range(3):
            assert printed(client, HALVES) == SHOWN


def test_a_cold_kernel_with_the_argument_goes_on_too():
    manager = KernelManager()
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", PACKER]
    manager._kernel_spec = KernelSpec(argv=command)
    manager.start_kernel()
    client = connect(manager)
    try:
        for _ in range(3):
            assert printed(client, HALVES) == SHOWN
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
