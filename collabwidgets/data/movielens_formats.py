"""GroupLens' three formats, in a folder or a zip, read into the same three frames."""

from __future__ import annotations

import itertools
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from .text_tables import read_text

if TYPE_CHECKING:
    import pandas as pd

Folder: TypeAlias = Path | zipfile.Path
RATING_COLUMNS = ["user", "movie", "rating", "timestamp"]
_DAMAGE = (zipfile.BadZipFile, zlib.error)
_TEXT_AS_CATEGORIES = 5_000_000  # ratings from which a title is stored once, not once a rating
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


def read_movielens(path: Path) -> Tables:
    """The tables in a folder or zip of GroupLens, in whichever of its formats, at the top or one folder below.

    Raises
    ------
    BrokenTables
        When a file is missing, damaged or not in its format.
    """
    try:
        root: Folder = path if path.is_dir() else zipfile.Path(path)
        for file, read in (("u.data", _read_u), ("ratings.dat", _read_dat), ("ratings.csv", _read_csv)):
            for folder in (root, *(inner for inner in root.iterdir() if inner.is_dir())):
                if (folder / file).is_file():
                    return _checked(read(folder))
        names = sorted(entry.name for entry in root.iterdir())
    except (OSError, EOFError, LookupError, RuntimeError, TypeError, ValueError, *_DAMAGE) as error:
        raise BrokenTables(f"it is damaged or not in its format ({str(error).strip()})") from error
    raise BrokenTables(f"it holds no u.data, ratings.dat or ratings.csv but {', '.join(names[:5]) or 'nothing'}")


def with_titles(tables: Tables) -> pd.DataFrame:
    """The ratings with the title and the genres of each movie."""
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


def _checked(tables: Tables) -> Tables:
    """The same tables, when ratings and items fit together."""
    ratings, items = tables.ratings, tables.items
    if not len(ratings):
        raise ValueError("it has no ratings")
    for column in (*(ratings[name] for name in RATING_COLUMNS), items["movie"]):
        if column.dtype.kind not in ("if" if column.name == "rating" else "i") or column.isna().any():
            raise ValueError(f"the column {column.name} is not all numbers")
    if items["movie"].duplicated().any():
        raise ValueError(f"movie {items['movie'][items['movie'].duplicated()].iloc[0]} is listed twice")
    orphans = ratings["movie"][~ratings["movie"].isin(items["movie"])].unique()
    if len(orphans):
        raise ValueError(f"{len(orphans):,} rated movies have no title (first: {orphans[0]})")
    return tables


def _items(movies: pd.Series, titles: pd.Series, genres: pd.Series) -> pd.DataFrame:
    """The table of items; the year is the last one in parentheses of a title."""
    import pandas as pd

    titles = titles.str.strip()
    year = pd.to_numeric(titles.str.extract(r".*\((\d{4})\)", expand=False)).astype("Int64")
    return pd.DataFrame({"movie": movies, "title": titles, "year": year, "genres": genres})


def _read_u(folder: Folder) -> Tables:
    import pandas as pd

    wide = _table(folder, "u.item", "|")
    flags = wide.iloc[:, 5:]
    if flags.shape[1] != len(GENRES):
        raise ValueError(f"u.item has {wide.shape[1]} columns, {5 + len(GENRES)} are due")
    genres = ["|".join(itertools.compress(GENRES, row)) for row in flags.to_numpy()]
    items = _items(wide.iloc[:, 0], wide.iloc[:, 1], pd.Series(genres))
    users = _table(folder, "u.user", "|", USER_COLUMNS) if (folder / "u.user").is_file() else None
    return Tables(_table(folder, "u.data", "\t", RATING_COLUMNS), items, users)


def _read_dat(folder: Folder) -> Tables:
    movies = _table(folder, "movies.dat", "::")
    if movies.shape[1] != 3:
        raise ValueError(f"movies.dat has {movies.shape[1]} fields a line, 3 are due")
    items = _items(*(movies[name] for name in movies))
    users = None
    if (folder / "users.dat").is_file():
        users = _table(folder, "users.dat", "::", ["user", "gender", "age", "occupation", "zip"])
        occupations = _OCCUPATIONS.split("|")
        users = users.assign(occupation=[occupations[code] for code in users["occupation"]])[USER_COLUMNS]
    return Tables(_table(folder, "ratings.dat", "::", RATING_COLUMNS), items, users)


def _read_csv(folder: Folder) -> Tables:
    names = {"userId": "user", "movieId": "movie"}
    movies, ratings = (_table(folder, file, ",").rename(columns=names) for file in ("movies.csv", "ratings.csv"))
    missing = [name for name in RATING_COLUMNS if name not in ratings]
    missing += [name for name in ("movie", "title", "genres") if name not in movies]
    if missing:
        raise ValueError(f"a header lacks {', '.join(missing)}")
    return Tables(ratings[RATING_COLUMNS], _items(movies["movie"], movies["title"], movies["genres"]), None)


def _table(folder: Folder, file: str, sep: str, names: Sequence[str] = ()) -> pd.DataFrame:
    """A whole file, in UTF-8 or Latin-1, its columns renamed where its header has no names."""
    opened: Any = partial((folder / file).open, "rb")
    frame = read_text(opened, file, lambda columns, _: list(columns), sep=sep, encoding="utf-8")
    frame.attrs.clear()  # that its header has no names is no matter, as the columns are known
    return frame.set_axis(names, axis=1) if names else frame
