"""Text files of ratings as frames: CSV and its kin by pandas, JSON lines, RecBole's files and Netflix' blocks."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import warnings
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING, Any

from .columns import find_columns, find_titles
from .dialect import Dialect, codes_among, dialect_of, encoding_of
from .fast_text import read_fast

if TYPE_CHECKING:
    import pandas as pd

NO_HEADER = "collabwidgets: no header"  # in the attrs of a frame: its columns have made-up names
_HEAD = 1 << 20  # bytes that a file is judged by
_PIECE, _PIECES = 1 << 14, 32  # bytes of a piece that is looked at further down, and how many at most
_PROGRESS_SECONDS = 2
_RECBOLE = re.compile(r"\w+:(token|float|token_seq|float_seq)")
_NETFLIX = re.compile(r"\d+:\s*")
_EXACT_FLOATS = 2**53
_NO_ID = ["", "NULL", "null", "NaN", "nan", "NA", "N/A", "<NA>"]
Open = Callable[[], IO[bytes]]


@dataclass(frozen=True)
class Head:
    """What a text file is: ``"csv"``, ``"json"`` (an array), ``"json lines"`` or ``"netflix"``, and its dialect."""

    kind: str
    dialect: Dialect

    @property
    def names(self) -> list[str]:
        return self.dialect.names


def head_of(open_file: Open, where: str, *, sep: str | None = None, encoding: str | None = None) -> Head:
    """Look at a file.

    Parameters
    ----------
    open_file : callable
        Opens the file for reading bytes.
    where : str
        The file, as an error names it.
    sep, encoding : str, optional
        What is known of the file; found out by default.

    Raises
    ------
    ValueError
        For what is no text, or empty.
    """
    with open_file() as file:
        head = file.read(_HEAD)
    encoding = encoding or encoding_of(head, where)
    text = head.decode(encoding, errors="replace").removeprefix("\ufeff")
    first = text.lstrip().partition("\n")[0]
    if first[:1] in ("{", "["):
        row = _first_object(text)
        numbers = {name for name, value in row.items() if isinstance(value, int | float)}
        dialect = Dialect(encoding, "", ".", list(row), True, 0, True, numbers, set())
        return Head("json lines" if first[0] == "{" else "json", dialect)
    if _NETFLIX.fullmatch(first):
        names = ["user", "movie", "rating", "date"]
        return Head("netflix", Dialect(encoding, ",", ".", names, False, 0, False, set(names[:3]), set()))
    dialect = dialect_of(text if len(head) < _HEAD else text[: text.rfind("\n")], encoding, sep, where)
    if all(_RECBOLE.fullmatch(name) for name in dialect.names):
        short = {name: name.partition(":")[0] for name in dialect.names}
        numbers, texts = ({short[name] for name in names} for names in (dialect.numbers, dialect.text))
        dialect = replace(dialect, names=list(short.values()), numbers=numbers, text=texts)
    return Head("csv", replace(dialect, text=dialect.text | _codes_below(open_file, dialect)))


def _codes_below(open_file: Open, dialect: Dialect) -> set[str]:
    """Columns with leading zeros or very long numbers in pieces of a large file, where it can be read in pieces."""
    found: set[str] = set()
    with open_file() as file:
        if type(file) is not io.BufferedReader or dialect.encoding.startswith(("utf-16", "utf-32")):
            return found
        size = os.fstat(file.fileno()).st_size
        for at in range(_HEAD, size, max(_PIECE, size // _PIECES)):
            file.seek(at)
            lines = file.read(_PIECE).decode(dialect.encoding, errors="replace").splitlines()[1:-1]
            found |= codes_among(lines, dialect)
    return found


def read_text(open_file: Open, where: str, given: Mapping[str, Hashable | None], **how: Any) -> pd.DataFrame:
    """The columns of ratings in a text file, see `find_columns` for `given` and `head_of` for the rest.

    Raises
    ------
    ValueError
        For what is no table, and a table in which the columns cannot be found.
    """
    head = head_of(open_file, where, **how)
    columns = find_columns(head.names, head.dialect.numbers, given)
    return _read(open_file, where, head, columns.names, [columns.user, columns.item])


def read_two(open_file: Open, where: str, ids: str) -> tuple[pd.DataFrame, tuple[Hashable, Hashable]]:
    """The columns of ids and titles in a text file, see `find_titles`."""
    head = head_of(open_file, where)
    key, title = find_titles(head.names, head.dialect.numbers, ids)
    return _read(open_file, where, head, [key, title], [key, title]), (key, title)


def _read(open_file: Open, where: str, head: Head, wanted: list[Hashable], ids: list[Hashable]) -> pd.DataFrame:
    dialect = head.dialect
    text = dialect.text & {*map(str, ids)}
    if dialect.torn and dialect.names[-1] in wanted:
        raise ValueError(
            f"{where} has lines of more than {len(dialect.names)} fields, as where {dialect.names[-1]!r} has the "
            f"separator {dialect.sep!r} in it; put its entries between quotation marks, or pass another sep="
        )
    try:
        if head.kind == "netflix":
            return _read_netflix(open_file)
        if head.kind != "csv":
            return _read_json(open_file, dialect.encoding, wanted, head.kind == "json lines")
        try:
            frame = _read_csv(open_file, dialect, wanted, ids, text)
        except UnicodeDecodeError:  # further down than was looked
            frame = _read_csv(open_file, replace(dialect, encoding="latin-1"), wanted, ids, text)
    except (ValueError, OverflowError) as error:  # the parsers' errors among them
        raise ValueError(f"{where} cannot be read as a table ({str(error).strip()})") from error
    frame.attrs[NO_HEADER] = not dialect.header
    return frame


def _read_csv(
    open_file: Open, dialect: Dialect, wanted: list[Hashable], ids: list[Hashable], text: set[str]
) -> pd.DataFrame:
    """Read the wanted columns. Ids in `text` stay text; other ids become numbers if all of them fit without loss."""
    import pandas as pd

    numbers = [name for name in ids if name not in text]
    gaps = {name: [*_NO_ID, "None"] for name in wanted} | {name: _NO_ID if name in numbers else [""] for name in ids}
    with open_file() as file:
        path = file.name if type(file) is io.BufferedReader else None
    frame = None if path is None else read_fast(str(path), dialect, wanted, text)
    if frame is None:
        frame = _by_pandas(open_file, dialect, wanted, text, gaps)
    mixed = {str(name) for name in numbers if frame[name].dtype == object or pd.api.types.is_string_dtype(frame[name])}
    if mixed:
        return _read_csv(open_file, dialect, wanted, ids, text | mixed)
    for name in numbers:
        if frame[name].dtype.kind == "f" and frame[name].abs().max() > _EXACT_FLOATS:
            return _read_csv(open_file, dialect, wanted, ids, text | {str(name)})
    return frame


def _by_pandas(
    open_file: Open, dialect: Dialect, wanted: list[Hashable], text: set[str], gaps: Mapping[Hashable, list[str]]
) -> pd.DataFrame:
    import pandas as pd

    single = len(dialect.sep) == 1
    options: dict[str, Any] = {
        "sep": dialect.sep if single else re.escape(dialect.sep),
        "engine": "c" if single else "python",
        "names": dialect.names,
    }
    if dialect.sep == "::" and _colons_separate(open_file, dialect):
        # pandas' fast parser takes one character: every second column between single ones is empty.
        names = [part for name in dialect.names for part in (name, f"after {name}")][:-1]
        options = {"sep": ":", "engine": "c", "names": names}
    with _followed(open_file) as file, warnings.catch_warnings():
        warnings.simplefilter("ignore", pd.errors.DtypeWarning)
        frame: pd.DataFrame = pd.read_csv(
            file,
            **options,
            header=None,
            usecols=wanted,
            skiprows=dialect.n_skipped,
            encoding=dialect.encoding,
            decimal=dialect.decimal,
            quoting=0 if dialect.quoted else 3,
            skipinitialspace=True,
            index_col=False,
            dtype=dict.fromkeys(text, str),
            na_values=gaps,
            keep_default_na=False,
        )
    return frame if list(frame) == wanted else frame[wanted]


def _colons_separate(open_file: Open, dialect: Dialect) -> bool:
    with open_file() as file:
        lines = file.read(_HEAD).decode(dialect.encoding, errors="replace").splitlines()[:-1]
    return all(line.count(":") == 2 * (len(dialect.names) - 1) for line in lines if line)


@contextlib.contextmanager
def _followed(open_file: Open) -> Iterator[IO[bytes]]:
    """The opened file, with a progress bar on what takes longer than two seconds."""
    from tqdm import tqdm

    with open_file() as file:
        size = os.fstat(file.fileno()).st_size if isinstance(file, io.BufferedReader) else None
        with tqdm.wrapattr(file, "read", total=size, delay=_PROGRESS_SECONDS, desc="reading", leave=False) as followed:
            yield followed


def _first_object(text: str) -> dict[str, Any]:
    """The first object of JSON text; empty where there is none."""
    try:
        row = json.JSONDecoder().raw_decode(text, text.index("{"))[0]
    except ValueError:
        return {}
    return row if isinstance(row, dict) else {}


def _read_json(open_file: Open, encoding: str, wanted: list[Hashable], lines: bool) -> pd.DataFrame:
    import pandas as pd

    with _followed(open_file) as file:
        text = io.TextIOWrapper(file, encoding)
        rows = (json.loads(line) for line in text if line.strip()) if lines else json.load(text)
        values = [[row.get(name) for name in wanted] for row in rows]
    return pd.DataFrame(values, columns=wanted, dtype=object).infer_objects()


def _read_netflix(open_file: Open) -> pd.DataFrame:
    """Blocks of the Netflix Prize: a line ``movie:`` and below it lines ``user,rating,date``."""
    import pandas as pd

    with _followed(open_file) as file:
        lines = pd.read_csv(file, names=["user", "rating", "date"], dtype={"user": str, "date": str}, header=None)
    heads = lines["user"].str.endswith(":")
    movies = lines["user"].where(heads).str.rstrip(":").ffill()
    ratings = lines.assign(movie=movies.astype("int64"))[~heads]
    return ratings.assign(user=ratings["user"].astype("int64"))[["user", "movie", "rating", "date"]].reset_index(
        drop=True
    )
