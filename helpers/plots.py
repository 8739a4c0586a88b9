"""The house style, and one function for each figure that recurs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch

#: One colour for one thing, in every chapter (Okabe and Ito's colour-blind-safe palette).
COLOURS = {
    "SimpleRNN": "#0072B2",
    "tanh": "#0072B2",
    "GRU": "#009E73",
    "LSTM": "#D55E00",
    "sigmoid": "#CC79A7",
    "relu": "#E69F00",
    "linear": "#56B4E9",
    "clipped": "#CC79A7",
    "SimpleRNN, clipped": "#CC79A7",
    "SimpleRNN, gain 0.5": "#8C564B",
    "unclipped": "#0072B2",
    "gain 0.5": "#8C564B",
    "gain 1": "#0072B2",
    "gain 1.5": "#E69F00",
    "gain 2": "#D55E00",
    "theory": "#555555",
}
INK = "#222222"


def use_style() -> None:
    """Set the look of all figures that follow: call it once, in a notebook's first cell."""
    sns.set_theme(
        style="ticks",
        palette=["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"],
        rc={
            "figure.figsize": (7.0, 3.6),
            "figure.constrained_layout.use": True,
            "figure.facecolor": "none",
            "axes.facecolor": "none",
            "savefig.facecolor": "none",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "grid.color": "#88888844",
            "text.color": INK,
            "axes.labelcolor": INK,
            "axes.edgecolor": INK,
            "xtick.color": INK,
            "ytick.color": INK,
            "font.size": 11,
            "legend.frameon": False,
            "svg.hashsalt": "networks-that-remember",
        },
    )
    try:
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:  # outside a notebook there is nothing to set
        return
    set_matplotlib_formats("svg")


def by_lag(
    curves: Mapping[str, np.ndarray],
    *,
    ylabel: str,
    ax: Axes | None = None,
    floor: float = 1e-16,
    ylim: tuple[float, float] | None = None,
) -> Axes:
    """Norms against their distance from the loss, on a logarithmic axis, labelled directly.

    Parameters
    ----------
    curves : mapping of str to array
        Shape (timesteps,), entry k at lag k; or (seeds, timesteps), drawn as the geometric mean
        in a band from the smallest to the largest. A name of `COLOURS` gets its colour; a name
        that starts with "theory" is dashed.
    ylabel : str
    ax : Axes, optional
    floor : float
        Values below are drawn at the floor, since zero has no logarithm.
    ylim : pair of floats, optional
        Given here and not afterwards, so that the labels fit it.
    """
    ax = ax or plt.gca()
    ends = []
    for name, values in curves.items():
        values = np.maximum(np.atleast_2d(values), floor)
        lags = np.arange(values.shape[1])
        mean = np.exp(np.log(values).mean(axis=0))
        colour = colour_of(name)
        style = "--" if name.startswith("theory") else "-"
        ax.plot(lags, mean, style, color=colour, lw=1.2 if style == "--" else 2)
        if len(values) > 1:
            ax.fill_between(lags, values.min(0), values.max(0), color=colour, alpha=0.2, lw=0)
        ends.append((mean[-1], name, colour))
    ax.set(yscale="log", xlabel="lag $k$ (timesteps back from the end)", ylabel=ylabel)
    if ylim:
        ax.set_ylim(ylim)
    _label_ends(ax, ends)
    return ax


def colour_of(name: str) -> str:
    """Its colour in `COLOURS`, else that of what stands before the comma ("GRU, bias 3")."""
    return COLOURS.get(name, COLOURS.get(name.split(",")[0], COLOURS["theory"]))


def over_seeds(
    curves: Mapping[str, np.ndarray],
    *,
    ylabel: str,
    x: np.ndarray | None = None,
    xlabel: str = "epoch",
    ax: Axes | None = None,
) -> Axes:
    """Mean over the seeds, in a band from the smallest to the largest.

    Parameters
    ----------
    curves : mapping of str to array, shape (seeds, points)
    ylabel, xlabel : str
    x : array, shape (points,), optional
        1, 2, 3, … unless given.
    ax : Axes, optional
    """
    ax = ax or plt.gca()
    for name, values in curves.items():
        values = np.asarray(values)
        at = np.arange(1, values.shape[1] + 1) if x is None else x
        ax.fill_between(at, values.min(0), values.max(0), color=colour_of(name), alpha=0.2, lw=0)
        ax.plot(at, values.mean(axis=0), color=colour_of(name), lw=2, label=name)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    return ax


def heat_map(
    values: np.ndarray,
    notes: Sequence[Sequence[str]],
    *,
    rows: Sequence[str],
    columns: Sequence[object],
    label: str,
    ax: Axes | None = None,
) -> Axes:
    """A table whose cells are coloured by value, on a logarithmic scale, with a note in each.

    Parameters
    ----------
    values : array, shape (rows, columns)
        Positive; NaN leaves a cell without colour.
    notes : the texts, row by row
    rows, columns : names along the axes
    label : str
        What the scale of colours means.
    ax : Axes, optional
    """
    ax = ax or plt.gca()
    image = ax.imshow(values, cmap="Blues", norm="log", aspect="auto")
    nice = np.outer(10.0 ** np.arange(-9, 10), (1, 2, 5)).ravel()
    ticks = nice[(nice >= np.nanmin(values)) & (nice <= np.nanmax(values))]
    scale = ax.figure.colorbar(image, ax=ax, label=label, ticks=ticks, format="%g")
    scale.ax.minorticks_off()
    middle = np.sqrt(np.nanmin(values) * np.nanmax(values))
    for i, line in enumerate(notes):
        for j, note in enumerate(line):
            ink = "white" if values[i, j] > middle else INK
            ax.text(j, i, note, ha="center", va="center", color=ink, fontsize=9)
    ax.set_xticks(range(len(columns)), [str(column) for column in columns])
    ax.set_yticks(range(len(rows)), rows)
    ax.grid(visible=False)
    return ax


