"""Ratings from files of any usual kind: text, compressed, zipped, Parquet, Feather, Excel and databases."""

from __future__ import annotations

import contextlib
import gzip
import sqlite3
import sys
import zipfile
from collections.abc import Iterator, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..extras import needs_extra
from .columns import find_columns, find_titles, n_known
from .dialect import Open, dialect_of
from .movielens_formats import BrokenTables, read_movielens, with_titles
from .tables import number_columns, picked
from .text_tables import Choose, read_text

if TYPE_CHECKING:
    import pandas as pd

_MAGIC = {
    b"PAR1": "parquet",
    b"ARROW1": "feather",
    b"SQLite format 3\0": "sqlite",
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PK\x03\x04": "zip",
}
_NO_TABLES = (".ipynb", ".md", ".html", ".htm", ".pdf", ".png", ".jpg", ".py", ".safetensors")
_LISTED = 8


def read_ratings(
    path: str | Path,
    *,
    user_name: str | None = None,
    item_name: str | None = None,
    rating_name: str | None = None,
    time_name: str | None = None,
    weight_name: str | None = None,
    sep: str | None = None,
    encoding: str | None = None,
    table: str | None = None,
    query: str | None = None,
) -> pd.DataFrame:
    """The ratings in a file or folder, as a frame with the columns of users, items, ratings, times and weights.

    Taken are text files (CSV and its kin with any separator, with or without a header, in UTF-8, UTF-16 or another
    encoding; JSON lines; RecBole's ``.inter``; Netflix' blocks), also as ``.gz`` or ``.zst``; Parquet, Feather and
    Excel; tables of SQLite and DuckDB; and MovieLens as GroupLens lays it out. Of a folder or zip the one table of
    ratings is taken.

    Parameters
    ----------
    path : str or Path
    user_name, item_name, rating_name, time_name, weight_name : str, optional
        Columns; found by their names by default, but for that of weights: see `CollabDataLoaders.from_df`.
    sep, encoding : str, optional
        Of a text file; found out by default.
    table, query : str, optional
        The table of a database, or an SQL query; needed where it has several tables.

    Raises
    ------
    FileNotFoundError
        When there is nothing at `path`.
    ValueError
        For a file that is no table or is damaged, and where several could be meant; the sentence names them.
    ModuleNotFoundError
        When the extra ``[files]`` is needed and missing: for Parquet, Feather, Excel, DuckDB and zstd.
    """
    given = {"user": user_name, "item": item_name, "rating": rating_name, "time": time_name, "weight": weight_name}
    return _read(
        path, lambda names, numbers: find_columns(names, numbers, given).names, table, query, sep=sep, encoding=encoding
    )


def read_titles(path: str | Path, ids: str) -> pd.DataFrame:
    """The columns of ids and titles in a file, in this order; see `find_titles`, and `read_ratings` for the errors."""
    frame = _read(path, lambda names, numbers: list(find_titles(names, numbers, ids)))
    return frame[[*find_titles(list(frame), number_columns(frame), ids)]]


def titles_beside(path: str | Path, ratings: pd.DataFrame) -> str | bool | None:
    """What to pass as ``items=`` where titles come with a file: RecBole's ``.item`` file, or True for MovieLens."""
    path = Path(path).expanduser()
    if path.suffix == ".inter" and path.with_suffix(".item").is_file():
        return str(path.with_suffix(".item"))
    names = set(ratings.columns)
    return True if {"title", "genres"} <= names and names & {"movie", "movieId"} else None


def _read(
    path: str | Path, choose: Choose, table: str | None = None, query: str | None = None, **how: Any
) -> pd.DataFrame:
    """The columns that `choose` takes of a file or folder; all that there are of a workbook or database."""
    import pandas as pd

    path = Path(path).expanduser()
    if not path.exists():
        raise FileNotFoundError(f"there is no file {str(path)!r}; pass the path of a table")
    with _damage_said(path):
        if path.is_dir():
            files = {file.name: partial(_open, file) for file in sorted(path.iterdir()) if file.is_file()}
            return _of_several(path, files, choose, how)
        kind = _kind(path)
        if kind in ("sqlite", "duckdb"):
            return _read_database(path, kind, table, query)
        if kind in ("parquet", "feather"):
            return _read_columns(path, kind, choose)
        if kind == "excel":
            with needs_extra("files"):
                import_module("openpyxl")
            return pd.read_excel(path)
        if kind == "zip":
            with zipfile.ZipFile(path) as archive:
                names = [name for name in archive.namelist() if not name.endswith("/")]
            members: dict[str, Any] = {name: partial(zipfile.Path(path, name).open, "rb") for name in names}
            return _of_several(path, members, choose, how)
        return read_text(partial(_open, path), str(path), choose, **how)


