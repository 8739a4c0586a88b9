"""Synthetic tasks whose difficulty is known, because we make them."""

from __future__ import annotations

import numpy as np


def create_long_dependency_task(
    n_samples: int, sequence_length: int, dependency_gap: int, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Noise with one signal: the label is the sign of the value at ``dependency_gap`` from the end.

    Parameters
    ----------
    n_samples, sequence_length : int
    dependency_gap : int
        Steps between the signal and the last step, from 0 (the last step itself) to
        ``sequence_length - 1`` (the first).
    seed : int

    Returns
    -------
    x : array, shape (n_samples, sequence_length, 1)
        Gaussian noise of standard deviation 0.1, but for the signal, which is -1 or 1.
    y : array, shape (n_samples,)
        1 where the signal is positive, else 0; half of each, in random order.

    Raises
    ------
    ValueError
        If a size is not positive or the gap does not fit into the sequence.
    """
    _check_sizes(n_samples=n_samples, sequence_length=sequence_length)
    if not 0 <= dependency_gap < sequence_length:
        raise ValueError(
            f"dependency_gap is {dependency_gap}, expected 0 to {sequence_length - 1} "
            f"for sequence_length {sequence_length}"
        )
    rng = np.random.default_rng(seed)
    y = _balanced_labels(n_samples, rng)
    x = rng.normal(scale=0.1, size=(n_samples, sequence_length, 1))
    x[:, sequence_length - 1 - dependency_gap, 0] = 2 * y - 1
    return x.astype("float32"), y


def create_exploding_gradient_task(
    n_samples: int, sequence_length: int, *, scale: float = 5.0, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Large inputs whose sum decides the label, meant to make gradients explode.

    Whether they do is a question for a measurement.

    Parameters
    ----------
    n_samples, sequence_length : int
    scale : float
        Standard deviation of the inputs.
    seed : int

    Returns
    -------
    x : array, shape (n_samples, sequence_length, 1)
    y : array, shape (n_samples,)
        1 where the sum of the sequence is positive, else 0.
    """
    _check_sizes(n_samples=n_samples, sequence_length=sequence_length, scale=scale)
    x = np.random.default_rng(seed).normal(scale=scale, size=(n_samples, sequence_length, 1))
    return x.astype("float32"), (x.sum(axis=(1, 2)) > 0).astype("int64")


def adding_problem(
    n_samples: int, sequence_length: int, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Add the two marked numbers, one in each half of the sequence.

    Parameters
    ----------
    n_samples : int
    sequence_length : int
        At least 2.
    seed : int

    Returns
    -------
    x : array, shape (n_samples, sequence_length, 2)
        Feature 0 is uniform on [0, 1); feature 1 marks two steps with 1.
    y : array, shape (n_samples, 1)
        The sum of the two marked numbers. To predict always 1 costs a mean squared error of 1/6.

    Notes
    -----
    Hochreiter and Schmidhuber (1997), in the form of Le, Jaitly and Hinton (2015).
    """
    _check_sizes(n_samples=n_samples)
    if sequence_length < 2:
        raise ValueError(f"sequence_length is {sequence_length}, expected at least 2")
    rng = np.random.default_rng(seed)
    values = rng.random((n_samples, sequence_length))
    markers = np.zeros_like(values)
    half = sequence_length // 2
    rows = np.arange(n_samples)
    markers[rows, rng.integers(0, half, n_samples)] = 1
    markers[rows, rng.integers(half, sequence_length, n_samples)] = 1
    y = (values * markers).sum(axis=1, keepdims=True)
    return np.stack([values, markers], axis=-1).astype("float32"), y.astype("float32")


def write_and_hold(
    n_samples: int, sequence_length: int, *, write_probability: float = 0.1, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """At every step, say the last value that was marked to be kept.

    Parameters
    ----------
    n_samples, sequence_length : int
    write_probability : float
        Share of steps that are marked, beside the first one, which always is.
    seed : int

    Returns
    -------
    x : array, shape (n_samples, sequence_length, 2)
        Feature 0 is a new value at every step, uniform on [-1, 1); feature 1 is 1 where that
        value is to be kept, else 0.
    y : array, shape (n_samples, sequence_length, 1)
        The value at the last marked step. To predict always 0 costs a mean squared error of 1/3.

    Raises
    ------
    ValueError
        If a size is not positive, or the probability is not one.
    """
    _check_sizes(n_samples=n_samples, sequence_length=sequence_length)
    if not 0 <= write_probability <= 1:
        raise ValueError(f"write_probability is {write_probability}, expected 0 to 1")
    rng = np.random.default_rng(seed)
    values = rng.uniform(-1, 1, (n_samples, sequence_length))
    marks = rng.random((n_samples, sequence_length)) < write_probability
    marks[:, 0] = True
    last = np.maximum.accumulate(np.where(marks, np.arange(sequence_length), 0), axis=1)
    y = np.take_along_axis(values, last, axis=1)
    return np.stack([values, marks], axis=-1).astype("float32"), y[..., None].astype("float32")


def _balanced_labels(n_samples: int, rng: np.random.Generator) -> np.ndarray:
    return rng.permutation(np.arange(n_samples) % 2)


def _check_sizes(**sizes: float) -> None:
    for name, size in sizes.items():
        if size <= 0:
            raise ValueError(f"{name} is {size}, expected a positive number")
