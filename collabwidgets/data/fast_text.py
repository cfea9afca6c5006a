"""Large plain text files, read by Polars if it is installed; pandas takes twice the time, and reads the others."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from .dialect import Dialect
from .tables import values_of

if TYPE_CHECKING:
    import pandas as pd

_FROM_BYTES = 20_000_000  # below, pandas takes less than half a second
_TYPES_FROM = 10_000  # lines by which a column is whole numbers, numbers or text


def read_fast(path: str, dialect: Dialect, wanted: Sequence[Hashable], text: set[str]) -> pd.DataFrame | None:
    """Some columns of a file; None where it is small, not plain UTF-8 with one-letter separators, or Polars missing.

    Parameters
    ----------
    path : str
    dialect : Dialect
    wanted : sequence
        Columns to read.
    text : set of str
        Those to be read as text.
    """
    plain = dialect.encoding == "utf-8" and len(dialect.sep) == 1 and dialect.decimal == "."
    if not plain or Path(path).stat().st_size < _FROM_BYTES or find_spec("polars") is None:
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
            schema_overrides=dict.fromkeys(text, pl.String),
            infer_schema_length=_TYPES_FROM,
        )
        frame = lazy.select([str(name) for name in wanted]).collect()
    except pl.exceptions.PolarsError:
        return None
    # Column by column, each let go once it is copied, so that the table is never there twice.
    columns = {name: values_of(nw.from_native(frame.drop_in_place(str(name)), series_only=True)) for name in wanted}
    return pd.DataFrame(columns, copy=False)
