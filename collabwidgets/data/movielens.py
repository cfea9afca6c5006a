"""load_movielens(): the ratings of MovieLens, from the cache folder or from GroupLens."""

from __future__ import annotations

import hashlib
import logging
import os
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, overload

from .grouplens import GROUPLENS, DownloadFailed, download_zip
from .movielens_formats import BrokenTables, Tables, extract_u, read_zip
from .origin import signed
from .table_cache import load_tables, save_tables, work_folder

if TYPE_CHECKING:
    import pandas as pd

_log = logging.getLogger(__name__)
_TEXT_AS_CATEGORIES = 5_000_000  # ratings from which a title is stored once, not once a rating


class DataUnavailable(OSError):
    """A data set is not in the cache and cannot be downloaded; the message says where to put the file by hand."""


@dataclass(frozen=True)
class _Size:
    file: str
    title: str
    n_ratings: int | None  # as GroupLens' README has it; None where it changes from year to year
    has_users: bool = False
    md5: str | None = None


_SIZES = {
    "100k": _Size("ml-100k.zip", "MovieLens 100K", 100_000, True, "0e33842e24a9c977be4e0107933c0723"),
    "1m": _Size("ml-1m.zip", "MovieLens 1M", 1_000_209, True),
    "10m": _Size("ml-10m.zip", "MovieLens 10M", 10_000_054),
    "25m": _Size("ml-25m.zip", "MovieLens 25M", 25_000_095),
    "32m": _Size("ml-32m.zip", "MovieLens 32M", 32_000_204),
    "latest-small": _Size("ml-latest-small.zip", "MovieLens latest-small", None),
}


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

    Tried in this order: the tables kept in the cache folder; a zip of GroupLens put into it; GroupLens' server. The
    cache folder is the environment variable ``COLLABWIDGETS_DATA``, else the platform's own. GroupLens' licence
    forbids redistribution: the files stay in the cache.

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
        When it is neither in the cache nor to be downloaded; the message says where to put the zip.

    Warns
    -----
    UserWarning
        When a zip is not the one we know but can be read (it is used), or cannot be read (the server is asked).

    References
    ----------
    F. M. Harper and J. A. Konstan, The MovieLens Datasets: History and Context, ACM TiiS 5(4), 2015.
    """
    if size not in _SIZES:
        choices = ", ".join(_SIZES)
        raise ValueError(f"size={size!r} is not known; choose one of {choices}")
    if users and not _SIZES[size].has_users:
        raise ValueError(f"{_SIZES[size].title} has no table of users, only 100k and 1m do; leave users=True out")
    tables = _tables(_SIZES[size], cache_folder())
    found = [signed(_with_titles(tables), f'cw.load_movielens("{size}")', _SIZES[size].title)]
    if users:
        if tables.users is None:
            raise ValueError(f"the zip of {_SIZES[size].title} that was read has no table of users; get a whole one")
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
    cache, size = cache_folder(), _SIZES["100k"]
    folder = cache / Path(size.file).stem
    if not all((folder / name).is_file() for name in ("u.data", "u.item", "u.user")):
        _tables(size, cache, from_zip=True)
        with work_folder(cache) as work:
            extract_u(cache / size.file, work)
            folder.mkdir(exist_ok=True)
            for file in work.iterdir():
                os.replace(file, folder / file.name)
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
        with work_folder(folder.parent) as work:
            sample.to_csv(work / "ratings.csv", index=False)
            os.replace(work / "ratings.csv", folder / "ratings.csv")
    return folder


def _with_titles(tables: Tables) -> pd.DataFrame:
    import pandas as pd

    ratings, items = tables.ratings, tables.items
    places = pd.Index(items["movie"]).get_indexer(ratings["movie"])
    columns = {}
    for name in ("title", "genres"):
        if len(ratings) < _TEXT_AS_CATEGORIES:
            columns[name] = items[name].to_numpy()[places]
        else:
            codes, texts = pd.factorize(items[name])
            columns[name] = pd.Categorical.from_codes(codes[places], texts)
    return ratings.assign(**columns)


def _tables(size: _Size, cache: Path, from_zip: bool = False) -> Tables:
    """The tables kept in the cache, else those of the zip; afterwards the zip is there if `from_zip` asks for it."""
    zip_path, npz_path = cache / size.file, cache / Path(size.file).with_suffix(".npz")
    kept = None if from_zip else load_tables(npz_path)
    if kept is not None and (not zip_path.exists() or kept[1] == _stamp(zip_path)):
        return kept[0]
    if zip_path.exists():
        try:
            tables = _read_checked(zip_path, size)
            _keep(npz_path, tables, _stamp(zip_path))
            return tables
        except BrokenTables as error:
            warnings.warn(
                f"{zip_path} cannot be used: {error}. Replace it by {GROUPLENS}{size.file}, or delete it",
                stacklevel=3,
            )
            if kept is not None:
                return kept[0]
    url = GROUPLENS + size.file
    with work_folder(cache) as work:
        try:
            fetched = download_zip(url, work)
            tables = _read_checked(fetched, size)
            os.replace(fetched, zip_path)
            save_tables(npz_path, tables, _stamp(zip_path))
            return tables
        except (DownloadFailed, BrokenTables) as error:
            reason = str(error)
    state = "cannot be read" if zip_path.exists() else "is missing"
    raise DataUnavailable(
        f"{zip_path} with {size.title} {state}, and {url} could not be downloaded ({reason}). "
        "Get that file by any means, put it unopened at that path, and try again. "
        "To keep the data elsewhere, set the environment variable COLLABWIDGETS_DATA to that folder"
    )


def _keep(path: Path, tables: Tables, source: str) -> None:
    """Keep the tables if possible: a zip that many share may lie in a folder that nobody can write."""
    try:
        save_tables(path, tables, source)
    except OSError as error:
        _log.warning("the tables are read from the zip again each time: %s", error)


def _stamp(path: Path) -> str:
    """Identify a zip by size and modification time."""
    status = path.stat()
    return f"{status.st_size} bytes of {status.st_mtime_ns}"


def _read_checked(path: Path, size: _Size) -> Tables:
    try:
        with zipfile.ZipFile(path) as archive:
            tables = read_zip(archive)
    except (zipfile.BadZipFile, OSError) as error:
        raise BrokenTables(f"it is no readable zip ({error})") from error
    n = len(tables.ratings)
    is_due = size.n_ratings in (n, None)
    is_known = size.md5 is None or hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() == size.md5
    # The checksum and the sizes are ours from reading about it: a wrong one must lock nobody out of readable
    # tables.
    if not is_due or not is_known:
        what = [] if is_known else [f"its md5 is not {size.md5}"]
        what += [] if is_due else [f"it has {n:,} ratings, {size.title} has {size.n_ratings:,}"]
        warnings.warn(
            f"{path.name} is not the one we know: {'; '.join(what)}. Its tables are readable and fit "
            "together, and are used",
            stacklevel=4,
        )
    return tables
