"""What crosses between the processes comes back as it was; what could lie or run does not cross."""

import collections
import contextlib
import json
import math

import hypothesis.strategies as st
import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as hnp

from helpers.grading.exchange import Refused, decode, dumps, encode, loads

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
    | st.text()
    | st.binary()
)
HASHABLE = st.none() | st.booleans() | st.integers() | st.text() | st.binary()
PLAIN = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(HASHABLE, inner)
        | st.sets(HASHABLE)
        | st.frozensets(HASHABLE)
    ),
    max_leaves=20,
)
NUMBERS = hnp.floating_dtypes() | hnp.integer_dtypes() | hnp.complex_number_dtypes()
ARRAYS = hnp.arrays(NUMBERS | hnp.boolean_dtypes(), hnp.array_shapes(min_dims=0))
JSON = st.recursive(
    st.none() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def crossed(value):
    return decode(loads(dumps(encode(value))))


def same_types(one, other) -> bool:
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple):
        return all(map(same_types, one, other))
    if isinstance(one, dict):
        return all(same_types(value, other[key]) for key, value in one.items())
    return True


@given(PLAIN)
def test_plain_data_come_back_equal_and_of_the_same_types(value):
    back = crossed(value)
    assert back == value and same_types(back, value)


@given(ARRAYS)
def test_arrays_come_back_bit_by_bit(array):
    back = crossed(array)
    assert type(back) is np.ndarray and back.dtype == array.dtype and back.shape == array.shape
    assert back.tobytes() == np.ascontiguousarray(array).tobytes()
    back[...] = 0  # writable


@pytest.mark.parametrize("value", [np.float32(0.1), np.int64(3), np.bool_(True), np.str_("a")])
def test_scalars_stay_scalars(value):
    back = crossed(value)
    assert type(back) is type(value) and back == value


def test_nan_and_infinity_cross():
    assert math.isnan(crossed(float("nan"))) and crossed(-math.inf) == -math.inf


def test_a_tensor_crosses_as_an_array():
    tensor = keras.ops.ones((2, 3))
    assert np.array_equal(crossed(tensor), np.ones((2, 3)))
    assert np.array_equal(crossed(keras.Variable(np.arange(3.0))), np.arange(3.0))


def small_model(**clip):
    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.Input((None, 2)), keras.layers.LSTM(4), keras.layers.Dense(1)])
    optimizer = keras.optimizers.SGD(0.02, momentum=0.9, **clip)
    model.compile(optimizer, "mse", metrics=["mae"])
    return model


@pytest.mark.parametrize("trained", [False, True])
def test_a_model_crosses_with_its_weights_and_its_optimizer(trained):
    model, x, y = small_model(clipvalue=3.0), np.ones((8, 5, 2)), np.ones((8, 1))
    if trained:
        model.fit(x, y, verbose=0)
    back = crossed(model)
    assert all(map(np.array_equal, back.get_weights(), model.get_weights()))
    assert np.allclose(back(x), model(x), atol=1e-6)
    assert back.optimizer.clipvalue == 3.0 and back.loss == "mse"
    assert int(back.optimizer.iterations) == int(model.optimizer.iterations) == int(trained)
    model.fit(x, y, verbose=0)
    back.fit(x, y, verbose=0)  # the momentum crossed, too
    for mine, theirs in zip(back.get_weights(), model.get_weights(), strict=True):
        assert np.allclose(mine, theirs, atol=1e-6)


def test_a_model_of_functions_is_refused():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Lambda(lambda x: x + 1)])
    with pytest.raises(Refused, match="Lambda"):
        decode(loads(dumps(encode(model))))


@pytest.mark.parametrize("part", [keras.optimizers.Adam(0.1), keras.initializers.HeUniform(seed=1)])
def test_parts_of_keras_cross(part):
    back = crossed(part)
    assert type(back) is type(part) and back.get_config() == part.get_config()


class Liar(int):
    """Equals everything."""

    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


@pytest.mark.parametrize(
    "value",
    [Liar(1), [Liar(1)], {"a": Liar(1)}, np.zeros(2).view(type("A", (np.ndarray,), {})), object()],
)
def test_what_could_lie_is_refused(value):
    with pytest.raises(Refused):
        encode(value)


def test_a_subclass_of_plain_data_can_stay_behind_a_handle():
    kept = []
    data = encode([collections.Counter("ab")], lambda value: kept.append(value) or 7)
    assert data == {"list": [{"handle": 7, "type": "Counter", "callable": False}]}
    assert kept == [collections.Counter("ab")]


def test_objects_in_arrays_huge_numbers_and_deep_lists_are_refused():
    nested = []
    for _ in range(100):
        nested = [nested]
    for value in (np.array([object()]), 10**10_000, nested):
        with pytest.raises(Refused):
            encode(value)


@pytest.mark.parametrize(
    "data",
    [
        {},
        [],
        {"unknown": 1},
        {"handle": 1},
        {"bytes": 3},
        {"dict": [[{"list": []}, 1]]},
        {"array": {"dtype": "O", "shape": [1], "data": ""}},
        {"array": {"dtype": "<f8", "shape": [10**9], "data": ""}},
        {"array": {"dtype": "<f8", "shape": [-1, 0], "data": ""}},
        {"keras": {"module": "os", "class_name": "system", "config": {}, "registered_name": None}},
        {"model": {"config": "{}", "weights": [], "optimizer": []}},
        {"complex": "x"},
        {"complex": "12"},
        {"list": "abc"},
        {"set": {"a": 1}},
        {"dict": {"ab": 1}},
    ],
    ids=str,
)
def test_messages_that_nobody_wrote_are_refused(data):
    with pytest.raises(Refused):
        decode(data)


@given(JSON)
def test_any_json_is_decoded_or_refused(data):
    with contextlib.suppress(Refused):
        decode(json.loads(json.dumps(data)))


def test_text_that_is_not_json_or_too_long_is_refused(monkeypatch):
    for text in ("{", "[" * 100_000):
        with pytest.raises(Refused):
            loads(text)
    with pytest.raises(Refused, match="million values"):
        loads("[" + "[]," * 3_000_000 + "1]")
    monkeypatch.setattr("helpers.grading.exchange.LARGEST", 10)
    for attempt in (lambda: loads("1" * 11), lambda: dumps("x" * 11)):
        with pytest.raises(Refused, match="MB at once"):
            attempt()
