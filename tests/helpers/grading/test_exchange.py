"""What crosses between the processes comes back as it was; what could lie or run does not cross."""

import collections
import contextlib
import enum
import fractions
import json
import math
import pathlib
import types

import hypothesis.strategies as st
import keras
import matplotlib.figure
import numpy as np
import pandas
import pytest
import tensorflow as tf
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


def of_functions():
    return keras.Sequential([keras.Input((1,)), keras.layers.Lambda(lambda x: x + 1)])


def of_its_own():
    class Layer(keras.layers.Layer):
        """A layer that no other process has."""

    return keras.Sequential([keras.Input((1,)), Layer()])


def of_a_class():
    class Network(keras.Model):
        """A network that takes what it is made of, and does not say so."""

        def __init__(self, units):
            super().__init__()

    return Network(3)


@pytest.mark.parametrize("make", [of_functions, of_its_own, of_a_class])
def test_a_model_that_cannot_be_rebuilt_is_asked(make):
    model, kept = make(), []
    data = loads(dumps(encode(model, lambda value: kept.append(value) or 7)))
    assert decode(data, lambda data: ("asked", data["handle"])) == ("asked", 7)
    assert kept == [model]
    with pytest.raises(Refused):
        decode(loads(dumps(encode(model))))


def test_a_copy_of_a_model_knows_its_original():
    model = small_model()
    data = loads(dumps(encode(model, lambda value: 7)))
    copy = decode(data, lambda data: ("asked", data["handle"]))
    assert isinstance(copy, keras.Sequential) and copy._asked == ("asked", 7)
    assert len(copy.layers) == 2 and len(copy.get_weights()) == len(model.get_weights())


def test_an_optimizer_crosses_with_its_counter():
    model = small_model()
    model.fit(np.ones((8, 5, 2)), np.ones((8, 1)), verbose=0)
    model.optimizer.learning_rate = 0.5
    back = crossed(model.optimizer)
    assert int(back.iterations) == 1 and float(back.learning_rate) == 0.5


@pytest.mark.parametrize("part", [keras.optimizers.Adam(0.1), keras.initializers.HeUniform(seed=1)])
def test_parts_of_keras_cross(part):
    back = crossed(part)
    assert type(back) is type(part) and back.get_config() == part.get_config()


class Liar(int):
    """Equals everything."""

    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


class Claims:
    """Says that it is a number."""

    @property
    def __class__(self):
        return int


def kind_of(value):
    """A name for a case that every run has in common: a repr may hold an address."""
    return type(value).__name__


@pytest.mark.parametrize(
    "value",
    [Liar(1), Claims(), np.array([Liar(1)], object), range(1, 2), collections.UserList([Liar(1)])],
    ids=kind_of,
)
def test_what_could_lie_arrives_as_what_it_is_or_not_at_all(value):
    for whole in (value, [value], {"a": value}):
        with contextlib.suppress(Refused):
            assert "Liar" not in repr(kinds(crossed(whole)))


def kinds(value):
    """The types of a value and of all that is in it."""
    if isinstance(value, dict):
        value = list(value.values())
    inside = [kinds(item) for item in value] if isinstance(value, list | np.ndarray) else []
    return [type(value), *inside]


Point = collections.namedtuple("Point", "x y")
Level = enum.IntEnum("Level", "LOW HIGH")


class Vocabulary(dict):
    """Says that it is empty."""

    def items(self):
        return []

    __iter__ = __len__ = None


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (collections.OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
        (collections.defaultdict(list, a=[1]), {"a": [1]}),
        (collections.Counter("aab"), {"a": 2, "b": 1}),
        (collections.UserDict(a=1), {"a": 1}),
        (types.MappingProxyType({"a": 1}), {"a": 1}),
        (Vocabulary(a=1), {"a": 1}),
        (Level.HIGH, 2),
        (Liar(3), 3),
        (type("Text", (str,), {})("a"), "a"),
        (type("Rate", (float,), {})(0.5), 0.5),
        (type("Raw", (bytes,), {})(b"a"), b"a"),
        (bytearray(b"ab"), b"ab"),
        (memoryview(b"ab"), b"ab"),
        (type("Pairs", (list,), {})([1, (2, 3)]), [1, (2, 3)]),
        (type("Pair", (tuple,), {})([1, 2]), (1, 2)),
        (type("Kinds", (set,), {})([1]), {1}),
        (type("Kinds", (frozenset,), {})([1]), frozenset([1])),
        ([collections.Counter("a"), [Level.LOW]], [{"a": 1}, [1]]),
    ],
    ids=kind_of,
)
def test_a_container_or_number_of_a_special_kind_arrives_as_the_plain_one(value, plain):
    back = crossed(value)
    assert back == plain and same_types(back, plain)


