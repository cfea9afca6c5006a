"""load_movielens(): the ratings of MovieLens, from the cache folder or from GroupLens."""

from __future__ import annotations

import os
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal, overload

from ..plain import one_of
from .movielens_formats import BrokenTables, Tables, read_movielens, with_titles
from .origin import signed

if TYPE_CHECKING:
    import pandas as pd

GROUPLENS = "https://files.grouplens.org/datasets/movielens/"
_CONNECT_SECONDS, _READ_SECONDS = 10, 60


class DataUnavailable(OSError):
    """A data set is not in the cache and cannot be downloaded; the message says where to put the file by hand."""


_SIZES = {
    "100k": "MovieLens 100K",
    "1m": "MovieLens 1M",
    "10m": "MovieLens 10M",
    "25m": "MovieLens 25M",
    "32m": "MovieLens 32M",
    "latest-small": "MovieLens latest-small",
}
_WITH_USERS = ("100k", "1m")


@overload
def load_movielens(size: str = ..., *, users: Literal[False] = ..., items: Literal[False] = ...) -> pd.DataFrame: ...


@overload
def load_movielens(size: str = ..., *, users: Literal[True], items: bool = ...) -> tuple[pd.DataFrame, ...]: ...


@overload
def load_movielens(size: str = ..., *, users: bool = ..., items: Literal[True]) -> tuple[pd.DataFrame, ...]: ...
def load_movielens(
    size: str = "100k", *, users: bool = False, items: bool = False
) -> pd.DataFrame | tuple[pd.DataFrame, ...]:
    """Ratings of MovieLens with titles and genres, downloaded at the first call.

    Tried in this order: GroupLens' files in the cache folder, unpacked (``ml-100k/``) or as its zip
    (``ml-100k.zip``); GroupLens' server. The cache folder is the environment variable ``COLLABWIDGETS_DATA``, else
    the platform's own. GroupLens' licence forbids redistribution: the files stay in the cache.

    Parameters
    ----------
    size : {"100k", "1m", "10m", "25m", "32m", "latest-small"}
    users : bool
        Also return the table of users: user, age, gender, occupation, zip (only ``"100k"`` and ``"1m"`` have
        one; in ``"1m"`` the age is the lower end of a group).
    items : bool
        Also return the table of movies, rated or not: movie, title, year, genres.

    Returns
    -------
    DataFrame, or tuple of DataFrames: ratings[, users][, items]
        The ratings: user, movie (int64), rating (whole stars int64, half stars float64), timestamp (int64,
        seconds since 1970), title, genres (``'Action|Comedy'``), in GroupLens' order. The two texts are
        categorical from ``"10m"`` on.

    Raises
    ------
    ValueError
        On an unknown size, or `users` of a size without a table of users.
    DataUnavailable
        When it is neither in the cache nor to be downloaded, or cannot be read; the message says where to put the zip.

    References
    ----------
    F. M. Harper and J. A. Konstan, The MovieLens Datasets: History and Context, ACM TiiS 5(4), 2015.
    """
    one_of("size", size, list(_SIZES))
    if users and size not in _WITH_USERS:
        raise ValueError(f"{_SIZES[size]} has no table of users, only 100k and 1m do; leave users=True out")
    tables = _tables(size)
    found = [signed(with_titles(tables), "load_movielens", [size], {}, _SIZES[size])]
    if users:
        if tables.users is None:
            raise ValueError(f"the zip of {_SIZES[size]} that was read has no table of users; get a whole one")
        found.append(tables.users)
    if items:
        found.append(tables.items)
    return tuple(found) if len(found) > 1 else found[0]


def cache_folder() -> Path:
    """Where downloaded data is kept: ``COLLABWIDGETS_DATA``, else the platform's cache folder."""
    chosen = os.environ.get("COLLABWIDGETS_DATA")
    if chosen:
        return Path(chosen).expanduser()
    import platformdirs

    return platformdirs.user_cache_path("collabwidgets")


def movielens_folder() -> Path:
    """The folder of MovieLens 100K's own files, ``u.data``, ``u.item`` and ``u.user``, as GroupLens lays them out.

    It is in the cache folder, unpacked from the zip, which is downloaded where it is missing.

    Raises
    ------
    DataUnavailable
        When the zip is neither in the cache nor to be downloaded; the message says where to put it.
    """
    _tables("100k")
    folder, path = _places("100k")
    if not folder.is_dir():
        with tempfile.TemporaryDirectory(dir=folder.parent) as work, zipfile.ZipFile(path) as archive:
            archive.extractall(work)
            os.replace(Path(work) / folder.name, folder)
    return folder


def movielens_sample_folder() -> Path:
    """A folder with ``ratings.csv``: userId, movieId, rating, timestamp, as in fastai's sample.

    It holds what the 100 users with the most ratings gave to the 100 movies with the most, of MovieLens 100K.
    """
    folder = cache_folder() / "movie_lens_sample"
    if not (folder / "ratings.csv").is_file():
        ratings = load_movielens("100k")
        assert not isinstance(ratings, tuple)
        for column in ("user", "movie"):
            ratings = ratings[ratings[column].isin(ratings[column].value_counts().index[:100])]
        sample = ratings[["user", "movie", "rating", "timestamp"]].set_axis(
            ["userId", "movieId", "rating", "timestamp"], axis=1
        )
        folder.mkdir(exist_ok=True)
        sample.to_csv(folder / "ratings.part", index=False)
        os.replace(folder / "ratings.part", folder / "ratings.csv")
    return folder


def _places(size: str) -> tuple[Path, Path]:
    """The folder and the zip of a size in the cache."""
    return cache_folder() / f"ml-{size}", cache_folder() / f"ml-{size}.zip"


def _tables(size: str) -> Tables:
    """Read the unpacked folder in the cache, else the zip, which is downloaded where it is missing."""
    folder, path = _places(size)
    fetched = not folder.is_dir() and not path.exists()
    if fetched:
        _download(size, path)
    source = folder if folder.is_dir() else path
    try:
        return read_movielens(source)
    except BrokenTables as error:
        if fetched:
            path.unlink()  # a log-in page of the network, most likely
        reason = str(error)
    raise DataUnavailable(f"{source} cannot be used: {reason}; delete it. {_by_hand(path)}")


def _download(size: str, path: Path) -> None:
    """Download with a progress bar; a server that does not answer within 10 seconds is given up."""
    import pooch

    download = pooch.HTTPDownloader(progressbar=True, timeout=(_CONNECT_SECONDS, _READ_SECONDS))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as work:
            download(GROUPLENS + path.name, str(Path(work) / path.name), None)
            os.replace(Path(work) / path.name, path)
            return
    except (OSError, ValueError) as error:  # what requests raises is an OSError
        reason = _in_short(error)
    raise DataUnavailable(
        f"{path} with {_SIZES[size]} is missing and could not be downloaded ({reason}). {_by_hand(path)}"
    )


def _by_hand(path: Path) -> str:
    return (
        f"Get {GROUPLENS}{path.name} by any means, put it unopened at {path}, and try again. "
        "To keep the data elsewhere, set the environment variable COLLABWIDGETS_DATA to that folder"
    )


def _in_short(error: BaseException) -> str:
    """The kind of an error and its first cause: requests wraps three around a missing network."""
    root = error
    while root.__cause__ or root.__context__:
        root = root.__cause__ or root.__context__ or root
    return f"{type(error).__name__}: {root}"
