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
from ..words import with_article
from .wire import number_bytes, text_bytes

if TYPE_CHECKING:
    from ..data.side import Side

BUILT_IN = ("bias", "count", "mean", "year")
RESERVED = ("bias", "count", "mean", "none")  # an own "year" takes the place of the one in the titles
_MOST_CATEGORIES = 65_534  # that travel under their own names; the rarest of more are one
_FEW = 0.5  # share of the items that must be found for nothing to be said
_LEVEL = 4  # frames between the warning and the caller's line


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
        keyed = data.set_index(side.name) if side.name in data.columns else data
        names = list(map(str, keyed.columns))
        sources: dict[str, Any] = {name: keyed.iloc[:, at] for at, name in enumerate(names)}
    elif isinstance(data, Mapping):
        sources = {str(name): values for name, values in data.items()}
    else:
        raise TypeError(
            f"data must be a DataFrame with a column {side.name!r}, or a dict from column names to values by "
            f"{side.name}, not {type(data).__name__}"
        )
    columns, missed = {}, 1.0
    for name, source in sources.items():
        if name in RESERVED:
            _warn(f"the column {name!r} of data is left out: the map has a {name!r} of its own; rename the column")
            continue
        by_row, found = _by_row(name, source, side)
        missed = min(missed, found)
        columns[name] = column_of(name, by_row, side)
    if missed < _FEW:
        _warn(_few_words(sources, side, missed))
    return columns


def _by_row(name: str, source: Any, side: Side) -> tuple[pd.Series[Any], float]:
    """Values in the order of the rows, and the share of the items that has one."""
    if isinstance(source, (Mapping, pd.Series)):
        series = source if isinstance(source, pd.Series) else pd.Series(dict(source), dtype=object).infer_objects()
        series = series.set_axis(series.index.map(str))
        series = series[~series.index.duplicated()]
        index = series.index.to_numpy(dtype=str)
        names = side.keys if np.isin(side.keys[1:].astype(str), index).any() else side.names
        known = np.isin(names[1:].astype(str), index)
        if not known.any():
            first = str(series.index[0]) if len(series) else ""
            raise ValueError(
                f"none of the {len(series):,} names in data ({name!r}: {first!r}, …) is {with_article(side.name)} of "
                f"the ratings; give the {side.name}s as a column {side.name!r} or as the index."
                + did_you_mean(first, side.names[1:].tolist())
            )
        return series.reindex(names.astype(str)), float(known.mean())
    values = np.asarray(source)
    if values.shape != (len(side),):
        raise ValueError(
            f"the column {name!r} of data has shape {list(values.shape)}, the {side.name}s have {len(side):,} rows "
            f"(row 0 is {side.names[0]!r}); give one value a row, or a mapping from {side.name} to value"
        )
    return pd.Series(values), 1.0


def column_of(name: str, by_row: pd.Series[Any], side: Side) -> Column:
    """A column of values in the order of the rows."""
    if pd.api.types.is_datetime64_any_dtype(by_row):
        by_row = pd.Series(as_years(days_of(by_row)[0]))
    if pd.api.types.is_numeric_dtype(by_row) and not pd.api.types.is_bool_dtype(by_row):
        values = by_row.to_numpy(dtype=np.float64, na_value=np.nan).copy()
        values[0] = np.nan
        infinite = np.flatnonzero(np.isinf(values))
        if len(infinite):
            _warn(
                f"the column {name!r} of data has {len(infinite)} infinite value{'' if len(infinite) == 1 else 's'} "
                f"(first: {side.names[infinite[0]]!r}); they are taken as missing"
            )
            values[infinite] = np.nan
        return Column(values)
    known = by_row.notna().to_numpy(copy=True)
    known[0] = False
    texts = by_row[known].astype(str)
    counts = texts.value_counts(sort=False)
    order = sorted(counts.index, key=lambda text: (-int(counts[text]), text))
    number = {text: min(at, _MOST_CATEGORIES) for at, text in enumerate(order)}
    values = np.full(len(side), np.nan)
    values[known] = texts.map(number).to_numpy(dtype=np.float64)
    rest = [] if len(order) <= _MOST_CATEGORIES else [f"{len(order) - _MOST_CATEGORIES:,} others"]
    return Column(values, (*order[:_MOST_CATEGORIES], *rest))


def _few_words(sources: Mapping[str, Any], side: Side, share: float) -> str:
    known: set[str] = set()
    for source in sources.values():
        if isinstance(source, (Mapping, pd.Series)):
            known |= set(map(str, source.keys()))
    missing = next((str(name) for name in side.names[1:] if str(name) not in known), "")
    return (
        f"data has values for {share:.0%} of the {len(side) - 1:,} {side.name}s; {missing!r}, for one, is not in it."
        + did_you_mean(missing, sorted(known))
    )


def _warn(sentence: str) -> None:
    warnings.warn(sentence, stacklevel=_LEVEL)
