"""Tables of any kind at the door: pandas, Polars, PyArrow and whatever else narwhals knows."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .columns import find_columns

if TYPE_CHECKING:
    import narwhals as nw
    import pandas as pd


def opened(table: Any, argument: str = "ratings") -> pd.DataFrame | nw.DataFrame[Any]:
    """A table as pandas or narwhals holds it; the named levels of an index count as columns.

    Raises
    ------
    TypeError
        For what is no table, and for a group-by; the sentence has the line that makes one.
    """
    import pandas as pd

    if isinstance(table, pd.Series):
        if table.index.nlevels < 2:
            raise TypeError(
                "ratings is a Series of one column; pass a table with users, items and ratings, or a Series indexed by "
                "user and item"
            )
        levels = [f"level {place}" if name is None else name for place, name in enumerate(table.index.names, 1)]
        table = table.rename("rating" if table.name is None else table.name).rename_axis(levels).reset_index()
    if isinstance(table, pd.DataFrame):
        named = [name for name in table.index.names if name is not None and name not in table.columns]
        return table.reset_index(level=named) if named else table
    if type(table).__name__.endswith("GroupBy"):
        raise TypeError(
            "ratings is a group-by; pass the table it was made of (grouped.obj), or one row for each pair, such as "
            "grouped['rating'].mean().reset_index()"
        )
    import narwhals as nw

    try:
        frame = nw.from_native(table)
    except TypeError:
        raise TypeError(
            f"{argument} is a {type(table).__name__}; pass a table of pandas, Polars or PyArrow; a file of ratings is "
            "read by from_file"
        ) from None
    return frame.collect() if isinstance(frame, nw.LazyFrame) else frame


def is_table(value: Any) -> bool:
    """Whether a value has columns, as the tables of pandas, Polars and PyArrow do."""
    return hasattr(value, "columns")


def joined(first: Any, second: Any, given: Mapping[str, Hashable | None]) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
    """Two opened tables of ratings one below the other, and which rows are of the second, bool [n]."""
    import pandas as pd

    tables = (first, second)
    of_first, of_second = (find_columns(list(each.columns), number_columns(each), given).names for each in tables)
    if of_first != of_second:
        raise ValueError(
            f"the ratings have the columns {', '.join(map(str, of_first))}, those of split= "
            f"{', '.join(map(str, of_second))}; give both tables the same names"
        )
    is_second = np.repeat([False, True], [len(first), len(second)])
    frames = [picked(each, list(each.columns)) for each in tables]
    frames = [frame.loc[:, ~frame.columns.duplicated()] for frame in frames]
    return pd.concat(frames, ignore_index=True), is_second


def number_columns(table: pd.DataFrame | nw.DataFrame[Any]) -> set[Hashable]:
    """The columns that hold numbers."""
    import pandas as pd

    if isinstance(table, pd.DataFrame):
        dtypes = zip(table.columns, table.dtypes, strict=True)
        return {name for name, dtype in dtypes if pd.api.types.is_numeric_dtype(dtype)}
    return {name for name, dtype in table.schema.items() if dtype.is_numeric()}


def picked(table: pd.DataFrame | nw.DataFrame[Any], names: list[Any]) -> pd.DataFrame:
    """Some columns as a pandas frame."""
    import pandas as pd

    if isinstance(table, pd.DataFrame):
        return table[names]
    return pd.DataFrame({name: values_of(table[name]) for name in names}, copy=False)


def values_of(column: nw.Series[Any]) -> Any:
    """The values of a column in numpy; whole numbers with gaps keep all digits."""
    import pandas as pd

    if not column.dtype.is_integer() or not column.null_count():
        return column.to_numpy()
    missing = column.is_null().to_numpy()
    return pd.arrays.IntegerArray(np.asarray(column.fill_null(0).to_numpy()), np.asarray(missing, dtype=bool))
