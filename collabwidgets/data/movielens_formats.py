"""GroupLens' three formats, read into the same three frames."""

from __future__ import annotations

import itertools
import posixpath
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

RATING_COLUMNS = ["user", "movie", "rating", "timestamp"]
ITEM_COLUMNS = ["movie", "title", "year", "genres"]
USER_COLUMNS = ["user", "age", "gender", "occupation", "zip"]

# The order of the 19 flags at the end of a line of u.item, from u.genre.
_GENRES = (
    "unknown|Action|Adventure|Animation|Children's|Comedy|Crime|Documentary|Drama|Fantasy|Film-Noir|Horror|"
    "Musical|Mystery|Romance|Sci-Fi|Thriller|War|Western"
)
GENRES = _GENRES.split("|")
# The occupation codes of MovieLens 1M, from its README.
_OCCUPATIONS = (
    "other|academic/educator|artist|clerical/admin|college/grad student|customer service|doctor/health care|"
    "executive/managerial|farmer|homemaker|K-12 student|lawyer|programmer|retired|sales/marketing|scientist|"
    "self-employed|technician/engineer|tradesman/craftsman|unemployed|writer"
)


class BrokenTables(ValueError):
    """The files are not the tables they should be; the sentence says which and why."""


@dataclass(frozen=True, eq=False)
class Tables:
    """One MovieLens data set.

    Attributes
    ----------
    ratings : DataFrame
        user, movie (int64), rating, timestamp (int64, seconds since 1970), in the order of the file.
    items : DataFrame
        movie, title, year (Int64, missing where the title has none), genres (``'Action|Comedy'``).
    users : DataFrame or None
        user, age, gender, occupation, zip; None where the data set has no such table.
    """

    ratings: pd.DataFrame
    items: pd.DataFrame
    users: pd.DataFrame | None


def items_frame(movies: pd.Series, titles: pd.Series, genres: pd.Series) -> pd.DataFrame:
    """The table of items; the year is the last one in parentheses of a title."""
    import pandas as pd

    titles = titles.str.strip()
    year = titles.str.extract(r".*\((\d{4})\)", expand=False)
    columns = (movies, titles, pd.to_numeric(year).astype("Int64"), genres)
    table = pd.concat([column.reset_index(drop=True) for column in columns], axis=1)
    return table.set_axis(ITEM_COLUMNS, axis=1)


def read_zip(archive: zipfile.ZipFile) -> Tables:
    """The tables in a zip of GroupLens, of whichever format it is.

    Raises
    ------
    BrokenTables
        When a file is missing, damaged or not in its format.
    """
    for rating_file, read in (("u.data", _read_u), ("ratings.dat", _read_dat), ("ratings.csv", _read_csv)):
        folders = [posixpath.dirname(name) for name in archive.namelist() if posixpath.basename(name) == rating_file]
        if folders:
            return _checked(read, archive, min(folders, key=len))
    raise BrokenTables(f"it holds no u.data, ratings.dat or ratings.csv but {_some(archive.namelist())}")


def _checked(read: Callable[[zipfile.ZipFile, str], Tables], archive: zipfile.ZipFile, folder: str) -> Tables:
    """What `read` finds in the folder, when ratings, items and users fit together."""
    try:
        tables = read(archive, folder)
    except KeyError as error:
        raise BrokenTables(f"a file is missing ({error.args[0]})") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
        raise BrokenTables(f"a file is damaged ({error})") from error
    except (ValueError, TypeError, IndexError) as error:  # pandas' parser errors and bad encodings among them
        raise BrokenTables(f"a file is not in its format ({str(error).strip()})") from error
    ratings, items = tables.ratings, tables.items
    if not len(ratings):
        raise BrokenTables("it has no ratings")
    for name in RATING_COLUMNS:
        if ratings[name].dtype.kind not in ("if" if name == "rating" else "i"):
            raise BrokenTables(f"the column {name} of its ratings is not all numbers")
    if items["movie"].dtype.kind != "i":
        raise BrokenTables("the column movie of its items is not all numbers")
    outside = ~ratings["rating"].between(0.5, 5)
    if outside.any():
        raise BrokenTables(f"{int(outside.sum()):,} ratings are outside of 0.5 to 5")
    if items["movie"].duplicated().any():
        raise BrokenTables(f"movie {items['movie'][items['movie'].duplicated()].iloc[0]} is listed twice")
    known = set(items["movie"])
    orphans = [movie for movie in ratings["movie"].unique() if movie not in known]
    if orphans:
        raise BrokenTables(f"{len(orphans):,} rated movies have no title (first: {orphans[0]})")
    return tables


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (", …" if len(names) > 5 else "") or "nothing"


