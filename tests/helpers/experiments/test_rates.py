import json

import numpy as np

from helpers.experiments import rates


def test_every_setting_has_an_outcome_for_every_seed():
    found = rates.rates(["Adam 0.001", "Adam 0.01"], (0.5, 1.0), (2,), seeds=[0, 1], steps=3)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    for by_gain in found.values():
        assert list(by_gain) == ["0.5", "1.0"]
        assert all(len(run["2"]["solved_at"]) == 2 for run in by_gain.values())


def test_settings_that_share_a_graph_do_not_share_a_rate():
    found = rates.rates(["Adam 0.0000001", "Adam 0.01"], (1.0,), (2,), seeds=[0], steps=60)
    assert found["Adam 0.0000001"]["1.0"]["2"]["solved_at"] == [-1]
    assert found["Adam 0.01"]["1.0"]["2"]["solved_at"][0] > 0


def test_the_forgetter_begins_with_its_gain():
    W = rates.forgetter("SGD 0.1", 0.5).layers[0].cell.recurrent_kernel.numpy()
    np.testing.assert_allclose(np.linalg.svd(W, compute_uv=False), 0.5, rtol=1e-4)
