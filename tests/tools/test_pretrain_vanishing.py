import json

import numpy as np
import pytest
from click.testing import CliRunner

from helpers.weights import read_history, weights_file
from tools import pretrain_vanishing as tool

SMALL = ["--epochs", "2", "--n-train", "20", "--n-test", "10", "--units", "4"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vanishing")
    result = CliRunner().invoke(tool.main, [*SMALL, "--output", str(folder)])
    assert result.exit_code == 0, result.output
    return folder


def test_writes_both_files_and_nothing_else(made):
    assert sorted(path.name for path in made.iterdir()) == [tool.HISTORY, tool.WEIGHTS]


def test_the_history_says_how_it_was_made(made):
    record = json.loads((made / tool.HISTORY).read_text("utf-8"))
    assert {"seed", "source", "epochs", "keras", "tensorflow"} <= set(record["made_by"])
    assert record["made_by"]["epochs"] == 2 and record["made_by"]["source"] == "embedded"
    curves = read_history(made / tool.HISTORY)
    assert set(curves) == {"accuracy", "val_accuracy", "loss", "val_loss"}
    assert {len(curve) for curve in curves.values()} == {2}


def test_weights_load_without_a_warning(made, recwarn):
    model = tool.network(4)
    before = model.get_weights()
    model.load_weights(weights_file(made / tool.WEIGHTS))
    assert not np.array_equal(before[1], model.get_weights()[1])
    assert not [warning for warning in recwarn if "optimizer" in str(warning.message)]


def test_the_seed_decides(made, tmp_path):
    for seed in ("0", "1"):
        output = str(tmp_path / seed)
        CliRunner().invoke(tool.main, [*SMALL, "--seed", seed, "--output", output])
    first, same, other = (
        read_history(folder / tool.HISTORY)["loss"]
        for folder in (made, tmp_path / "0", tmp_path / "1")
    )
    assert np.allclose(first, same, atol=1e-4)
    assert not np.allclose(first, other, atol=1e-4)


def test_a_failure_leaves_the_old_files(made, tmp_path, monkeypatch):
    (tmp_path / tool.WEIGHTS).write_text("old")
    record = json.loads((made / tool.HISTORY).read_text("utf-8"))
    weights = tool.network(4).get_weights()

    def full_disk(*_, **__):
        raise OSError("No space left on device")

    monkeypatch.setattr(tool.json, "dumps", full_disk)
    with pytest.raises(OSError, match="No space"):
        tool.write(tmp_path, weights, record)
    assert [path.name for path in tmp_path.iterdir()] == [tool.WEIGHTS]
    assert (tmp_path / tool.WEIGHTS).read_text() == "old"


def test_missing_real_data_is_one_message(monkeypatch, tmp_path):
    monkeypatch.setenv("RNN_DATA_DIR", str(tmp_path / "none"))
    result = CliRunner().invoke(tool.main, ["--source", "real", "--output", str(tmp_path)])
    assert result.exit_code == 1
    assert "none is not a folder" in result.output and "Traceback" not in result.output


def test_the_shipped_files_are_sound():
    curves = read_history(tool.DEFAULT_OUTPUT / tool.HISTORY)
    assert {len(curve) for curve in curves.values()} == {100}
    weights_file(tool.DEFAULT_OUTPUT / tool.WEIGHTS)
