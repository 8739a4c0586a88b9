import keras
import numpy as np
import pytest

from helpers import models, series


def test_a_stack_answers_for_windows_of_any_length():
    model = models.build_forecasting_model(2, outputs=3, units=[4, 5], dropout=0.1)
    assert model(np.zeros((2, 7, 2))).shape == (2, 3) == model(np.zeros((2, 9, 2))).shape
    assert [type(layer).__name__ for layer in model.layers] == ["LSTM", "LSTM", "Dropout", "Dense"]


def test_it_learns_a_sine():
    keras.utils.set_random_seed(0)
    x, y = series.create_sequences(np.sin(np.arange(400) / 3), 12)
    model = models.build_forecasting_model(cell="GRU", units=8, learning_rate=0.03)
    model.fit(x, y, epochs=8, verbose=0)
    assert model.evaluate(x, y, verbose=0, return_dict=True)["mae"] < 0.1


@pytest.mark.parametrize(
    "wrong", [{"cell": "Dense"}, {"units": []}, {"units": [4, 0]}, {"outputs": 0}, {"features": 0}]
)
def test_a_network_of_nothing_is_refused(wrong):
    with pytest.raises(ValueError, match="expected"):
        models.build_forecasting_model(**wrong)
