import pytest

from helpers.data import reviews
from helpers.experiments.ablation_rates import at_rates


def test_each_rate_has_one_accuracy_per_seed():
    data = reviews.load("embedded", n_train=64, n_test=32)
    found = at_rates(data, "depth", (1e-3, 1e-2), seeds=range(2))
    assert [*found] == ["0.001", "0.01"] and all(len(row) == 2 for row in found.values())
    assert all(0 <= one <= 1 for row in found.values() for one in row)


@pytest.mark.parametrize("part", ["tuning", "magic"])
def test_what_cannot_be_left_out_is_refused(part):
    with pytest.raises(ValueError, match=f"left_out is '{part}'"):
        at_rates(reviews.load("embedded", n_train=8, n_test=8), part, (1e-3,), seeds=[0])
