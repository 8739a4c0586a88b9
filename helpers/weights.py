"""Read the files of a pre-trained network, or say plainly what to do about them."""

from __future__ import annotations

import json
from pathlib import Path

import h5py

_ADVICE = "copy it again from the folder of the assignment, and keep it beside the notebook"


def weights_file(path: str | Path) -> Path:
    """The path of a Keras weights file, checked.

    Parameters
    ----------
    path : str or Path
        A file that ``model.save_weights`` wrote.

    Returns
    -------
    Path

    Raises
    ------
    FileNotFoundError
        If it is missing.
    ValueError
        If it is damaged, or is something else.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path.resolve()} is missing: {_ADVICE}")
    try:
        with h5py.File(path) as file:
            datasets: list[str] = []
            file.visititems(lambda name, item: _read(name, item, datasets))
    except (OSError, RuntimeError) as error:
        raise ValueError(f"{path} is damaged ({error}): {_ADVICE}") from error
    if not datasets:
        raise ValueError(f"{path} holds no weights: {_ADVICE}")
    return path


def read_history(path: str | Path) -> dict[str, list[float]]:
    """The training history of a pre-trained network: one list of numbers for each metric.

    Raises
    ------
    FileNotFoundError
        If the file is missing.
    ValueError
        If it is damaged.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path.resolve()} is missing: {_ADVICE}")
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        curves = {name: list(map(float, record[name])) for name in record if name != "made_by"}
    except (ValueError, TypeError, LookupError) as error:
        raise ValueError(f"{path} is damaged ({error}): {_ADVICE}") from error
    if len({len(curve) for curve in curves.values()}) != 1:
        raise ValueError(f"{path} is damaged (its curves differ in length): {_ADVICE}")
    return curves


def _read(name: str, item: h5py.Dataset | h5py.Group, datasets: list[str]) -> None:
    if isinstance(item, h5py.Dataset):
        item[()]  # a file that was cut short fails here
        datasets.append(name)
