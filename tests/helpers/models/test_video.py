"""Networks for clips: what padding, order and place do to their answers."""

import keras
import numpy as np
import pytest

from helpers.data import clips
from helpers.models import video


@pytest.fixture(scope="module")
def data():
    return clips.load(12, [*clips.PAIRS], noise=0.05, seed=4)


def network(kind, **options):
    """Untrained, with biases that are not zero: what holds for it holds for any weights."""
    keras.utils.set_random_seed(1)
    model = video.build_video_model(kind, 3, units=5, **options)
    for weight in model.weights:
        if "bias" in weight.name:
            weight.assign(np.random.default_rng(2).normal(0, 0.3, weight.shape))
    return model


def answers(model, frames, mask):
    return np.array(model([keras.ops.array(frames), keras.ops.array(mask)]))


@pytest.mark.parametrize("kind", video.KINDS)
def test_padding_changes_no_answer(kind, data):
    model = network(kind)
    found = answers(model, *data.inputs)
    assert found.shape == (12, 3)
    for i, length in enumerate(data.lengths):
        alone = answers(model, data.frames[i : i + 1, :length], data.mask[i : i + 1, :length])
        np.testing.assert_allclose(alone[0], found[i], atol=1e-5)


@pytest.mark.parametrize("kind", ["frames", "blind attention"])
def test_a_bag_of_frames_has_no_order(kind, data):
    model, turned = network(kind), clips.backwards(data)
    ours, theirs = answers(model, *data.inputs), answers(model, *turned.inputs)
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize("pairs", [["sideways"], ["upright"]])
def test_what_is_pooled_over_the_frame_has_no_place(pairs):
    """With any weights, and whether or not two clips begin at the same place."""
    data = clips.load(40, pairs, seed=5)
    turned = clips.backwards(data)
    model = network("pooled")
    ours, theirs = answers(model, *data.inputs), answers(model, *turned.inputs)
    np.testing.assert_allclose(ours, theirs, atol=1e-5)
    near = clips.load(40, pairs, seed=5, margin=2)
    ours = answers(model, *near.inputs)
    assert np.abs(ours - answers(model, *clips.backwards(near).inputs)).max() > 1e-4


@pytest.mark.parametrize("kind", ["lstm", "attention", "conv3d", "pooled, strided"])
def test_others_can_tell_a_clip_from_its_reversal(kind, data):
    model = network(kind)
    difference = answers(model, *data.inputs) - answers(model, *clips.backwards(data).inputs)
    assert np.abs(difference).max() > 1e-3


def test_growth_can_be_told_without_a_place():
    data = clips.load(10, ["size"], seed=5)
    model = network("pooled")
    difference = answers(model, *data.inputs) - answers(model, *clips.backwards(data).inputs)
    assert np.abs(difference).max() > 1e-3


def test_a_clip_of_padding_gives_numbers():
    for kind in video.KINDS:
        found = answers(network(kind), np.zeros((1, 4, 16, 16, 1)), np.zeros((1, 4), bool))
        assert np.isfinite(found).all()


def test_other_sizes_and_colours():
    model = network("lstm", size=24, channels=3)
    assert answers(model, np.zeros((2, 3, 24, 24, 3)), np.ones((2, 3), bool)).shape == (2, 3)


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"kind": "gru", "classes": 2}, "expected one of"),
        ({"kind": "lstm", "classes": 1}, "at least 2"),
        ({"kind": "lstm", "classes": 2, "size": 18}, "a multiple of 4"),
    ],
)
def test_what_cannot_be_built_is_refused(options, what):
    with pytest.raises(ValueError, match=what):
        video.build_video_model(**options)


def test_a_saved_network_is_loaded_again(tmp_path, data):
    for kind in ("conv3d", "attention"):
        model = network(kind)
        model.save(tmp_path / "model.keras")
        again = keras.models.load_model(tmp_path / "model.keras")
        np.testing.assert_allclose(
            answers(again, *data.inputs), answers(model, *data.inputs), atol=1e-6
        )
