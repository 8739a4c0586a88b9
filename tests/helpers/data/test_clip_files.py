"""Clips from files: written and read again, and what is refused."""

import shutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from helpers.data import clip_files, clips


@pytest.fixture
def moving():
    data = clips.load(1, lengths=(6, 6), seed=2)
    return data.frames[0, ..., 0]


def frames_in(folder, clip, names=None):
    folder.mkdir(parents=True)
    for t, frame in enumerate(np.rint(255 * clip).astype("uint8")):
        Image.fromarray(frame).save(folder / (names[t] if names else f"frame{t}.png"))
    return folder


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), still=st.integers(1, 3), milliseconds=st.sampled_from([20, 100]))
def test_what_is_written_is_read_again(tmp_path_factory, seed, still, milliseconds):
    """Also if frames repeat, which are not all written."""
    path = tmp_path_factory.mktemp("clips") / "clip.gif"
    clip = clips.load(1, [*clips.PAIRS], seed=seed, lengths=(5, 5)).frames[0, ..., 0]
    clip = np.concatenate([clip[:2], *[clip[2:3]] * still, clip[3:]])
    clip_files.write_gif(path, clip, milliseconds=milliseconds)
    found = clip_files.read_clip(path)
    assert found.dtype == "float32" and found.shape == clip.shape
    np.testing.assert_allclose(found, clip, atol=0.5 / 255)


def test_frames_are_read_in_the_order_of_their_numbers(tmp_path, moving):
    long = np.concatenate([moving, moving[::-1]])
    names = [f"Frame {t}.png" for t in range(len(long))]
    frames_in(tmp_path / "clip", long, names)
    (tmp_path / "clip/.DS_Store").write_text("hidden")
    np.testing.assert_allclose(clip_files.read_clip(tmp_path / "clip"), long, atol=0.5 / 255)


def test_nothing_is_squeezed_or_cut_off(tmp_path):
    wide = np.ones((2, 10, 40))
    found = clip_files.read_clip(frames_in(tmp_path / "wide", wide), size=8)
    assert found.shape == (2, 8, 8)
    np.testing.assert_allclose(found[0, 3:5], 1)
    assert not found[0, :2].any() and not found[0, 6:].any()


def test_what_is_transparent_is_black_and_colours_are_grey(tmp_path):
    (tmp_path / "clip").mkdir()
    for t, colour in enumerate([(255, 255, 255, 0), (0, 255, 0, 255)]):
        Image.new("RGBA", (8, 8), colour).save(tmp_path / f"clip/{t}.png")
    found = clip_files.read_clip(tmp_path / "clip", size=8)
    assert not found[0].any() and 0.5 < found[1].mean() < 0.7


def test_a_folder_for_each_class(tmp_path, moving):
    frames_in(tmp_path / "left/anna", moving[::-1][:4])
    (tmp_path / "right").mkdir()
    for name, end in (("anna", 4), ("ben", 6)):
        clip_files.write_gif(tmp_path / f"right/{name}.gif", moving[:end])
    data = clip_files.read_folder(tmp_path)
    assert data.names == ("left", "right") and data.labels.tolist() == [0, 1, 1]
    assert data.lengths.tolist() == [4, 4, 6] and data.frames.shape == (3, 6, 16, 16, 1)


def damage(kind, folder, moving):
    """A clip with something wrong; returns its path."""
    path = folder / "clip.gif"
    clip_files.write_gif(path, moving)
    written = path.read_bytes()
    match kind:
        case "cut short":
            path.write_bytes(written[: len(written) // 2])
        case "only its beginning":
            path.write_bytes(written[:20])
        case "no GIF":
            path.write_bytes(b"<html>not found</html>")
        case "empty":
            path.write_bytes(b"")
        case "one frame":
            Image.new("L", (8, 8)).save(path)
        case "another kind":
            path = path.rename(folder / "clip.mp4")
        case "not there":
            path.unlink()
    return path


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("cut short", r"clip\.gif is broken at frame"),
        ("only its beginning", "is broken at frame 1"),
        ("no GIF", "is broken at frame 1"),
        ("empty", "is broken at frame 1"),
        ("one frame", "has 1 frame, and on fewer than two nothing moves"),
        ("another kind", "neither a GIF nor a folder"),
        ("not there", "neither a GIF nor a folder"),
    ],
)
def test_a_damaged_gif_is_refused(tmp_path, moving, kind, what):
    with pytest.raises(ValueError, match=what):
        clip_files.read_clip(damage(kind, tmp_path, moving))


@settings(max_examples=40, deadline=None)
@given(end=st.integers(0, 700), flipped=st.integers(0, 700))
def test_no_damage_leads_to_another_error(tmp_path_factory, end, flipped):
    path = tmp_path_factory.mktemp("clips") / "clip.gif"
    clip_files.write_gif(path, clips.load(1, seed=2).frames[0, :4, ..., 0])
    written = bytearray(path.read_bytes())
    written[flipped % len(written)] ^= 0x5A
    path.write_bytes(written[: max(end, 1)])
    try:
        assert clip_files.read_clip(path).shape[1:] == (16, 16)
    except ValueError as error:
        assert str(path) in str(error)


def test_folders_that_are_refused(tmp_path, moving):
    folder = frames_in(tmp_path / "clip", moving)
    Image.new("L", (9, 16)).save(folder / "frame3.png")
    with pytest.raises(ValueError, match=r"frame3\.png has 9 × 16 pixels, frame0\.png 16 × 16"):
        clip_files.read_clip(folder)
    (folder / "frame3.png").write_bytes(b"nothing")
    with pytest.raises(ValueError, match=r"frame3\.png cannot be read"):
        clip_files.read_clip(folder)
    (folder / "frame3.png").rename(folder / "frame3.txt")
    with pytest.raises(ValueError, match=r"frame3\.txt is no picture"):
        clip_files.read_clip(folder)
    shutil.rmtree(folder)
    folder.mkdir()
    with pytest.raises(ValueError, match="has 0 frames"):
        clip_files.read_clip(folder)


def test_what_is_too_long_or_too_small_is_refused(tmp_path, moving):
    folder = frames_in(tmp_path / "clip", moving)
    clip_files.write_gif(tmp_path / "clip.gif", moving)
    for path in (folder, tmp_path / "clip.gif"):
        with pytest.raises(ValueError, match="more than 5 frames"):
            clip_files.read_clip(path, longest=5)
        with pytest.raises(ValueError, match="at least one pixel"):
            clip_files.read_clip(path, size=0)


def test_classes_that_are_refused(tmp_path, moving):
    with pytest.raises(ValueError, match="is no folder"):
        clip_files.read_folder(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="has 0 folders"):
        clip_files.read_folder(tmp_path)
    (tmp_path / "left").mkdir()
    (tmp_path / "right").mkdir()
    with pytest.raises(ValueError, match="left is empty"):
        clip_files.read_folder(tmp_path)


@pytest.mark.parametrize("shape", [(4, 8), (1, 8, 8), (4, 8, 8, 1)])
def test_only_clips_are_written(tmp_path, shape):
    with pytest.raises(ValueError, match=r"expected \(timesteps, height, width\)"):
        clip_files.write_gif(tmp_path / "clip.gif", np.zeros(shape))
