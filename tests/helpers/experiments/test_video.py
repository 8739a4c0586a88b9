"""Clips and reversals: what is reported is what the networks say."""

import keras
import numpy as np
import pytest

from helpers import results
from helpers.data import clips
from helpers.experiments import video
from helpers.models.video import KINDS


def knows(frames, mask):
    """Logits of left and right, from where the shape is on the first two frames."""
    columns = frames[..., 0].max(axis=2) > 0
    first, second = columns[:, 0].argmax(axis=1), columns[:, 1].argmax(axis=1)
    right = np.isin(second - first, [1, 2]) | (second - first < -2)
    return np.stack([right, ~right], axis=1).astype(float)


def says(answer):
    """A model that is a function of frames and mask."""
    return lambda inputs: answer(*(np.array(part) for part in inputs))


def test_who_knows_is_right_both_ways():
    data = clips.load(150, seed=3)
    found = video.judge(says(knows), data)
    assert found["accuracy"] == found["both"] == found["moved"] == 1
    table = video.confusion(says(knows), data)
    assert np.array_equal(table, np.diag([150, 150]))


def test_who_always_says_the_same_is_right_one_way():
    data = clips.load(30, seed=3)
    found = video.judge(says(lambda frames, mask: np.tile([1.0, 0.0], (len(frames), 1))), data)
    assert found == {"accuracy": 0.5, "both": 0.0, "moved": 0.0}
    table = video.confusion(says(lambda frames, mask: np.tile([1.0, 0.0], (len(frames), 1))), data)
    assert table.tolist() == [[30, 0], [30, 0]]


def test_parts_of_clips():
    data = clips.load(5, seed=1)
    cut, dark = video.first_frames(data), video.darker(data, 4)
    assert cut.frames.shape == (5, 1, 16, 16, 1) and cut.mask.all()
    np.testing.assert_allclose(dark.frames * 4, data.frames)
    assert data.frames.max() > 0.5  # as it was
    for t, at in ((0, [0] * 5), (-1, data.lengths - 1)):
        still = video.standing(data, t)
        for clip, frames, length, i in zip(
            still.frames, data.frames, data.lengths, at, strict=True
        ):
            assert np.array_equal(clip[:length], np.stack([frames[i]] * length))
            assert not clip[length:].any()


def test_a_network_that_is_begun_anew_is_a_new_one():
    first, _ = video.learn("conv3d", seed=1, steps=2)
    other, _ = video.learn("conv3d", seed=0, steps=2)
    again, _ = video.learn("conv3d", seed=1, steps=2, again=other)
    assert again is other
    for ours, theirs in zip(again.get_weights(), first.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)
    keras.backend.clear_session()


@pytest.fixture(scope="module")
def contest():
    return results.load("clips")["outcome"]


def test_the_record_is_whole(contest):
    assert {*contest["runs"]} == {*KINDS} and contest["steps"] == video.STEPS
    for run in contest["runs"].values():
        assert np.shape(run["longer"]) == (5, len(video.LONGER))
        assert {len(run[key]) for key in ("accuracy", "both", "moved", "seconds")} == {5}


def test_who_cannot_tell_is_at_chance_and_who_can_is_not(contest):
    for kind in ("frames", "blind attention", "pooled"):
        assert contest["runs"][kind]["accuracy"] == [0.5] * 5
    for kind in ("lstm", "attention", "conv3d"):
        assert min(contest["runs"][kind]["accuracy"]) >= 0.97


def test_the_other_records_are_whole():
    motions = results.load("clip_motions")["outcome"]
    assert np.shape([*motions["runs"].values()]) == (3, 2, 6, 6)
    dark = results.load("clip_brightness")["outcome"]
    assert [*dark] == [str(rate) for rate in video.RATES]
    cuts = results.load("clip_shortcuts")["outcome"]
    assert len(cuts) == 6 and {len(found) for found in cuts.values()} == {3}
