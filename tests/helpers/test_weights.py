import json

import h5py
import numpy as np
import pytest

from helpers.weights import read_history, weights_file


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / "model.weights.h5"
    with h5py.File(path, "w") as file:
        file["layers/dense/vars/0"] = np.arange(4000.0)
    return path


def test_a_sound_file_is_returned(weights):
    assert weights_file(str(weights)) == weights


def test_missing(tmp_path):
    for read in (weights_file, read_history):
        with pytest.raises(FileNotFoundError, match="none.* is missing: copy it again"):
            read(tmp_path / "none")


@pytest.mark.parametrize("keep", [0, 100, 5000, -1])
def test_cut_short(weights, keep):
    weights.write_bytes(weights.read_bytes()[:keep])
    with pytest.raises(ValueError, match="model.weights.h5 is damaged .*copy it again"):
        weights_file(weights)


def test_no_weights_inside(tmp_path):
    path = tmp_path / "empty.weights.h5"
    h5py.File(path, "w").close()
    with pytest.raises(ValueError, match="holds no weights"):
        weights_file(path)


def test_history_without_its_origin(tmp_path):
    path = tmp_path / "history.json"
    path.write_text(json.dumps({"loss": [1, 0.5], "made_by": {"seed": 0}}))
    assert read_history(path) == {"loss": [1.0, 0.5]}


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"loss": ["x"]}', '{"a": [1], "b": []}', "{}"])
def test_damaged_history(tmp_path, text):
    path = tmp_path / "history.json"
    path.write_text(text)
    with pytest.raises(ValueError, match="history.json is damaged"):
        read_history(path)
