"""The real GloVe vectors: 400,000 words, from the archive as published (Pennington et al. 2014).

A member is read out of the archive as a stream: nothing is written to disk, whatever its name.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import cast

import numpy as np

from helpers.data import downloads
from helpers.data.vector_text import read_vectors

ARCHIVE = "glove.6B.zip"
HOMEPAGE = "https://nlp.stanford.edu/projects/glove/"
URLS = (
    "https://nlp.stanford.edu/data/glove.6B.zip",
    "https://downloads.cs.stanford.edu/nlp/data/glove.6B.zip",
)
# The authors publish none; Embeddings.jl (JuliaText, src/glove.jl) checks its downloads by it.
CHECKSUM = "sha256:617afb2fe6cbd085c235baf7a465b96f4112bd7f7ccb2b2cbd649fed9cbcf2fb"

_MEMBER = re.compile(r"glove\.6B\.([0-9]+)d\.txt")
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,  # a compression or version that zipfile does not know
    RuntimeError,  # encrypted
    OSError,
)


def find() -> Path:
    """The archive in the data folder, downloaded (862 MB) if it is not there."""
    return downloads.fetch(ARCHIVE, URLS, CHECKSUM)


def load(dim: int = 50, words: Iterable[str] | None = None) -> dict[str, np.ndarray]:
    """Real GloVe vectors: trained on Wikipedia 2014 and Gigaword 5, lower-case words.

    Parameters
    ----------
    dim : int
        Length of the vectors; the published archive has 50, 100, 200 and 300.
    words : iterable of str, optional
        Keep only these. All 400,000 need 80 MB at 50 numbers, and half as much again for Python.

    Returns
    -------
    dict of str to array of float32, shape (dim,)

    Raises
    ------
    FileNotFoundError
        If the archive is missing and cannot be downloaded: see `helpers.data.downloads.fetch`.
    ValueError
        If the archive has no vectors of this length (names those that it has), or is damaged.
    """
    path = find()
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(archive, dim, words)
    except _DAMAGE as error:
        raise ValueError(
            f"{path} is damaged ({error}): delete it and download it again from {URLS[0]}"
        ) from error


def _read(archive: zipfile.ZipFile, dim: int, words: Iterable[str] | None) -> dict[str, np.ndarray]:
    lengths = {int(m[1]): m[0] for m in map(_MEMBER.fullmatch, archive.namelist()) if m}
    if dim not in lengths:
        has = f"those with {', '.join(map(str, sorted(lengths)))}" if lengths else "no vectors"
        raise ValueError(f"{archive.filename} has no vectors of {dim} numbers, it has {has}")
    name = lengths[dim]
    with archive.open(name) as member:
        stream = io.BufferedReader(cast(io.RawIOBase, member), 1 << 20)  # reads lines faster
        try:
            return read_vectors(stream, f"{name} in {archive.filename}", words=words, dim=dim)
        except ValueError:
            while stream.read(1 << 20):  # if damage made the bad row, the checksum tells
                pass
            raise
