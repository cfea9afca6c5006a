"""Download a file from GroupLens' server, where the MovieLens data is published."""

from __future__ import annotations

import logging
from pathlib import Path

_log = logging.getLogger(__name__)

GROUPLENS = "https://files.grouplens.org/datasets/movielens/"
_CONNECT_SECONDS, _READ_SECONDS = 10, 60


class DownloadFailed(Exception):
    """The server did not give the file; the text says why in a few words."""


def download_zip(url: str, into: Path) -> Path:
    """Download a file with a progress bar; a server that does not answer within 10 seconds is given up.

    Raises
    ------
    DownloadFailed
        When the file cannot be had.
    """
    import pooch

    path = into / url.rsplit("/", 1)[-1]
    download = pooch.HTTPDownloader(progressbar=True, timeout=(_CONNECT_SECONDS, _READ_SECONDS))
    _log.info("downloading %s", url)
    try:
        download(url, str(path), None)
    except (OSError, ValueError) as error:  # what requests raises is an OSError
        raise DownloadFailed(_in_short(error)) from error
    return path


def _in_short(error: BaseException) -> str:
    """The kind of an error and its first cause: requests wraps three around a missing network."""
    root = error
    while root.__cause__ or root.__context__:
        root = root.__cause__ or root.__context__ or root
    return f"{type(error).__name__}: {root}"