def unrolled_network(timesteps: int = 4, *, ax: Axes | None = None) -> Axes:
    """The recurrent network as a loop, and the same network unrolled in time."""
    ax = ax or plt.gca()
    _cell(ax, 0, "", "x", "h", "y")
    loop = FancyArrowPatch(
        (0.24, 0.2), (0.24, -0.2), connectionstyle="arc3,rad=-2.2", **_ARROW, color=INK
    )
    ax.add_patch(loop)
    ax.text(0.78, 0.16, "$W_{hh}$", ha="left", color=INK, fontsize=9)
    ax.text(1.75, -0.02, "=", ha="center", va="center", fontsize=18, color=INK)
    for t in range(1, timesteps + 1):
        x = 1.9 + 1.3 * t
        _cell(ax, x, f"_{t}", "x", "h", "y")
        _arrow(ax, (x - 0.95, 0), (x - 0.35, 0))
        ax.text(x - 0.65, 0.12, "$W_{hh}$", ha="center", color=INK, fontsize=9)
    ax.text(1.9 + 0.2, 0, "$h_0$", ha="center", va="center", color=INK)
    ax.set(xlim=(-0.8, 2.5 + 1.3 * timesteps), ylim=(-1.65, 1.65), aspect="equal")
    ax.axis("off")
    return ax


def input_output_shapes(shapes: Sequence[tuple[str, str, str]], *, ax: Axes | None = None) -> Axes:
    """Small diagrams side by side, one for each way of mapping sequences to sequences.

    Parameters
    ----------
    shapes : sequence of (title, inputs, outputs)
        ``inputs`` and ``outputs`` have one character a timestep: ``"x"`` where there is an input
        or an output, ``"."`` where there is none.
    """
    ax = ax or plt.gca()
    left = 0.0
    for title, inputs, outputs in shapes:
        for t, (has_input, has_output) in enumerate(zip(inputs, outputs, strict=True)):
            x = left + 0.55 * t
            ax.add_patch(Circle((x, 0), 0.18, color=COLOURS["SimpleRNN"]))
            if t:
                _arrow(ax, (x - 0.37, 0), (x - 0.18, 0))
            if has_input == "x":
                ax.add_patch(Circle((x, -0.85), 0.14, color=COLOURS["GRU"]))
                _arrow(ax, (x, -0.7), (x, -0.2))
            if has_output == "x":
                ax.add_patch(Circle((x, 0.85), 0.14, color=COLOURS["LSTM"]))
                _arrow(ax, (x, 0.2), (x, 0.7))
        width = 0.55 * (len(inputs) - 1)
        ax.text(left + width / 2, 1.25, title, ha="center", color=INK, fontsize=9)
        left += width + 1.25
    ax.set(xlim=(-0.7, left - 0.55), ylim=(-1.1, 1.7), aspect="equal")
    ax.axis("off")
    return ax


_ARROW = {"arrowstyle": "-|>", "mutation_scale": 11, "lw": 1.1}


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    ax.add_patch(FancyArrowPatch(start, end, color=INK, shrinkA=0, shrinkB=0, **_ARROW))


def _cell(ax: Axes, x: float, subscript: str, *names: str) -> None:
    """One timestep: input below, hidden state in the middle, output above."""
    for name, y, colour in zip(
        names, (-1.3, 0, 1.3), (COLOURS["GRU"], COLOURS["SimpleRNN"], COLOURS["LSTM"]), strict=True
    ):
        ax.add_patch(Circle((x, y), 0.3, facecolor="none", edgecolor=colour, lw=2))
        ax.text(x, y, f"${name}{subscript}$", ha="center", va="center", color=INK)
    _arrow(ax, (x, -1.0), (x, -0.3))
    _arrow(ax, (x, 0.3), (x, 1.0))
    ax.text(x + 0.07, -0.72, "$W_{xh}$", color=INK, fontsize=9)
    ax.text(x + 0.07, 0.55, "$W_{hy}$", color=INK, fontsize=9)


def _label_ends(ax: Axes, ends: list[tuple[float, str, str]]) -> None:
    """Write each curve's name beside its last point, spread so that none overlap."""
    ax.figure.canvas.draw()
    low, high = np.log10(ax.get_ylim())
    heights = np.array([(np.log10(value) - low) / (high - low) for value, _, _ in ends])
    heights = heights.clip(0.02, 0.98)
    placed = -np.inf
    for i in np.argsort(heights):
        _, name, colour = ends[i]
        placed = max(heights[i], placed + 0.075)
        ax.text(1.01, placed, name, color=colour, va="center", transform=ax.transAxes, size=10)
