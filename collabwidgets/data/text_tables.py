"""Text files of ratings as frames: CSV and its kin by pandas or Polars, JSON lines, and Netflix' blocks."""

from __future__ import annotations

import contextlib
import io
import json
import os
import warnings
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import replace
from importlib.util import find_spec
from typing import IO, TYPE_CHECKING, Any, TypeAlias

from .dialect import Dialect, Open, dialect_of
from .tables import values_of

if TYPE_CHECKING:
    import pandas as pd

# Of all columns and those that hold numbers the columns to read; the first two of these are ids or titles.
Choose: TypeAlias = Callable[[Sequence[Hashable], Collection[Hashable]], list[Hashable]]
NO_HEADER = "collabwidgets: no header"  # in the attrs of a frame: its columns have made-up names
_PROGRESS_SECONDS = 2
_EXACT_FLOATS = 2**53
_NO_ENTRY = ["", "NULL", "null", "NaN", "nan", "NA", "N/A", "<NA>", "None"]
_ONE_LETTER = "\x1f"  # in place of a longer separator: pandas' fast parser takes one letter
_LARGE = 20_000_000  # bytes from which Polars reads a file in half the time; below, pandas takes under half a second
_TYPES_FROM = 10_000  # lines by which Polars tells whole numbers, numbers and text


def read_text(open_file: Open, where: str, choose: Choose, **how: Any) -> pd.DataFrame:
    """The columns of a text file that `choose` takes; see `dialect_of` for the rest.

    Raises
    ------
    ValueError
        For what is no table, and a table in which the columns cannot be found.
    """
    dialect = dialect_of(open_file, where, **how)
    wanted = choose(dialect.names, dialect.numbers)
    if dialect.torn and dialect.names[-1] in wanted:
        raise ValueError(
            f"{where} has lines of more than {len(dialect.names)} fields, as where {dialect.names[-1]!r} has the "
            f"separator {dialect.sep!r} in it; put its entries between quotation marks, or pass another sep="
        )
    try:
        if dialect.kind == "netflix":
            return _read_netflix(open_file)
        if dialect.kind != "csv":
            return _read_json(open_file, dialect, wanted)
        try:
            frame = _read_csv(open_file, dialect, wanted)
        except UnicodeDecodeError:  # further down than was looked
            frame = _read_csv(open_file, replace(dialect, encoding="latin-1"), wanted)
    except (ValueError, OverflowError) as error:  # the parsers' errors among them
        raise ValueError(f"{where} cannot be read as a table ({str(error).strip()})") from error
    frame.attrs[NO_HEADER] = not dialect.header
    return frame


def _read_csv(open_file: Open, dialect: Dialect, wanted: list[Hashable]) -> pd.DataFrame:
    """Read the wanted columns: ids as numbers if all of them fit without loss, else as text."""
    frame = _by_polars(open_file, dialect, wanted)
    if frame is None:
        frame = _by_pandas(open_file, dialect, wanted)
    lossy = {str(name) for name in wanted[:2] if not _is_exact(frame[name])} - dialect.text
    return _read_csv(open_file, replace(dialect, text=dialect.text | lossy), wanted) if lossy else frame


def _is_exact(column: pd.Series) -> bool:
    """Whether a column holds numbers, none of them a float too large to be exact."""
    kind = column.dtype.kind
    return kind in "biu" or (kind == "f" and not column.abs().max() > _EXACT_FLOATS)


