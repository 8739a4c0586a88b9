import json

import pytest

from helpers import results
from helpers.experiments import remedies


@pytest.mark.parametrize(
    "name", ["clipping", "explosions", "forgetting", "optimisers", "remedies", "truncation"]
)
def test_every_record_says_how_it_came_about(name):
    record = results.load(name)
    assert record["command"] == f"python -m tools.record_results {name}"
    assert {"tensorflow", "keras", "numpy"} <= set(record["versions"])
    assert "cores" in record["machine"]


def test_records_hold_what_the_experiments_offer():
    assert set(results.load("remedies")["outcome"]) == set(remedies.REMEDIES)
    assert set(results.load("clipping")["outcome"]) == set(remedies.CLIPPING)


def test_what_is_saved_can_be_loaded(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    path = results.save("trial", {"a": [1.5, None]}, command="python -m x", folder=tmp_path)
    assert path == tmp_path / "trial.json"
    assert results.load("trial")["outcome"] == {"a": [1.5, None]}
    assert [p.name for p in tmp_path.iterdir()] == ["trial.json"]


def test_what_cannot_be_saved_leaves_the_old_record(tmp_path):
    results.save("trial", 1, command="c", folder=tmp_path)
    with pytest.raises(TypeError):
        results.save("trial", object(), command="c", folder=tmp_path)
    assert json.loads((tmp_path / "trial.json").read_text())["outcome"] == 1


def test_a_missing_or_broken_record_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"trial.json is missing.*make results"):
        results.load("trial")
    (tmp_path / "trial.json").write_text("{")
    with pytest.raises(ValueError, match=r"trial.json is not a record.*make results"):
        results.load("trial")
    (tmp_path / "trial.json").write_text("[]")
    with pytest.raises(ValueError, match="not a record"):
        results.load("trial")
