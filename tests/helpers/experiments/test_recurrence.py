import json

from helpers.experiments import recurrence


def test_a_short_run_is_fit_for_json():
    run = recurrence.forgetting((3,), (0.5,), seeds=[0, 1], steps=2)
    assert json.loads(json.dumps(run, allow_nan=False)) == run
    assert {gain: {gap: len(v) for gap, v in by.items()} for gain, by in run.items()} == {
        "0.5": {"3": 2}
    }