@pytest.mark.parametrize(
    "value",
    [
        {"a": 1}.keys(),
        {1: "b"}.items(),
        range(3, 30, 4),
        collections.deque([1, 2]),
        pathlib.Path("a/b.txt"),
        fractions.Fraction(1, 3),
        np.datetime64("2020-01-02"),
        np.arange(3).astype("timedelta64[s]"),
    ],
    ids=repr,
)
def test_types_of_the_standard_library_arrive_as_they_are(value):
    back = crossed(value)
    assert type(back) is type(value) and np.all(back == value)


def test_values_of_a_dictionary_arrive_as_such():
    back = crossed({"a": [1], "b": [2]}.values())
    assert list(back) == [[1], [2]] and type(back) is type({}.values())


def test_a_named_tuple_is_a_tuple_with_names():
    back = crossed([Point(1, [2])])[0]
    assert back == (1, [2]) and isinstance(back, tuple) and back.x == 1 and back.y == [2]


def test_named_tuples_of_ever_new_kinds_arrive_as_plain_ones():
    many = [collections.namedtuple("Kind", f"field{number}")(number) for number in range(150)]
    assert crossed(many) == [(number,) for number in range(150)]


@given(hnp.arrays(object, hnp.array_shapes(min_dims=0), elements=PLAIN))
def test_arrays_of_plain_objects_arrive_with_their_shape(array):
    back = crossed(array)
    assert back.dtype == object and back.shape == array.shape
    assert all(one == other for one, other in zip(back.flat, array.flat, strict=True))


def test_rows_of_several_lengths_and_of_texts_arrive_as_lists_and_arrays():
    ragged = np.array(["a", ["b", "c"], None], object)
    assert crossed(ragged).tolist() == ["a", ["b", "c"], None]
    assert crossed(np.matrix([[1, 2]])).tolist() == [[1, 2]]
    assert crossed(pandas.Series(["a", "b"])).tolist() == ["a", "b"]
    assert crossed(pandas.DataFrame({"a": [1.0, 2.0]})).tolist() == [[1.0], [2.0]]
    assert crossed(tf.ragged.constant([[1], [2, 3]])) == [[1], [2, 3]]
    assert crossed(tf.constant(["a"])).tolist() == [b"a"]
    assert crossed(tf.TensorShape([1, None])) == (1, None)
    assert crossed(tf.cast([0.5], "bfloat16")).tolist() == [0.5]


def test_the_bars_of_a_chart_stay_behind_a_handle():
    bars = matplotlib.figure.Figure().subplots().bar([1], [2], label="a")
    assert encode(bars, lambda value: 7)["handle"] == 7


def test_objects_huge_numbers_and_deep_lists_are_refused():
    nested = []
    for _ in range(100):
        nested = [nested]
    for value in (object(), np.array([object()]), 10**10_000, Liar(10**10_000), nested):
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
        {"keras": '{"module": "os", "class_name": "system", "config": {}}'},
        {"keras": {"list": []}},
        {"model": {"list": ["{}", {"list": []}, {"list": []}]}},
        {"optimizer": {"list": ["{}", {"list": []}]}},
        {"keys": [{"list": []}]},
        {"items": [1]},
        {"range": [1, 2, 0]},
        {"range": "ab"},
        {"path": 3},
        {"path": [1]},
        {"fraction": [1, 0]},
        {"row": [{"list": ["a"]}, {"list": []}]},
        {"row": [{"list": ["__class__"]}, {"list": [1]}]},
        {"row": [{"list": ["a, b"]}, {"list": [1]}]},
        {"row": [{"list": ["a", "a"]}, {"list": [1, 2]}]},
        {"row": [{"list": ["count"]}, {"list": [1]}]},
        {"objects": [{"list": [2]}, {"list": [1]}]},
        {"objects": [{"list": [-1, 0]}, {"list": []}]},
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
