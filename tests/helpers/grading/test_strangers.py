"""What a test may do with what stayed in the student's kernel, the agent answering in-process."""

import matplotlib
import pytest

from helpers.grading import agent
from helpers.grading.checker import Checker

matplotlib.use("Agg")
IMPORTS = """import keras
import numpy as np
from helpers.behaviour import predictions, step, weights
x = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
far = np.full((8, 1), 1000.0)
"""
SUBCLASS = """
import keras
class Network(keras.Model):
    def __init__(self):
        super().__init__()
        self.out = keras.layers.Dense(1)

    def call(self, inputs):
        return self.out(inputs)

model = Network()
model(keras.ops.zeros((1, 3)))
"""
LAMBDA = """
import keras
model = keras.Sequential(
    [keras.Input((3,)), keras.layers.Lambda(lambda x: x * 1), keras.layers.Dense(1)]
)
"""
LAYER = """
import keras
class Line(keras.layers.Layer):
    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], 1))
        self.bias = self.add_weight(shape=(1,), initializer="zeros")

    def call(self, inputs):
        return inputs @ self.kernel + self.bias

model = keras.Sequential([keras.Input((3,)), Line()])
"""
PLAIN = """
import keras
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
"""
COMPILE = 'model.compile(keras.optimizers.SGD(0.1, momentum=0.9, clipvalue=3.0), "mse")\n'
# The optimizer says that it cuts every entry; it shortens the gradient.
LIES = """
class Lying(keras.optimizers.SGD):
    clipvalue = property(lambda self: 3.0, lambda self, value: None)
    clipnorm = property(lambda self: None, lambda self, value: None)
    global_clipnorm = property(lambda self: None, lambda self, value: None)

    def _clip_gradients(self, gradients):
        return [gradient / 1000 for gradient in gradients]

    def get_config(self):
        return {"learning_rate": 0.1, "momentum": 0.9, "clipvalue": 3.0}

model.compile(Lying(0.1, momentum=0.9), "mse")
"""
# An optimizer of Keras' own class, tampered with: only the original does what it does.
TAMPERED = """
optimizer = keras.optimizers.SGD(0.1, momentum=0.9, clipvalue=3.0)
optimizer._clip_gradients = lambda gradients: [gradient / 1000 for gradient in gradients]
model.compile(optimizer, "mse")
"""
CLIPS = """
for steps, times in ((1, 1.0), (2, 2.9)):
    before, after = step(model, x, far, steps)
    assert len(before) == 2
    for old, new in zip(before, after):
        assert np.allclose(np.abs(new - old), 0.3 * times, atol=1e-4), "it does not clip"
"""


@pytest.fixture
def run(monkeypatch):
    """Run test cells against a student's code."""
    import __main__

    def run(student, *tests, imports=IMPORTS):
        names = {}
        exec(student, names)
        for name, value in names.items():
            if not name.startswith("__"):
                monkeypatch.setattr(__main__, name, value, raising=False)
        checker = Checker(agent.answer, imports)
        return [checker.run(test, 1)["message"] for test in tests]

    return run


@pytest.mark.parametrize(
    "student", [SUBCLASS, LAMBDA, LAYER, PLAIN], ids=["subclass", "lambda", "layer", "plain"]
)
def test_a_model_of_any_kind_serves_what_tests_do(run, student):
    uses = (
        """
kernel, bias = weights(model)
by_hand = x @ kernel + bias
for answer in (predictions(model, x), np.asarray(model(x)), model.predict(x, verbose=0)):
    assert np.allclose(answer, by_hand, atol=1e-5)
assert np.allclose(np.asarray(model(keras.ops.convert_to_tensor(x), training=False)), by_hand)
assert [tuple(weight.shape) for weight in model.weights] == [(3, 1), (1,)]
assert model.count_params() == 4 and len(list(model.layers)) in (1, 2)
assert np.isclose(float(model.compute_loss(y=by_hand + 2, y_pred=by_hand)), 4, atol=1e-4)
assert np.isclose(model.evaluate(x, by_hand + 2, verbose=0), 4, atol=1e-4)
""",
        """
optimizer = model.optimizer
assert int(optimizer.iterations) == 0 and optimizer.clipvalue == 3.0
assert np.isclose(float(optimizer.learning_rate), 0.1)
""",
        CLIPS,
        """
assert int(model.optimizer.iterations) == 0
loss = model.train_on_batch(x, far)
assert loss > 1000
assert int(model.optimizer.iterations) == 1
""",
    )
    assert run(student + COMPILE, *uses) == [""] * len(uses)


@pytest.mark.parametrize("student", [SUBCLASS, LAYER, PLAIN], ids=["subclass", "layer", "plain"])
@pytest.mark.parametrize("lie", [LIES, TAMPERED], ids=["lies", "tampered"])
def test_what_an_optimizer_says_does_not_count(run, student, lie):
    says, does = run(student + lie, "assert model.optimizer.clipvalue == 3.0", CLIPS)
    assert says == "" and "it does not clip" in does


def test_a_changed_copy_takes_the_step_and_the_original_stays(run):
    change = """
model.set_weights([np.ones((3, 1)), np.zeros(1)])
before, after = step(model, x, far)
assert (before[0] == 1).all() and np.allclose(after[0] - before[0], 0.3, atol=0.7)
"""
    found = "assert not (weights(model)[0] == 1).any()"
    assert run(PLAIN + COMPILE, change, found) == ["", ""]


def test_models_and_strangers_pass_to_a_function_even_inside_a_list(run):
    student = SUBCLASS + "def total(models): return sum(m.count_params() for m in models)\n"
    test = (
        "other = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])\n"
        "assert total([model, other]) == 7"
    )
    assert run(student, test) == [""]


def test_iterators_are_taken_from_item_by_item(run):
    student = """
import itertools
def count():
    yield from itertools.count()
endless, short, many = count(), iter("abc"), (n for n in range(120_000))
"""
    tests = (
        """
assert next(endless) == 0
assert list(itertools.islice(endless, 3)) == [1, 2, 3] and next(endless) == 4
assert list(short) == ["a", "b", "c"] and list(short) == [] and next(short, None) is None
""",
        "list(many)",
    )
    works, too_many = run(student, *tests, imports="import itertools")
    assert works == "" and "too many items" in too_many


def test_an_error_of_ones_own_arrives_as_the_built_in_one_that_it_is(run):
    student = """
class BrokenFile(ValueError): pass
class Gone(BrokenFile, KeyError): pass
class Odd(Exception): pass
def fails(kind): raise {"a": BrokenFile, "b": Gone, "c": Odd, "d": KeyError}[kind]("told so")
def decodes(): b"\\xff".decode()
"""
    test = """
for kind, known in (("a", ValueError), ("b", ValueError), ("c", Exception), ("d", KeyError)):
    try:
        fails(kind)
    except known as error:
        assert "told so" in str(error)
    else:
        raise AssertionError(kind)
try:
    decodes()
except ValueError as error:
    assert "can't decode" in str(error)
"""
    assert run(student, test) == [""]
    assert run(student, "fails('c')") == ["Unusable: Odd: told so"]


def test_a_test_may_set_what_an_object_of_the_students_has(run):
    student = """
class Account:
    def __init__(self): self.balance, self._parts = 0, {}
    def __setitem__(self, name, amount): self._parts[name] = amount
    def total(self): return self.balance + sum(self._parts.values())
"""
    test = """
account = Account()
account.balance = 5
account["rent"] = 2
assert account.total() == 7 and account.balance == 5
"""
    assert run(student, test) == [""]
    assert "private" in run(student, "account = Account()\naccount._parts = 3")[0]
