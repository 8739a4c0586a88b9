from helpers.experiments import recurrent_layers


def test_architectures_meet_three_tasks():
    found = recurrent_layers.architectures(seeds=range(2), names=["SimpleRNN"], steps=40)
    assert set(found) == {"first step", "middle", "sum"}
    for by_name in found.values():
        runs = by_name["SimpleRNN"]
        assert len(runs["solved_at"]) == len(runs["accuracy"]) == 2
        assert all(step == -1 or 10 <= step <= 40 for step in runs["solved_at"])
    assert min(found["first step"]["SimpleRNN"]["accuracy"]) > 0.9


def test_the_wide_lstm_is_as_large_as_two():
    sizes = {name: build().count_params() for name, build in recurrent_layers.candidates(1).items()}
    assert 0.97 * sizes["stacked LSTM"] < sizes["wide LSTM"] <= sizes["stacked LSTM"] + 64


def test_directions_meet_every_gap():
    found = recurrent_layers.directions((2, 3), seeds=[0], steps=2)
    assert {name: list(by_gap) for name, by_gap in found.items()} == {
        "one": ["2", "3"],
        "both": ["2", "3"],
    }