@contextlib.contextmanager
def _damage_said(path: Path) -> Iterator[None]:
    """Turn the errors of a reader, on broken bytes, into a sentence."""
    try:
        yield
    except (ValueError, ImportError, TypeError, AttributeError, MemoryError):  # sentences already, or our own mistakes
        raise
    except Exception as error:
        if getattr(error, "errno", None) is not None:  # of the file system
            raise
        raise ValueError(f"{str(path)!r} is damaged ({error}); get another copy") from error


def _kind(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(16)
    if head[8:12] == b"DUCK":
        return "duckdb"
    kind = next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), "text")
    if kind == "zip":
        with contextlib.suppress(zipfile.BadZipFile), zipfile.ZipFile(path) as archive:
            if "xl/workbook.xml" in archive.namelist():
                return "excel"
    return kind


def _open(path: Path) -> Any:
    """A file opened for reading bytes, decompressed."""
    kind = _kind(path)
    if kind == "gzip":
        return gzip.open(path)
    if kind != "zstd":
        return path.open("rb")
    with needs_extra("files"):
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
    return zstd.open(path)


def _of_several(path: Path, files: Mapping[str, Open], choose: Choose, how: Mapping[str, Any]) -> pd.DataFrame:
    """The one table in a folder or zip; MovieLens with its titles."""
    with contextlib.suppress(BrokenTables):
        frame = with_titles(read_movielens(path))
        is_csv = any(Path(name).name == "ratings.csv" for name in files)
        return frame.rename(columns={"user": "userId", "movie": "movieId"}) if is_csv else frame
    tables = {
        name: opened
        for name, opened in files.items()
        if not name.lower().endswith(_NO_TABLES) and not Path(name).name.startswith((".", "_", "README"))
    }
    if len(tables) > 1:
        known: dict[str, int] = {}
        for name, opened in tables.items():
            with contextlib.suppress(ValueError):
                known[name] = n_known(dialect_of(opened, name).names)
        tables = {name: tables[name] for name in known if known[name] == max(known.values())}
    if len(tables) != 1:
        what = "several tables that may be the ratings" if tables else "no table"
        names = ", ".join(list(tables or files)[:_LISTED]) or "nothing"
        raise ValueError(f"{str(path)!r} holds {what}: {names}; pass the path of one of them, unpacked")
    ((name, opened),) = tables.items()
    return read_text(opened, f"{name} in {path}", choose, **how)


def _read_columns(path: Path, kind: str, choose: Choose) -> pd.DataFrame:
    """Some columns of a file that is stored by columns; no other is read."""
    with needs_extra("files"):
        import polars
    import narwhals as nw

    lazy = polars.scan_parquet(path) if kind == "parquet" else polars.scan_ipc(path)
    schema = lazy.collect_schema()
    wanted = choose(list(schema), {name for name, dtype in schema.items() if dtype.is_numeric()})
    return picked(nw.from_native(lazy.select(wanted).collect()), wanted)


def _read_database(path: Path, kind: str, table: str | None, query: str | None) -> pd.DataFrame:
    import pandas as pd

    if kind == "sqlite":
        connection: Any = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    else:
        with needs_extra("files"):
            import duckdb
        connection = duckdb.connect(str(path), read_only=True)
    listing = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"  # of both
    with contextlib.closing(connection):
        names = [name for (name,) in connection.execute(listing).fetchall()]
        if query is None:
            chosen = table or (names[0] if len(names) == 1 else "")
            if chosen not in names:
                raise ValueError(
                    f"{str(path)!r} is a database with the tables {', '.join(names) or '(none)'}; "
                    "name one by table=, or pass a query="
                )
            quoted = chosen.replace('"', '""')
            query = f'SELECT * FROM "{quoted}"'
        try:
            cursor = connection.execute(query)
            names = [column[0] for column in cursor.description]
            return pd.DataFrame(cursor.fetchall(), columns=names, dtype=object).infer_objects()
        except Exception as error:
            raise ValueError(f"{str(path)!r} cannot answer {query!r}: {error}") from error
