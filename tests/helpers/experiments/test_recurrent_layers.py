from helpers.experiments import recurrent_layers


def test_architectures_meet_three_tasks():
    found = recurrent_layers.architectures(seeds=range(2), names=["SimpleRNN"], steps=40)
    assert set(found) == {"first step", "middle", "sum"}
    for by_name in found.values():
        runs = by_name["SimpleRNN"]
        assert len(runs["solved_at"]) == len(runs["accuracy"]) == 2
        assert all(step == -1 or 10 <= step <= 40 for step in runs["solved_at"])
    assert min(found["first step"]["SimpleRNN"]["accuracy"]) > 0.9
