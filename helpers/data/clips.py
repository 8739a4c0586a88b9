"""Clips of moving shapes, in pairs of classes of which one is the other played backwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

#: Pairs of classes; a clip of the second is a clip of the first, played backwards.
PAIRS = {
    "sideways": ("right", "left"),
    "upright": ("down", "up"),
    "size": ("grow", "shrink"),
}
#: Pixels kept free at every border: two convolutions of width 3 see no shape with a border then.
MARGIN = 3
SIDES = (3, 5)  # smallest and largest side of a shape that moves
FASTEST = 2  # pixels a frame


@dataclass(frozen=True)
class Clips:
    """Clips of different lengths in one array, with zeros behind their ends."""

    frames: np.ndarray  #: (clips, longest, height, width, 1), float32 from 0 to 1
    mask: np.ndarray  #: (clips, longest), True where there is a frame
    labels: np.ndarray  #: (clips,), an index into the names
    names: tuple[str, ...]  #: of the classes

    @property
    def inputs(self) -> list[np.ndarray]:
        """What the networks of `helpers.models.video` are given."""
        return [self.frames, self.mask]

    @property
    def lengths(self) -> np.ndarray:
        """Frames of each clip, shape (clips,)."""
        lengths: np.ndarray = self.mask.sum(axis=1)
        return lengths

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, rows: slice | np.ndarray) -> Clips:
        """Some of the clips, as long as before."""
        parts = self.frames[rows], self.mask[rows], self.labels[rows]
        return replace(self, frames=parts[0], mask=parts[1], labels=parts[2])


def load(
    n_clips: int = 1000,
    pairs: Sequence[str] = ("sideways",),
    *,
    size: int = 16,
    lengths: tuple[int, int] = (4, 8),
    noise: float = 0.0,
    wrap: bool = True,
    margin: int = MARGIN,
    seed: int = 0,
) -> Clips:
    """Draw clips in which one shape moves by whole pixels, or grows.

    A clip of the first class of a pair is drawn; for the second it is then played backwards. So
    the frames of a clip, without their order, are distributed alike in both classes. A shape that
    comes to the end of its way begins anew at its start, and where it is first is drawn from the
    whole way: so no frame tells the class even if its place in the clip is known. Shapes move by
    *whole* pixels, since at half a pixel their edges would blur; they keep ``margin`` pixels from
    the borders.

    Parameters
    ----------
    n_clips : int
    pairs : sequence of str
        Of `PAIRS`; every class is equally probable.
    size : int
        Height and width of a frame in pixels.
    lengths : pair of int
        Fewest and most frames of a clip.
    noise : float
        Standard deviation of what is added to each pixel of each frame.
    wrap : bool
        Without it a shape has to end before its way does. Then it starts where there is room
        ahead, and the first frame tells its direction.
    margin : int
        With fewer than three pixels, two convolutions of width 3 see shape and border together.
    seed : int

    Returns
    -------
    Clips
        Padded behind to the most frames that were allowed, whatever was drawn.

    Raises
    ------
    ValueError
        If there is nothing to draw, a pair is unknown, or the motion does not fit the frame.
    """
    names = _names(pairs)
    _check(n_clips, size - 2 * margin, lengths, noise, wrap)
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, len(names), n_clips)
    drawn = []
    for label in labels:
        timesteps = int(rng.integers(lengths[0], lengths[1] + 1))
        clip = _MOTIONS[names[label - label % 2]](rng, timesteps, size - 2 * margin, wrap)
        clip = np.pad(clip, [(0, 0), (margin, margin), (margin, margin)])
        clip = clip + noise * rng.standard_normal(clip.shape) if noise else clip
        drawn.append(clip.clip(0, 1)[:: -1 if label % 2 else 1])
    frames, mask = pad(drawn, longest=lengths[1])
    return Clips(frames, mask, labels, names)


def pad(clips: Iterable[np.ndarray], longest: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Clips of different lengths as one array, zeros behind, and where there is a frame.

    Parameters
    ----------
    clips : iterable of array, shape (timesteps, height, width)
        Of one height and width.
    longest : int, optional
        How many frames to pad to; those of the longest clip unless given.

    Returns
    -------
    frames : array, shape (clips, longest, height, width, 1)
    mask : array of bool, shape (clips, longest)

    Raises
    ------
    ValueError
        If there is no clip, one has no frame or is longer, or their frames differ in size.
    """
    clips = [np.asarray(clip, "float32") for clip in clips]
    if not clips:
        raise ValueError("there is no clip to pad: give at least one")
    for number, clip in enumerate(clips):
        if clip.ndim != 3 or not clip.size:
            raise ValueError(
                f"clip {number} has shape {clip.shape}, expected (timesteps, height, width) with "
                "at least one frame: leave it out, or look at how it was read"
            )
        if clip.shape[1:] != clips[0].shape[1:]:
            raise ValueError(
                f"clip {number} has frames of {clip.shape[1:]} pixels, clip 0 of "
                f"{clips[0].shape[1:]}: bring all to one size first"
            )
    most = max(map(len, clips))
    longest = most if longest is None else longest
    if longest < most:
        raise ValueError(
            f"a clip has {most} frames, more than longest={longest}: cut it, or pad further"
        )
    mask = np.arange(longest) < np.array([len(clip) for clip in clips])[:, None]
    frames = np.zeros((*mask.shape, *clips[0].shape[1:], 1), "float32")
    for row, clip in zip(frames, clips, strict=True):
        row[: len(clip), ..., 0] = clip
    return frames, mask


