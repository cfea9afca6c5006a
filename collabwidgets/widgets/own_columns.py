"""Columns of the caller's own for axes, colours and sizes: a table of titles in, one value a row of the items out."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..data.cells import as_years, days_of
from ..data.tables import is_table, opened, picked
from ..spelling import did_you_mean
from ..words import counted, with_article
from .wire import number_bytes, text_bytes

if TYPE_CHECKING:
    from ..data.side import Side

BUILT_IN = ("bias", "count", "mean", "year")
RESERVED = ("bias", "count", "mean", "none")  # an own "year" takes the place of the one in the titles
_FEW = 0.5  # share of the items that must be found for nothing to be said


@dataclass(frozen=True, eq=False)
class Column:
    """One value for each row of the items.

    Attributes
    ----------
    values : float64 [n_items]
        Numbers, NaN where there is none; or, of a text, the category's number from 0, NaN where there is none.
    categories : tuple of str, optional
        The texts, most frequent first; None of a column of numbers.
    """

    values: NDArray[np.float64]
    categories: tuple[str, ...] | None = None

    def shown(self, rows: NDArray[np.int64]) -> NDArray[Any]:
        """What stands in some rows: numbers, or texts and None."""
        values = self.values[rows]
        if self.categories is None:
            return values
        return np.array([*self.categories, None], dtype=object)[np.nan_to_num(values, nan=-1).astype(np.int64)]

    def with_rows(self, n: int) -> Column:
        """The column with no value for the items that were added since, `n` rows in all."""
        return Column(np.append(self.values, np.full(n - len(self.values), np.nan)), self.categories)

    def wire(self, *, values: bool) -> dict[str, Any]:
        """What a page reads: the kind, and the values and texts if they are asked for."""
        told: dict[str, Any] = {"kind": "number" if self.categories is None else "text"}
        if values:
            told["values"] = number_bytes(self.values, np.float32)
            if self.categories is not None:
                told["names"] = text_bytes(self.categories)
        return told


def read_columns(data: Any, side: Side) -> dict[str, Column]:
    """The columns of `data`, row by row of `side`.

    Parameters
    ----------
    data : DataFrame or dict
        A table, or what pandas makes one of, with names of items in the column called as the items are (``"title"``),
        else in its index; of equal names the first row counts. Or a dict of arrays alone, with a value for each row of
        the items, row 0 (``'#na#'``) included.
    side : Side
        The items.

    Raises
    ------
    TypeError
        When `data` is no table.
    ValueError
        When none of its names is one of an item.

    Warns
    -----
    UserWarning
        When fewer than half of the items are found, a column is called as one of the widget's own, or a number is
        infinite.
    """
    table = data if isinstance(data, pd.DataFrame) else _made_table(data, side)
    if side.name in table.columns:
        table = table.set_index(side.name)
    index = table.index.to_numpy(dtype=str)
    table = table.set_axis(index)[~pd.Index(index).duplicated()]
    names = side.keys if np.isin(side.keys[1:].astype(str), index).any() else side.names
    known = np.isin(names[1:].astype(str), index)
    if not known.any():
        first = str(index[0]) if len(index) else ""
        raise ValueError(
            f"none of the {len(index):,} names in data ({first!r}, …) is {with_article(side.name)} of the ratings; "
            f"give the {side.name}s as a column {side.name!r} or as the index."
            + did_you_mean(first, side.names[1:].tolist())
        )
    if known.mean() < _FEW:
        missing = str(names[1:][~known][0])
        warnings.warn(
            f"data has values for {known.mean():.0%} of the {len(known):,} {side.name}s; {missing!r}, for one, is not "
            f"in it.{did_you_mean(missing, sorted(index.tolist()))}",
            stacklevel=3,
        )
    columns = {}
    for name, by_row in table.reindex(names.astype(str)).items():
        if name in RESERVED:
            warnings.warn(
                f"the column {name!r} of data is left out: the map has a {name!r} of its own; rename the column",
                stacklevel=3,
            )
        else:
            columns[str(name)] = column_of(str(name), by_row, side)
    return columns


def _made_table(data: Any, side: Side) -> pd.DataFrame:
    if is_table(data):  # of Polars or PyArrow
        whole = opened(data, "data")
        return picked(whole, list(whole.columns))
    by_row = isinstance(data, Mapping) and side.name not in data
    by_row = by_row and not any(isinstance(values, Mapping | pd.Series) for values in data.values())
    try:
        return pd.DataFrame(data, index=side.keys if by_row else None)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"data is {with_article(type(data).__name__)} that makes no table ({error}); pass a DataFrame with a "
            f"column {side.name!r}, a dict from column names to values by {side.name}, or one to arrays of "
            f"{len(side):,} values, one for each row of the {side.name}s, of which row 0 is {side.names[0]!r}"
        ) from None


def column_of(name: str, by_row: pd.Series[Any], side: Side) -> Column:
    """A column of values in the order of the rows."""
    if pd.api.types.is_datetime64_any_dtype(by_row):
        by_row = pd.Series(as_years(days_of(by_row)[0]))
    if pd.api.types.is_numeric_dtype(by_row) and not pd.api.types.is_bool_dtype(by_row):
        values = by_row.to_numpy(dtype=np.float64, na_value=np.nan).copy()
        values[0] = np.nan
        infinite = np.flatnonzero(np.isinf(values))
        if len(infinite):
            warnings.warn(
                f"the column {name!r} of data has {counted(len(infinite), 'infinite value')} "
                f"(first: {side.names[infinite[0]]!r}); they are taken as missing",
                stacklevel=4,
            )
            values[infinite] = np.nan
        return Column(values)
    known = by_row.notna().to_numpy(copy=True)
    known[0] = False
    texts = by_row[known].astype(str)
    order = texts.value_counts().sort_index().sort_values(ascending=False, kind="stable").index
    values = np.full(len(side), np.nan)
    values[known] = pd.Categorical(texts, categories=order).codes
    return Column(values, tuple(order))