def _read_u(archive: zipfile.ZipFile, folder: str) -> Tables:
    import pandas as pd

    ratings = _table(archive, folder, "u.data", sep="\t", names=RATING_COLUMNS)
    wide = _table(archive, folder, "u.item", sep="|", encoding="latin-1")
    flags = wide.iloc[:, 5:]
    if flags.shape[1] != len(GENRES):
        raise ValueError(f"u.item has {wide.shape[1]} columns, {5 + len(GENRES)} are due")
    genres = ["|".join(itertools.compress(GENRES, row)) for row in flags.to_numpy()]
    items = items_frame(wide[0], wide[1], pd.Series(genres))
    users = None
    if posixpath.join(folder, "u.user") in archive.namelist():
        users = _table(archive, folder, "u.user", sep="|", names=USER_COLUMNS, dtype={"zip": str})
    return Tables(ratings, items, users)


def extract_u(path: Path, folder: Path) -> None:
    """Copy the files whose names begin with ``u.`` out of GroupLens' zip of MovieLens 100K.

    Raises
    ------
    BrokenTables
        When one of them is damaged.
    """
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if posixpath.basename(name).startswith("u."):
                try:
                    (folder / posixpath.basename(name)).write_bytes(archive.read(name))
                except (zipfile.BadZipFile, zlib.error, EOFError) as error:
                    raise BrokenTables(f"{path} cannot be unpacked: {name} is damaged ({error})") from error


def _read_dat(archive: zipfile.ZipFile, folder: str) -> Tables:
    import pandas as pd

    ratings = _colons(archive, folder, "ratings.dat", RATING_COLUMNS)
    # Titles contain single colons, so this one is split by hand; 1M is latin-1, 10M is UTF-8.
    data = archive.read(posixpath.join(folder, "movies.dat"))
    rows = [line.rstrip("\r").split("::") for line in _decoded(data).split("\n") if line.strip()]
    if any(len(row) != 3 for row in rows):
        bad = next(row for row in rows if len(row) != 3)
        raise ValueError(f"movies.dat has a line of {len(bad)} fields, 3 are due: {'::'.join(bad)!r}")
    movies, titles, genres = zip(*rows, strict=True)
    items = items_frame(pd.Series([int(movie) for movie in movies]), pd.Series(titles), pd.Series(genres))
    users = None
    if posixpath.join(folder, "users.dat") in archive.namelist():
        users = _colons(archive, folder, "users.dat", ["user", "gender", "age", "occupation", "zip"])
        occupations = _OCCUPATIONS.split("|")
        users["occupation"] = [occupations[code] for code in users["occupation"]]
        users = users[USER_COLUMNS]
    return Tables(ratings, items, users)


def _read_csv(archive: zipfile.ZipFile, folder: str) -> Tables:
    names = {"userId": "user", "movieId": "movie"}
    ratings = _table(archive, folder, "ratings.csv", header=0, quoting=0).rename(columns=names)
    movies = _table(archive, folder, "movies.csv", header=0, quoting=0).rename(columns=names)
    missing = [name for name in RATING_COLUMNS if name not in ratings]
    missing += [name for name in ("movie", "title", "genres") if name not in movies]
    if missing:
        raise ValueError(f"a header lacks {', '.join(missing)}")
    return Tables(ratings[RATING_COLUMNS], items_frame(movies["movie"], movies["title"], movies["genres"]), None)


def _table(archive: zipfile.ZipFile, folder: str, file: str, **how: Any) -> pd.DataFrame:
    import pandas as pd

    # Titles may contain quotation marks (3: they are text), and a text may read 'NA'.
    options: dict[str, Any] = {"header": None, "quoting": 3, "na_filter": False} | how
    with archive.open(posixpath.join(folder, file)) as stream:
        return pd.read_csv(stream, **options)


def _colons(archive: zipfile.ZipFile, folder: str, file: str, names: list[str]) -> pd.DataFrame:
    """A file with '::' between fields, none of which holds a colon.

    Read as separated by ':' with every second column empty: pandas' fast parser takes one character only, and
    its slow one needs minutes for 10 million rows.
    """
    every_second = range(0, 2 * len(names), 2)
    text = {2 * names.index("zip"): str} if "zip" in names else None
    table = _table(archive, folder, file, sep=":", usecols=list(every_second), dtype=text)
    table.columns = names
    return table


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")
