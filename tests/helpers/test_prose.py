import pytest

from helpers.prose import scientific


@pytest.mark.parametrize(
    ("value", "written"),
    [(3.2e-10, "3 × 10⁻¹⁰"), (9.96e4, "1 × 10⁵"), (-2, "-2 × 10⁰"), (0, "0 × 10⁰")],
)
def test_scientific(value, written):
    assert scientific(value) == written
