"""Clips from files: a folder for each class, in it GIFs or folders of frames."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, ImageSequence

from helpers.data.clips import Clips, pad

PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".webp")
#: More frames than these are refused unless more are allowed: a minute of video is no clip.
LONGEST = 200


def read_clip(path: Path | str, size: int = 16, *, longest: int = LONGEST) -> np.ndarray:
    """One clip in grey, from an animated GIF or from a folder of frames.

    Frames of a folder are read in the order of the numbers in their names, ``frame2.png`` before
    ``frame10.png``. A frame of a GIF that is shown twice as long as the shortest one is taken
    twice, for programs that write GIFs leave out what does not change. What is not square gets
    black bars, so that nothing is squeezed or cut off; what is transparent becomes black.

    Parameters
    ----------
    path : path
    size : int
        Height and width in pixels that the frames are brought to.
    longest : int
        Most frames that a clip may have.

    Returns
    -------
    array, shape (timesteps, size, size)
        Float32 from 0, black, to 1, white.

    Raises
    ------
    ValueError
        If the file is no GIF or is broken, there are fewer than two frames or too many, frames
        differ in size, or a folder holds something else.
    """
    path = Path(path)
    if size < 1:
        raise ValueError(f"size is {size}, expected at least one pixel")
    pictures: Iterable[Image.Image]
    if path.is_dir():
        pictures = _frames_of_folder(path, longest)
    elif path.suffix.lower() == ".gif" and path.is_file():
        pictures = _frames_of_gif(path, longest)
    else:
        raise ValueError(
            f"{path} is neither a GIF nor a folder of frames: take it out, or save it as one"
        )
    clip = [np.asarray(_small(picture, size), "float32") / 255 for picture in pictures]
    if len(clip) < 2:
        raise ValueError(
            f"{path} has {len(clip)} frame{'s' * (len(clip) != 1)}, and on fewer than two nothing "
            "moves: take it out, or save every frame"
        )
    return np.stack(clip)


def read_folder(root: Path | str, size: int = 16, *, longest: int = LONGEST) -> Clips:
    """All clips of a folder that has a folder for each class.

    Parameters
    ----------
    root : path
        ``root/wave/anna.gif``, ``root/wave/ben/frame1.png``, ``root/clap/anna.gif`` …
    size, longest : int
        As for `read_clip`.

    Returns
    -------
    Clips
        In the order of the names of classes and clips.

    Raises
    ------
    ValueError
        If there are fewer than two classes, one is empty, or a clip cannot be read.
    """
    root = Path(root)
    if not root.is_dir():
        raise ValueError(f"{root} is no folder: give one that has a folder for each class")
    classes = [path for path in _visible(root) if path.is_dir()]
    if len(classes) < 2:
        raise ValueError(
            f"{root} has {len(classes)} folders, expected one for each of two or more classes"
        )
    clips, labels = [], []
    for label, folder in enumerate(classes):
        found = _visible(folder)
        if not found:
            raise ValueError(f"{folder} is empty: put clips of this class there, or take it out")
        clips += [read_clip(path, size, longest=longest) for path in found]
        labels += [label] * len(found)
    frames, mask = pad(clips)
    return Clips(frames, mask, np.array(labels), tuple(path.name for path in classes))


def write_gif(path: Path | str, clip: np.ndarray, *, milliseconds: int = 120) -> None:
    """Save one clip as an animated GIF that runs for ever.

    Parameters
    ----------
    path : path
    clip : array, shape (timesteps, height, width)
        From 0, black, to 1, white; without its padding.
    milliseconds : int
        How long each frame is shown; GIFs count in hundredths of a second.

    Raises
    ------
    ValueError
        If the clip has another shape, or less than two frames.
    """
    clip = np.asarray(clip)
    if clip.ndim != 3 or len(clip) < 2:
        raise ValueError(
            f"the clip has shape {clip.shape}, expected (timesteps, height, width) with two frames "
            "or more"
        )
    grey = np.rint(255 * clip.clip(0, 1)).astype("uint8")
    first, *others = [Image.fromarray(frame) for frame in grey]
    first.save(path, save_all=True, append_images=others, duration=milliseconds, loop=0)


def _visible(folder: Path) -> list[Path]:
    """What is in a folder, without what systems hide there, numbers in their order."""
    found = [path for path in folder.iterdir() if not path.name.startswith((".", "Thumbs.db"))]
    return sorted(found, key=_in_order)


def _in_order(path: Path) -> list[tuple[int, str]]:
    parts = re.findall(r"\d+|\D+", path.name)
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def _small(picture: Image.Image, size: int) -> Image.Image:
    """In grey, on black, and square without squeezing."""
    whole = picture.convert("RGBA")
    ground = Image.new("RGBA", whole.size, "black")
    return ImageOps.pad(Image.alpha_composite(ground, whole).convert("L"), (size, size))


def _frames_of_folder(folder: Path, longest: int) -> Iterator[Image.Image]:
    paths = _visible(folder)
    _not_too_long(folder, len(paths), longest)
    first = None
    for path in paths:
        if path.suffix.lower() not in PICTURES:
            raise ValueError(
                f"{path} is no picture ({', '.join(PICTURES)}): a folder of frames holds nothing "
                "else; take it out"
            )
        try:
            with Image.open(path) as opened:
                picture = opened.convert("RGBA")
        except Exception as error:  # as many kinds as there are kinds of damage
            raise ValueError(f"{path} cannot be read, {error}: save it again") from None
        first = first or picture.size
        if picture.size != first:
            raise ValueError(
                f"{path} has {picture.size[0]} × {picture.size[1]} pixels, {paths[0].name} "
                f"{first[0]} × {first[1]}: frames of one clip are of one size; save them anew"
            )
        yield picture


def _frames_of_gif(path: Path, longest: int) -> list[Image.Image]:
    pictures, times = [], []
    try:
        with Image.open(path, formats=["GIF"]) as opened:
            for frame in ImageSequence.Iterator(opened):
                times.append(int(frame.info.get("duration") or 0))
                pictures.append(frame.convert("RGBA"))
                if len(pictures) > longest:
                    break
    except Exception as error:  # Pillow stumbles over damage in a dozen ways
        raise ValueError(
            f"{path} is broken at frame {len(pictures) + 1}, {error}: save or load it again"
        ) from None
    _not_too_long(path, len(pictures), longest)
    shortest = min((time for time in times if time), default=1)
    often = [max(1, round(time / shortest)) for time in times]
    _not_too_long(path, sum(often), longest)
    return [picture for picture, n in zip(pictures, often, strict=True) for _ in range(n)]


def _not_too_long(path: Path, n_frames: int, longest: int) -> None:
    if n_frames > longest:
        raise ValueError(
            f"{path} has more than {longest} frames, the most that were allowed: cut it, or allow "
            "more with longest"
        )
