"""Clips: of each pair one class is the other backwards, and no frame tells which."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.data import clips

ALL = [*clips.PAIRS]


def centres(data: clips.Clips) -> np.ndarray:
    """Row and column of the middle of the shape on each frame, shape (clips, timesteps, 2)."""
    lit = data.frames[..., 0] > 0
    rows, columns = np.arange(lit.shape[2]), np.arange(lit.shape[3])
    middles = []
    for axis, at in ((3, rows), (2, columns)):
        seen = lit.any(axis=axis)
        first = np.where(seen, at, 99).min(axis=-1)
        last = np.where(seen, at, -1).max(axis=-1)
        middles.append((first + last) / 2)
    return np.stack(middles, axis=-1)


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    size=st.sampled_from([16, 20, 28]),
    lengths=st.sampled_from([(2, 2), (3, 9), (4, 8), (5, 30)]),
    noise=st.sampled_from([0.0, 0.1]),
)
def test_shapes_masks_and_padding(seed, size, lengths, noise):
    data = clips.load(20, ALL, size=size, lengths=lengths, noise=noise, seed=seed)
    assert data.frames.shape == (20, lengths[1], size, size, 1)
    assert data.frames.dtype == "float32" and data.frames.min() >= 0 and data.frames.max() <= 1
    assert data.names == ("right", "left", "down", "up", "grow", "shrink")
    assert lengths[0] <= data.lengths.min() and data.lengths.max() <= lengths[1]
    assert not data.frames[~data.mask].any()
    assert (np.diff(data.mask.astype(int), axis=1) <= 0).all()  # padding is behind
    again = clips.load(20, ALL, size=size, lengths=lengths, noise=noise, seed=seed)
    assert np.array_equal(data.frames, again.frames)


@pytest.mark.parametrize("wrap", [True, False])
def test_shapes_go_where_their_class_says(wrap):
    data = clips.load(400, ALL, seed=3, wrap=wrap)
    middle, heights = centres(data), (data.frames > 0).any(axis=(3, 4)).sum(axis=2)
    for row, mask, label, height in zip(middle, data.mask, data.labels, heights, strict=True):
        moves = np.diff(row[mask], axis=0)
        name = data.names[label]
        if name in ("grow", "shrink"):
            step = np.diff(height[mask]) * (1 if name == "grow" else -1)
            assert {*step} <= ({1, -5} if wrap else {1})
            continue
        axis, sign = (1 if name in ("right", "left") else 0), 1 if name in ("right", "down") else -1
        assert not moves[:, 1 - axis].any()
        along = sign * moves[:, axis]
        forward = along[along > 0]
        assert {*forward} <= {1, 2} and len({*forward}) <= 1
        assert (along < 0).sum() == 0 if not wrap else (along[along < 0] <= -3).all()


def test_no_frame_tells_even_if_its_place_in_the_clip_is_known():
    data = clips.load(6000, lengths=(6, 6), seed=1)
    column = centres(data)[..., 1]
    for t in range(6):
        ours, theirs = (column[data.labels == label, t] for label in (0, 1))
        assert abs(ours.mean() - theirs.mean()) < 0.15


def test_without_wrapping_the_first_frame_tells():
    data = clips.load(1000, wrap=False, seed=1)
    column = centres(data)[:, 0, 1]
    guess = (column > 7.5).astype(int)
    assert np.mean(guess == data.labels) > 0.8


def test_the_frames_of_both_classes_are_distributed_alike():
    """A clip of the second class, played backwards, is a clip that the first could have drawn."""
    data = clips.load(300, seed=5)
    turned = clips.backwards(data)
    assert np.array_equal(turned.labels, 1 - data.labels)
    moves = np.diff(centres(turned)[..., 1], axis=1)
    real = turned.mask[:, 1:] & (np.abs(moves) <= 2)
    signs = np.sign((moves * real).sum(axis=1))
    assert np.array_equal(signs > 0, turned.labels == 0)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_twice_backwards_is_forwards(seed):
    data = clips.load(10, ALL, seed=seed)
    turned = clips.backwards(data)
    for clip, other, length in zip(data.frames, turned.frames, data.lengths, strict=True):
        assert np.array_equal(clip[:length], other[:length][::-1]) and not other[length:].any()
    again = clips.backwards(turned)
    assert np.array_equal(again.frames, data.frames) and np.array_equal(again.labels, data.labels)


def test_what_is_backwards_must_be_known():
    data = clips.load(4)
    with pytest.raises(ValueError, match="only you can know"):
        clips.backwards(clips.Clips(data.frames, data.mask, data.labels, ("wave", "clap")))


def test_some_of_the_clips():
    data = clips.load(10)
    part = data[3:5]
    assert len(part) == 2 and np.array_equal(part.inputs[0], data.frames[3:5])
    assert len(data[data.labels == 1]) == data.labels.sum()


@pytest.mark.parametrize(
    ("option", "what"),
    [
        ({"n_clips": 0}, "at least 1"),
        ({"pairs": ["spin"]}, "expected a list of some of"),
        ({"pairs": "size"}, "expected a list"),
        ({"pairs": []}, "expected a list"),
        ({"lengths": (1, 8)}, "on a single frame nothing moves"),
        ({"lengths": (8, 4)}, "fewest and most"),
        ({"noise": -0.1}, "0 or more"),
        ({"size": 12}, "take larger frames"),
        ({"wrap": False, "lengths": (4, 20)}, "or shorter clips"),
    ],
)
def test_what_cannot_be_drawn_is_refused(option, what):
    with pytest.raises(ValueError, match=what):
        clips.load(**option)


def test_padding():
    short, long = np.ones((2, 3, 4)), np.full((4, 3, 4), 0.5)
    frames, mask = clips.pad([short, long])
    assert frames.shape == (2, 4, 3, 4, 1) and mask.tolist() == [
        [True] * 2 + [False] * 2,
        [True] * 4,
    ]
    assert frames[0].sum() == 24 and not frames[0, 2:].any()
    assert clips.pad([short], longest=5)[1].sum() == 2


@pytest.mark.parametrize(
    ("parts", "longest", "what"),
    [
        ([], None, "no clip"),
        ([np.ones((2, 3))], None, r"clip 0 has shape \(2, 3\)"),
        ([np.ones((2, 3, 3)), np.ones((0, 3, 3))], None, "clip 1 has shape"),
        ([np.ones((2, 3, 3)), np.ones((2, 3, 4))], None, "clip 1 has frames of"),
        ([np.ones((9, 3, 3))], 4, "9 frames, more than longest=4"),
    ],
)
def test_what_cannot_be_padded_is_refused(parts, longest, what):
    with pytest.raises(ValueError, match=what):
        clips.pad(parts, longest)
