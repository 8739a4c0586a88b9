"""What the figures that answer back compute in a browser is what the course computes."""

import numpy as np
import pytest

from helpers.cells import GRU, LSTM, SimpleRNN
from helpers.data.reviews import words
from helpers.decoding import beam_search, probabilities, viterbi
from helpers.explorables import packed, recurrent
from helpers.text import build_vocabulary, encode
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


def test_packed_weights_arrive_as_they_were(opened):
    page = opened("reader")
    rng = np.random.default_rng(0)
    for shape in ((3,), (2, 3), (4, 1, 5)):
        weights = rng.normal(size=shape).astype("float32")
        found = computed(page, "Explorables.unpacked(given)", {"a": {"b": packed(weights), "c": 1}})
        np.testing.assert_array_equal(np.float32(found["a"]["b"]), weights)
        assert found["a"]["c"] == 1


def test_the_reader_splits_and_numbers_words_as_the_course(opened):
    page = opened("reader")
    texts = ["It wasn't <b>dull</b>: 10/10!", "", "Don''t 'say' x'1 naïve", "A-b_c", "O'Neill's"]
    vocabulary = build_vocabulary(["dull it dull wasn't"])
    for text in texts:
        found, ids = computed(
            page,
            "(({words, ids}) => [words(given.text), ids(words(given.text),"
            " new Map(given.vocabulary.map((word, id) => [word, id])), 6)])(Explorables.reader)",
            {"text": text, "vocabulary": [*vocabulary]},
        )
        assert found == words(text)
        row = encode([text], vocabulary, 6)[0]
        assert ids == row[row > 0].tolist()


def test_the_reader_answers_as_the_two_networks_of_keras(opened):
    # Here, for TensorFlow takes longer to import than all the rest of this file.
    from helpers.experiments.imdb import bag_of_words
    from helpers.models import build_text_classifier

    page = opened("reader")
    bag = bag_of_words(9)
    both_ways = build_text_classifier(9, dim=4, units=3, bidirectional=True)
    for model in (bag, both_ways):
        model(np.zeros((1, 2), "int32"))
        rng = np.random.default_rng(0)
        model.set_weights([rng.normal(size=w.shape) for w in model.get_weights()])
    (weights, bias), (embedding, both, answer) = bag.get_weights(), both_ways.layers
    given = {
        "bag": {"weights": weights[:, 0], "bias": float(bias[0])},
        "network": {
            "embedding": packed(embedding.get_weights()[0]),
            "forward": recurrent(both.forward_layer),
            "backward": recurrent(both.backward_layer),
            "kernel": packed(answer.get_weights()[0][:, 0]),
            "bias": float(answer.get_weights()[1][0]),
        },
    }
    for length in (1, 3, 6):
        ids = np.random.default_rng(length).integers(1, 9, length)
        row = np.concatenate([np.zeros(6 - length, int), ids])[None]
        counted, read = computed(
            page,
            "[Explorables.reader.counted(given.bag, given.ids, 6),"
            " Explorables.reader.read(Explorables.unpacked(given.network), given.ids)]",
            given | {"ids": ids},
        )
        assert counted == pytest.approx(float(bag(row)[0, 0]), abs=1e-5)
        assert read == pytest.approx(float(both_ways(row)[0, 0]), abs=1e-5)


def test_the_beam_finds_what_the_beam_of_the_course_finds(opened):
    page = opened("beam")
    rng = np.random.default_rng(0)
    for width, longest, power in ((1, 3, 0), (2, 3, 0), (3, 4, 1.5), (5, 4, 0.5), (200, 4, 1)):
        following = rng.dirichlet(np.ones(4), size=4)
        following[0, 3] = 0  # never at the start

        def step(tokens, state, following=following):
            with np.errstate(divide="ignore"):
                return np.log(following[tokens]), state

        (expected,) = beam_search(
            step, np.zeros((1, 1)), start=0, end=1, width=width, max_length=longest,
            length_power=power,
        )  # fmt: skip
        how = {"start": 0, "end": 1, "width": width, "longest": longest, "power": power}
        found = computed(
            page, "Explorables.beam.search(given.next, given.how).found",
            {"next": following, "how": how},
        )  # fmt: skip
        assert [tuple(one["path"]) for one in found] == [h.tokens for h in expected]
        scores = [h.score for h in expected]
        np.testing.assert_allclose([one["score"] for one in found], scores, rtol=1e-9)


def test_the_writer_writes_and_looks_as_the_network_of_keras(opened):
    from helpers.decoding import greedy
    from helpers.models import build_encoder_decoder

    page = opened("alignment")
    model = build_encoder_decoder(9, 8, dim=4, units=6, attention="dot")
    rng = np.random.default_rng(0)
    model.training.set_weights([rng.normal(size=w.shape) for w in model.training.get_weights()])
    layer, both = model.training.get_layer, model.encoder.get_layer("encoder_lstm")
    network = {
        "source": packed(model.encoder.get_layer("source_embedding").get_weights()[0]),
        "target": packed(layer("target_embedding").get_weights()[0]),
        "forward": recurrent(both.forward_layer),
        "backward": recurrent(both.backward_layer),
        "writer": recurrent(layer("decoder_lstm")),
    }
    for role, name in (("combine", "combine"), ("answer", "logits")):
        kernel, bias = layer(name).get_weights()
        network[role] = {"W": packed(kernel), "b": packed(bias)}
    ended = set()
    for length, end in ((2, 3), (4, 3), (9, 4), (9, 5), (9, 6), (9, 7)):
        ids = rng.integers(1, 9, (1, length), "int32")
        steps = computed(
            page,
            "Explorables.alignment.write(Explorables.unpacked(given.network), given.ids, given)",
            {"network": network, "ids": ids[0], "start": 2, "end": end, "longest": 7},
        )
        written = [step["token"] for step in steps]
        expected = greedy(model.step, model.begin(ids), start=2, end=end, max_length=7)[0]
        assert written == [int(token) for token in expected]
        ended.add(written[-1] == end)
        fed = np.array([[2, *written[:-1]]], "int32")
        weights = model.alignment(ids, fed)[0]
        np.testing.assert_allclose([step["weights"] for step in steps], weights, atol=1e-5)
        logits = model.training([ids, fed]).numpy()[0].astype(float)
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        p = (p / p.sum(axis=1, keepdims=True))[np.arange(len(written)), written]
        np.testing.assert_allclose([step["p"] for step in steps], p, atol=1e-5)
    assert ended == {True, False}


def test_a_day_is_one_of_the_calendar(opened):
    page = opened("alignment")
    days = {"1987-03-03": True, "2000-02-29": True, "1900-02-29": False, "1999-02-30": False}
    days |= {"1987-3-3": False, "203-03-03": False, "": False, "1973-13-01": False}
    found = computed(page, "given.map(Explorables.alignment.exists)", [*days])
    assert dict(zip(days, found, strict=True)) == days
