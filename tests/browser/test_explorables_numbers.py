"""What the figures that answer back compute in a browser is what the course computes."""

import numpy as np
import pytest

from helpers.cells import GRU, LSTM, SimpleRNN
from helpers.decoding import probabilities, viterbi
from tests.browser.explorables import LAG, computed


def test_the_cells_are_those_of_the_course(opened):
    page = opened("lag")
    for seed in range(5):
        rng = np.random.default_rng(seed)
        features, units, timesteps = rng.integers(1, 6, 3) + (0, 0, 8)
        x = rng.normal(size=(1, timesteps, features))

        def weights(gates, bias, sizes=(features, units), rng=rng):
            shapes = [(size, gates * sizes[1]) for size in sizes]
            return [rng.normal(size=shape) for shape in (*shapes, bias)]

        for activation in ("tanh", "linear", "relu", "sigmoid"):
            same_simple_cell(page, SimpleRNN(*weights(1, units), activation), x, rng)
        same_gated_cell(page, "gru", GRU(*weights(3, (2, 3 * units))), x)
        same_gated_cell(page, "lstm", LSTM(*weights(4, 4 * units)), x)


def same_simple_cell(page, cell, x, rng):
    """States and gradients of the page's cell are those of ours."""
    expected = cell.forward(x)
    last = np.zeros_like(expected)
    last[:, -1] = rng.normal(size=expected.shape[-1])
    states, gradients = computed(
        page,
        "(states => [states.map(s => s.h), Explorables.cells.messages(given, states, given.last)])"
        "(Explorables.cells.run(Explorables.cells.simple, given, given.x))",
        {**vars(cell), "x": x[0], "last": last[0, -1]},
    )
    np.testing.assert_allclose(np.array(states, float), expected[0], rtol=1e-5, atol=1e-7)
    messages = cell.backward(x, expected, last).h[0]
    np.testing.assert_allclose(np.array(gradients[::-1], float), messages, rtol=1e-5, atol=1e-7)


def same_gated_cell(page, kind, cell, x):
    """Every state and gate of the page's cell is that of ours."""
    found = computed(
        page,
        f"Explorables.cells.run(Explorables.cells.{kind}, given, given.x)",
        {**vars(cell), "x": x[0]},
    )
    names = {"h_tilde": "candidate", "c_tilde": "candidate"}
    for part, expected in cell.forward(x)._asdict().items():
        steps = [step[names.get(part, part)] for step in found]
        np.testing.assert_allclose(steps, expected[0], rtol=1e-5, atol=1e-7)


def test_clipping_is_that_of_numpy(opened):
    page = opened("clipping")
    rng = np.random.default_rng(0)
    for g in [*rng.normal(scale=3, size=(20, 2)), np.zeros(2), np.array([2.0, 0])]:
        c = float(rng.uniform(0.1, 3))
        value, norm, turn = computed(
            page,
            "(({byValue, byNorm, turn}) => [byValue(given.g, given.c), byNorm(given.g, given.c),"
            " turn(given.g, byValue(given.g, given.c))])(Explorables.clipping)",
            {"g": g, "c": c},
        )
        length = np.linalg.norm(g)
        np.testing.assert_allclose(value, np.clip(g, -c, c))
        np.testing.assert_allclose(norm, g * min(1, c / length) if length else g)
        cosine = g @ value / (length * np.linalg.norm(value)) if length else 1
        assert turn == pytest.approx(np.degrees(np.arccos(min(cosine, 1))), abs=1e-5)


@pytest.mark.parametrize("activation", ["tanh", "linear", "relu", "sigmoid"])
def test_the_gradient_by_lag_is_that_of_the_cells_and_within_its_bound(opened, activation):
    page = opened("lag")
    for gain, length in ((0.3, 60), (1.0, 5), (1.0, 60), (2.5, 60)):
        found, bound = computed(
            page,
            "(({measured, bound}) => [measured(given.data, ...given.how), bound(...given.how)])"
            "(Explorables.lag)",
            {"data": LAG, "how": [gain, activation, length]},
        )
        found, bound = np.array(found, float), np.array(bound, float)
        cell = SimpleRNN(LAG["W_xh"], gain * LAG["orthogonal"], np.zeros(8), activation)
        x = LAG["x"][:, :length, None]
        states = cell.forward(x)
        last = np.zeros_like(states)
        last[:, -1] = LAG["readout"]
        norms = np.linalg.norm(cell.backward(x, states, last).h, axis=2).mean(axis=0)[::-1]
        np.testing.assert_allclose(found, norms / norms[0], rtol=1e-5)
        slope = 0.25 if activation == "sigmoid" else 1
        np.testing.assert_allclose(bound, (gain * slope) ** np.arange(length))
        assert np.all(found <= bound * (1 + 1e-9))


