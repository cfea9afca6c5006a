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
from ..data.spelling import did_you_mean
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

    def words(self, row: int) -> str:
        """The text of a row; empty where there is none."""
        value = self.values[row]
        return "" if self.categories is None or not np.isfinite(value) else self.categories[int(value)]

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
        A table with names of items in the column called as the items are (``"title"``), else in its index; of equal
        names the first row counts. Or a dict from the name of a column to a mapping or Series by name of item, or to
        an array with one value for each row of the items, row 0 (``'#na#'``) included.
    side : Side
        The items.

    Raises
    ------
    TypeError
        When `data` is something else.
    ValueError
        When none of its names is one of an item, or an array has another length.

    Warns
    -----
    UserWarning
        When fewer than half of the items are found, a column is called as one of the widget's own, or a number is
        infinite.
    """
    if isinstance(data, pd.DataFrame):
        table, arrays = data.set_index(side.name) if side.name in data.columns else data, {}
    elif isinstance(data, Mapping):
        by_name = {name: values for name, values in data.items() if isinstance(values, (Mapping, pd.Series))}
        table = pd.DataFrame({name: _by_text(pd.Series(values)) for name, values in by_name.items()})
        arrays = {name: pd.Series(_of_rows(name, data[name], side)) for name in data if name not in by_name}
    else:
        raise TypeError(
            f"data must be a DataFrame with a column {side.name!r}, or a dict from column names to values by "
            f"{side.name}, not {type(data).__name__}"
        )
    columns = {}
    joined = _joined(_by_text(table), side) if len(table.columns) else table
    for name, by_row in (*joined.items(), *arrays.items()):
        if name in RESERVED:
            warnings.warn(
                f"the column {name!r} of data is left out: the map has a {name!r} of its own; rename the column",
                stacklevel=3,
            )
        else:
            columns[str(name)] = column_of(str(name), by_row, side)
    return columns


def _by_text(values: Any) -> Any:
    """A table or Series with texts as its index, each once."""
    values = values.set_axis(values.index.map(str))
    return values[~values.index.duplicated()]


def _joined(table: pd.DataFrame, side: Side) -> pd.DataFrame:
    """Its values in the order of the rows."""
    index = table.index.to_numpy(dtype=str)
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
            f"in it.{did_you_mean(missing, sorted(index))}",
            stacklevel=4,
        )
    return table.reindex(names.astype(str))


def _of_rows(name: str, source: Any, side: Side) -> NDArray[Any]:
    values = np.asarray(source)
    if values.shape != (len(side),):
        raise ValueError(
            f"the column {name!r} of data has shape {list(values.shape)}, the {side.name}s have {len(side):,} rows "
            f"(row 0 is {side.names[0]!r}); give one value a row, or a mapping from {side.name} to value"
        )
    return values


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
    counts = texts.value_counts(sort=False)
    order = sorted(counts.index, key=lambda text: (-int(counts[text]), text))
    number = {text: at for at, text in enumerate(order)}
    values = np.full(len(side), np.nan)
    values[known] = texts.map(number).to_numpy(dtype=np.float64)
    return Column(values, tuple(order))
