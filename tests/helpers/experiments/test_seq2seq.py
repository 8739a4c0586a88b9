"""Dates: what is reported is what was written."""

import numpy as np
import pytest

from helpers import models, results
from helpers.data import dates
from helpers.experiments import seq2seq


def test_vocabularies_come_from_the_training_part():
    data = dates.Dates(("1 may",), ("05",), ("2 june",), ("06",))
    source, target = seq2seq.date_task(data)
    assert {*source.tokens[4:]} == {*"1 may"} and {*target.tokens[4:]} == {*"05"}


def test_exact_match_is_all_or_nothing():
    assert seq2seq.exact_match(["ab", "ac"], ["ab", "ab"]) == 0.5
    with pytest.raises(ValueError):
        seq2seq.exact_match(["ab"], ["ab", "ab"])


def test_what_is_written_is_decoded_greedily():
    data = dates.load(64, 5)
    source, target = seq2seq.date_task(data)
    model = models.build_encoder_decoder(len(source), len(target), units=4)
    x = source.encode(data.test_sources)
    state, token, found = model.begin(x), np.full(5, target.start), []
    for _ in range(12):
        scores, state = model.step(token, state)
        token = scores.argmax(-1)
        found.append(token)
    expected = ["".join(target.decode(row)) for row in np.array(found).T]
    assert seq2seq.write(model, x, target) == expected


def test_a_few_steps_lower_the_error_and_report_every_look():
    data = dates.load(64 * 40, 20)
    _, found = seq2seq.learn_dates(
        data, attention="dot", seed=0, looks=(2, 40), units=16, learning_rate=0.02, every=2
    )
    assert {key: len(values) for key, values in found.items()} == dict.fromkeys(found, 2)
    assert found["forced"][1] > found["forced"][0] and max(map(max, found.values())) <= 1


def test_the_record_is_whole():
    record = results.load("dates")["outcome"]
    assert {*record["runs"]} == {"none", "dot"}
    for rates in record["runs"].values():
        assert [*rates] == [str(rate) for rate in seq2seq.RATES]
        for rows in rates.values():
            assert np.shape(rows["exact"]) == (3, 2)