def test_the_stepper_computes_the_gru_with_its_biases_moved(opened):
    page = opened("gates")
    rng = np.random.default_rng(0)
    W_xh, W_hh, b = (rng.normal(size=size) for size in ((2, 12), (4, 12), (2, 12)))
    readout, offset = rng.normal(size=4), 0.3
    x = np.stack([rng.uniform(-1, 1, 9).round(2), rng.integers(0, 2, 9)], axis=1)
    text = ", ".join(f"{value:+.2f}{'!' * int(bell)}" for value, bell in x)
    weights = {"W_xh": W_xh, "W_hh": W_hh, "b": b, "readout": readout, "offset": offset}
    for more in (-2.5, 0, 3):
        found = computed(
            page,
            "(({parse, answers}) => answers(given, parse(given.text), given.more))"
            "(Explorables.gates)",
            weights | {"text": text, "more": more},
        )
        moved = b + more * np.array([[1] * 4 + [0] * 8, [0] * 12])
        states = GRU(W_xh, W_hh, moved).forward(x[None])
        said = states.h[0] @ readout + offset
        np.testing.assert_allclose([step["says"] for step in found], said, rtol=1e-5)
        np.testing.assert_allclose([step["u"] for step in found], states.u[0], rtol=1e-5)


def test_the_search_through_the_lattice_is_that_of_the_course(opened):
    page = opened("viterbi")
    rng = np.random.default_rng(0)
    for timesteps, tags in ((1, 1), (1, 4), (7, 3), (12, 7)):
        sizes = {"emissions": (timesteps, tags), "transitions": (tags, tags)}
        sizes |= {"start": (tags,), "end": (tags,)}
        # Small whole numbers, so that equal scores occur.
        given = {name: rng.integers(-2, 3, size=size) for name, size in sizes.items()}
        found = computed(page, "Explorables.viterbi.search(given)", given)
        paths, scores = viterbi(
            given["emissions"][None], given["transitions"], start=given["start"], end=given["end"]
        )
        assert found["path"] == paths[0].tolist() and found["score"] == scores[0]
        assert found["byWord"] == given["emissions"].argmax(axis=1).tolist()


def test_the_distribution_is_that_of_the_course(opened):
    page = opened("temperature")
    rng = np.random.default_rng(0)
    for temperature in (0, 0.1, 0.7, 1, 3):
        for top_k, top_p in ((12, 1), (5, 1), (12, 0.6), (5, 0.05), (1, 1)):
            logits = rng.integers(-3, 4, size=12)  # with equal ones
            found = computed(
                page,
                "Explorables.temperature.probabilities(...given)",
                [logits, temperature, top_k, top_p],
            )
            how = {"temperature": temperature, "top_k": top_k, "top_p": top_p}
            np.testing.assert_allclose(found, probabilities(logits, **how), atol=1e-12)


def test_the_reach_of_a_stack_is_what_moves_its_last_answer(opened):
    page = opened("reach")
    rng = np.random.default_rng(0)
    for layers in (1, 2, 3, 4, 4):
        stack = np.stack([rng.integers(1, 6, layers), rng.integers(1, 9, layers)], axis=1)
        floors, formula = computed(
            page, "[Explorables.reach.seen(given), Explorables.reach.formula(given)]", stack
        )
        # Kernels of ones, each with zeros between its entries, convolved one after the other.
        reached = np.ones(1)
        for width, dilation in stack:
            kernel = np.zeros((width - 1) * dilation + 1)
            kernel[::dilation] = 1
            reached = np.convolve(reached, kernel)
        assert floors[-1] == np.flatnonzero(reached).tolist()
        assert formula == len(reached)
