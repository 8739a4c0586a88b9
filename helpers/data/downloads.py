"""Published data files: found in the data folder, or downloaded into it once."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

APPLICATION = "networks-that-remember"
CONNECT_TIMEOUT, READ_TIMEOUT = 10.0, 30.0  # seconds without a sign of life
_CHUNK = 1 << 16


def fetch(
    name: str, urls: Sequence[str], checksum: str, *, folder: str | Path | None = None
) -> Path:
    """Find a file in the data folder, or download it there from the first mirror that works.

    Parameters
    ----------
    name : str
        The file's name in the data folder.
    urls : sequence of str
        Mirrors, in the order in which they are tried.
    checksum : str
        The published one: ``"md5:..."`` or ``"sha256:..."``. Every download must match it.
    folder : path, optional
        The data folder. Default: see `data_folder`.

    Returns
    -------
    Path
        The whole file.

    Raises
    ------
    FileNotFoundError
        If the folder that the user named is missing, or no mirror gave the file: says what each
        mirror answered, and which file to put where.
    OSError
        If the folder cannot be written.
    ValueError
        If ``name`` is not a plain file name.

    Notes
    -----
    A file that is already there is used as it is, without a look at its checksum. Somebody may
    have put it there by hand, and chosen an excerpt or another edition. A download is only ever
    there whole: it is written beside its place under another name, compared with the checksum,
    and then renamed. Whether an archive is sound, its reader finds out from the checksums that
    gzip and zip carry inside.

    The progress bar shows where standard error is a terminal, and nowhere else: on a page of the
    book it would count as a warning.
    """
    if Path(name).name != name or name in ("", ".."):
        raise ValueError(f"{name!r} is not a plain file name")
    place = data_folder(folder)
    path = place / name
    if path.is_file():
        return path
    answers = []
    for url in urls:
        try:
            _download(name, url, checksum, place)
        except _unsuccessful() as error:
            answers.append(f"  {url}: {_why(error)}")
        except OSError as error:
            raise OSError(f"{name} cannot be saved in {place}: {error}") from error
        else:
            path.chmod(0o644)  # temporary files are private; public data need not be
            return path
    raise FileNotFoundError(
        f"{name} is not in {place}, and could not be downloaded:\n"
        + "\n".join(answers)
        + f"\nTry again, or download {name} from one of these addresses with other means and put"
        f" it into {place} (the environment variable RNN_DATA_DIR names another folder)."
    )


def data_folder(folder: str | Path | None = None) -> Path:
    """Where data files are: ``folder``, else ``RNN_DATA_DIR``, else this user's cache folder.

    Raises
    ------
    FileNotFoundError
        If ``folder`` or ``RNN_DATA_DIR`` is not a folder. The cache folder is made when needed;
        one that somebody named is not, since a slip of the pen would hide the data that are there.
    """
    named = folder if folder is not None else os.environ.get("RNN_DATA_DIR")
    if not named:
        import pooch

        return Path(pooch.os_cache(APPLICATION))
    place = Path(named).expanduser()
    if not place.is_dir():
        label = "" if folder is not None else "RNN_DATA_DIR="
        raise FileNotFoundError(f"{label}{named} is not a folder: make it, or name another")
    return place


def _download(name: str, url: str, checksum: str, place: Path) -> None:
    """Download to a temporary name, compare, rename: pooch does all three."""
    import pooch
    from tqdm import tqdm

    pooch.get_logger().setLevel("WARNING")
    # A total to begin with, or tqdm cannot say whether it is there; pooch sets the right one.
    with tqdm(total=1, desc=name, unit="B", unit_scale=True, disable=None) as progress:
        downloader = pooch.HTTPDownloader(
            progressbar=progress,
            chunk_size=_CHUNK,
            timeout=(CONNECT_TIMEOUT, READ_TIMEOUT),
            headers={"Accept-Encoding": "identity"},  # the file itself, or no checksum can match
        )
        pooch.retrieve(url, checksum, fname=name, path=place, downloader=downloader)


def _unsuccessful() -> tuple[type[Exception], ...]:
    """What a mirror's failure raises: anything of the network, or pooch's ValueError."""
    import requests

    return (requests.RequestException, ValueError)


def _why(error: Any) -> str:
    """One line on why a mirror gave nothing."""
    import requests
    import urllib3

    cause = error.args[0] if error.args else None
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"answered {error.response.status_code} {error.response.reason}".rstrip()
    # While the body is read, requests reports silence as a ConnectionError.
    if isinstance(error, requests.ReadTimeout) or isinstance(
        cause, urllib3.exceptions.ReadTimeoutError
    ):
        return f"sent nothing for {READ_TIMEOUT:g} seconds"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection was cut before the file was whole"
    if isinstance(error, requests.ConnectionError):
        return "cannot be reached; is there a network?"
    if isinstance(error, requests.RequestException):
        return f"{type(error).__name__}: {error}"
    return f"sent something else ({error})"
