"""Where the MovieLens files come from: GroupLens' server, and for 100K a wheel with the same tables."""

from __future__ import annotations

import hashlib
import logging
import subprocess
import sys
from pathlib import Path

_log = logging.getLogger(__name__)

GROUPLENS = "https://files.grouplens.org/datasets/movielens/"
WHEEL = "recbole==1.2.1"
_WHEEL_SHA256 = "9c9948202011f37eb0a7c6768129313f00d6403ad221ec940d5e2d5d5f33a407"
_CONNECT_SECONDS, _READ_SECONDS, _PIP_SECONDS = 10, 60, 300


class SourceFailed(Exception):
    """One source did not give the file; the text says why in a few words."""


def download_zip(url: str, into: Path) -> Path:
    """Download a file with a progress bar; a server that does not answer within 10 seconds is given up.

    Raises
    ------
    SourceFailed
        When it cannot be had.
    """
    import pooch

    path = into / url.rsplit("/", 1)[-1]
    download = pooch.HTTPDownloader(progressbar=True, timeout=(_CONNECT_SECONDS, _READ_SECONDS))
    _log.info("downloading %s", url)
    try:
        download(url, str(path), None)
    except (OSError, ValueError) as error:  # what requests raises is an OSError
        raise SourceFailed(_in_short(error)) from error
    return path


def download_wheel(into: Path) -> Path:
    """Download the wheel by this Python's pip, installing nothing, and check its sha256.

    Raises
    ------
    SourceFailed
        When pip is missing or fails, or the file is another one.
    """
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-input"]
    command += ["--disable-pip-version-check", "--ignore-requires-python", "--timeout=15", "--retries=1"]
    command += ["--dest", str(into), WHEEL]
    _log.info("downloading %s by pip", WHEEL)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PIP_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SourceFailed(f"pip did not finish ({_in_short(error)})") from error
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
        reason = (errors or lines or [f"exit status {done.returncode}"])[-1]
        raise SourceFailed(f"pip says: {reason}")
    wheel = next(into.glob("*.whl"), None)
    if wheel is None:
        raise SourceFailed("pip left no wheel")
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if found != _WHEEL_SHA256:
        raise SourceFailed(f"the wheel's sha256 is {found}, not {_WHEEL_SHA256}; it was not opened")
    return wheel


def _in_short(error: BaseException) -> str:
    """The kind of an error and what is at the bottom of it: requests wraps three around a missing network."""
    root = error
    while root.__cause__ or root.__context__:
        root = root.__cause__ or root.__context__ or root
    return f"{type(error).__name__}: {root}"