def backwards(clips: Clips) -> Clips:
    """Every clip played backwards; its padding stays behind, and its label is its pair's other.

    Raises
    ------
    ValueError
        If the classes do not come in pairs.
    """
    known = [key for key in PAIRS if PAIRS[key][0] in clips.names]
    if not known or clips.names != _names(known):
        raise ValueError(
            f"the classes {list(clips.names)} are not pairs of {[*PAIRS.values()]}: what one of "
            "them is backwards, only you can know"
        )
    order = np.arange(clips.frames.shape[1])
    order = np.where(clips.mask, clips.lengths[:, None] - 1 - order, order)
    frames = np.take_along_axis(clips.frames, order[..., None, None, None], axis=1)
    return replace(clips, frames=frames, labels=clips.labels ^ 1)


def _names(pairs: Sequence[str]) -> tuple[str, ...]:
    if isinstance(pairs, str) or not pairs or not {*pairs} <= {*PAIRS}:
        raise ValueError(f"pairs are {pairs!r}, expected a list of some of {[*PAIRS]}")
    return tuple(name for pair in PAIRS if pair in pairs for name in PAIRS[pair])


def _check(n_clips: int, room: int, lengths: tuple[int, int], noise: float, wrap: bool) -> None:
    if n_clips < 1:
        raise ValueError(f"n_clips is {n_clips}, expected at least 1")
    if not 2 <= lengths[0] <= lengths[1]:
        raise ValueError(
            f"lengths are {lengths}, expected fewest and most frames of a clip, at least 2: "
            "on a single frame nothing moves"
        )
    if noise < 0:
        raise ValueError(f"noise is {noise}, expected 0 or more")
    # A way of five places: two steps forward and two steps back lead to different ones.
    needed = SIDES[1] + 2 * FASTEST if wrap else SIDES[0] + lengths[1] - 1
    if room < needed:
        raise ValueError(
            f"between the margins there are {room} pixels, and the shapes need {needed} to move"
            f"{'' if wrap else f' on each of {lengths[1]} frames'}: take larger frames"
            f"{'' if wrap else ' or shorter clips, or let the shapes wrap'}"
        )


def _shape(rng: np.random.Generator) -> Callable[[int], np.ndarray]:
    """A kind of shape and its brightness, as a function of its side."""
    kind, grey = rng.integers(4), rng.uniform(0.6, 1.0)

    def drawn(side: int) -> np.ndarray:
        y, x = np.mgrid[:side, :side] - (side - 1) / 2
        reach = (side - 1) / 2
        inside = (
            np.ones((side, side), bool),  # a square
            np.maximum(abs(x), abs(y)) > reach - 1,  # its outline
            abs(x) + abs(y) <= reach + 0.5,  # a diamond
            np.minimum(abs(x), abs(y)) < 1,  # a cross
        )[kind]
        return np.where(inside, grey, 0.0)

    return drawn


def _along(
    rng: np.random.Generator, timesteps: int, places: int, speed: int, wrap: bool
) -> np.ndarray:
    """Where on a way of so many places the shape is on each frame; in both modes it moves on."""
    way = speed * np.arange(timesteps)
    if wrap:
        return (rng.integers(0, places) + way) % places
    return rng.integers(0, places - way[-1]) + way


def _moves(
    rng: np.random.Generator, timesteps: int, room: int, wrap: bool, *, upright: bool
) -> np.ndarray:
    """A shape goes right, or down, by one or two pixels a frame."""
    most = SIDES[1] if wrap else min(SIDES[1], room - timesteps + 1)
    side = int(rng.integers(SIDES[0], most + 1))
    fastest = FASTEST if wrap else min(FASTEST, (room - side) // (timesteps - 1))
    speed = int(rng.integers(1, fastest + 1))
    along = _along(rng, timesteps, room - side + 1, speed, wrap)
    across = int(rng.integers(0, room - side + 1))
    drawn = _shape(rng)(side)
    frames = np.zeros((timesteps, room, room))
    for frame, at in zip(frames, along, strict=True):
        top, left = (at, across) if upright else (across, at)
        frame[top : top + side, left : left + side] = drawn
    return frames


def _grows(rng: np.random.Generator, timesteps: int, room: int, wrap: bool) -> np.ndarray:
    """A shape grows by one pixel a frame, now to one side, now to the other."""
    largest = room - 2 if wrap else room
    sides = SIDES[0] + _along(rng, timesteps, largest - SIDES[0] + 1, 1, wrap)
    top, left = rng.integers(0, room - max(sides) + 1, size=2)
    shape = _shape(rng)
    frames = np.zeros((timesteps, room, room))
    for frame, side in zip(frames, sides, strict=True):
        shift = (max(sides) - side) // 2
        y, x = top + shift, left + shift
        frame[y : y + side, x : x + side] = shape(int(side))
    return frames


_MOTIONS: dict[str, Callable[[np.random.Generator, int, int, bool], np.ndarray]] = {
    "right": partial(_moves, upright=False),
    "down": partial(_moves, upright=True),
    "grow": _grows,
}