def _by_pandas(open_file: Open, dialect: Dialect, wanted: list[Hashable]) -> pd.DataFrame:
    import pandas as pd

    codes = dialect.text.intersection(map(str, wanted[:2]))  # ids and titles, which may well read NULL
    with _followed(open_file) as file, warnings.catch_warnings():
        warnings.simplefilter("ignore", pd.errors.DtypeWarning)
        # pandas' fast parser reads bytes of UTF-8; of others it sees neither in a zip nor in .gz that they are bytes.
        source: Any = file if dialect.encoding == "utf-8" else io.TextIOWrapper(file, dialect.encoding, newline="")
        sep = dialect.sep
        if len(sep) > 1:
            whole = file.read().decode(dialect.encoding).replace(sep, _ONE_LETTER)
            source, sep = io.BytesIO(whole.encode()), _ONE_LETTER
        frame: pd.DataFrame = pd.read_csv(
            source,
            sep=sep,
            names=dialect.names,
            header=None,
            usecols=wanted,
            skiprows=dialect.n_skipped,
            decimal=dialect.decimal,
            quoting=0 if dialect.quoted else 3,
            skipinitialspace=True,
            index_col=False,
            dtype=dict.fromkeys(dialect.text, str),
            na_values={name: [""] if name in codes else _NO_ENTRY for name in wanted},
            keep_default_na=False,
        )
    return frame if list(frame) == wanted else frame[wanted]


def _by_polars(open_file: Open, dialect: Dialect, wanted: list[Hashable]) -> pd.DataFrame | None:
    """The same by Polars; None where a file is small, not plain UTF-8 with one-letter separators, or Polars missing."""
    with open_file() as file:
        is_large = type(file) is io.BufferedReader and os.fstat(file.fileno()).st_size >= _LARGE
        path = str(file.name) if is_large else ""
    is_plain = dialect.encoding == "utf-8" and len(dialect.sep) == 1 and dialect.decimal == "."
    if not is_large or not is_plain or find_spec("polars") is None:
        return None
    import narwhals as nw
    import pandas as pd
    import polars as pl

    try:
        lazy = pl.scan_csv(
            path,
            separator=dialect.sep,
            quote_char='"' if dialect.quoted else None,
            has_header=False,
            skip_rows=dialect.n_skipped,
            new_columns=dialect.names,
            schema_overrides=dict.fromkeys(dialect.text, pl.String),
            infer_schema_length=_TYPES_FROM,
        )
        frame = lazy.select([str(name) for name in wanted]).collect()
    except pl.exceptions.PolarsError:
        return None
    # Column by column, each let go once it is copied, so that the table is never there twice.
    columns = {name: values_of(nw.from_native(frame.drop_in_place(str(name)), series_only=True)) for name in wanted}
    return pd.DataFrame(columns, copy=False)


@contextlib.contextmanager
def _followed(open_file: Open) -> Iterator[IO[bytes]]:
    """The opened file, with a progress bar on what takes longer than two seconds."""
    from tqdm import tqdm

    with open_file() as file:
        size = os.fstat(file.fileno()).st_size if isinstance(file, io.BufferedReader) else None
        with tqdm.wrapattr(file, "read", total=size, delay=_PROGRESS_SECONDS, desc="reading", leave=False) as followed:
            yield followed


def _read_json(open_file: Open, dialect: Dialect, wanted: list[Hashable]) -> pd.DataFrame:
    import pandas as pd

    with _followed(open_file) as file:
        text = io.TextIOWrapper(file, dialect.encoding)
        rows = json.load(text) if dialect.kind == "json" else map(json.loads, filter(str.strip, text))
        values = [[row.get(name) for name in wanted] for row in rows]
    return pd.DataFrame(values, columns=wanted, dtype=object).infer_objects()


def _read_netflix(open_file: Open) -> pd.DataFrame:
    """Blocks of the Netflix Prize: a line ``movie:`` and below it lines ``user,rating,date``."""
    import pandas as pd

    with _followed(open_file) as file:
        lines = pd.read_csv(file, names=["user", "rating", "date"], dtype={"user": str, "date": str}, header=None)
    heads = lines["user"].str.endswith(":")
    lines.insert(1, "movie", lines["user"].where(heads).str.rstrip(":").ffill())
    return lines[~heads].astype({"user": "int64", "movie": "int64"}).reset_index(drop=True)
