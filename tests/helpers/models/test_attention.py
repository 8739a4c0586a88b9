"""Networks with attention."""

import numpy as np
import pytest

from helpers import models


@pytest.mark.parametrize("encoder", ["Dense", "GRU"])
@pytest.mark.parametrize("score", ["additive", "dot", "scaled dot", "squashed", "average"])
def test_one_answer_for_sequences_of_any_length(encoder, score):
    model = models.build_attention_model(2, score=score, encoder=encoder, units=4)
    for timesteps in (1, 7):
        answer = np.array(model(np.ones((3, timesteps, 2), "float32")))
        assert answer.shape == (3, 1) and np.all((answer > 0) & (answer < 1))


def test_the_last_state_is_a_recurrent_layers():
    model = models.build_attention_model(2, score="last", encoder="LSTM", units=4)
    assert [type(layer).__name__ for layer in model.layers] == ["LSTM", "Dense"]
    with pytest.raises(ValueError, match="Dense encoder"):
        models.build_attention_model(2, score="last")


@pytest.mark.parametrize("option", [{"score": "cosine"}, {"encoder": "Conv1D"}])
def test_what_is_unknown_is_refused(option):
    with pytest.raises(ValueError, match="expected one of"):
        models.build_attention_model(2, **option)
